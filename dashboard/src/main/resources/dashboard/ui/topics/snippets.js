/** Commands and code that connect to a topic, ready to be copied. Topic names need no quoting: see Kafka's rules for them. */

import { recordsUrl, serverUrl, streamUrl } from '../api/urls.js';

/** Kafka's own default, used when the overview does not name the listener. */
const KAFKA_PORT = 9092;

/**
 * @param {string} topic
 * @param {{key: string, value: *}} sample
 * @param {{kafka?: string}} overview `kafka` is host:port of the Kafka listener, when the node tells it
 * @returns {{title: string, text: string}[]}
 */
export function snippets(topic, sample, overview) {
  const broker = overview?.kafka ?? `${location.hostname}:${KAFKA_PORT}`;
  const body = JSON.stringify(sample.value);
  const posted = recordsUrl(topic, sample.key);
  return [
    {
      title: 'Write with curl',
      text: `curl -H 'Content-Type: application/json' \\\n  -d ${shellQuoted(body)} \\\n  '${posted}'`,
    },
    {
      title: 'Follow with curl (server-sent events)',
      text: `curl -N -H 'Accept: text/event-stream' \\\n  '${streamUrl(topic).replace(/^ws/, 'http')}?from=latest'`,
    },
    {
      title: 'Follow over WebSocket',
      text: `wscat -c '${streamUrl(topic)}?from=last:10'`,
    },
    {
      title: 'Follow in a browser, with exact resume',
      text: [
        `import { connect } from '${serverUrl}/client/millrace.js';`,
        '',
        `connect('${serverUrl}').subscribe(`,
        `  { topics: ['${topic}'], from: 'last:10' },`,
        '  { onRecord: record => console.log(record.key, record.value) },',
        ');',
      ].join('\n'),
    },
    {
      title: 'Follow with kcat (Kafka protocol)',
      text: `kcat -b ${broker} -t ${topic} -C -o end`,
    },
    {
      title: 'Write with kcat',
      text: `echo ${shellQuoted(`${sample.key}|${body}`)} | kcat -b ${broker} -t ${topic} -P -K '|'`,
    },
  ];
}

function shellQuoted(text) {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
