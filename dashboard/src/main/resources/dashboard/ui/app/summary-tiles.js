import { html } from '../../vendor/lit/index.js';
import '../charts/spark-line.js';
import { ownTopics } from '../topics/own-topics.js';
import { formatBytes, formatCount, formatRate, plural } from './format.js';

/**
 * The node in four numbers.
 * @param {import('../api/client.js').Overview} overview
 * @param {import('../api/rates.js').RateSeries} node
 */
export function summaryTiles({ topics: all, open_streams: streams }, node) {
  const topics = ownTopics(all);
  const sum = member => topics.reduce((total, topic) => total + topic[member], 0);
  const values = member => node.samples.map(sample => sample[member]);
  return html`
    <section class="tiles" aria-label="The node in numbers">
      ${tile('Records in', formatRate(node.records), 'per second', values('records'))}
      ${tile('Bytes in', formatBytes(node.bytes), 'per second', values('bytes'))}
      ${tile('Stored', formatCount(sum('records')), `records · ${formatBytes(sum('bytes'))}`)}
      ${tile('Open streams', formatCount(streams), `${plural(topics.length, 'topic')} · ${plural(sum('partitions'), 'partition')}`)}
    </section>
  `;
}

const tile = (label, value, unit, curve) => html`
  <div class="tile card">
    <p class="tile-label">${label}</p>
    <p class="tile-value">${value}</p>
    <p class="muted">${unit}</p>
    ${curve ? html`<spark-line .values=${curve}></spark-line>` : ''}
  </div>
`;
