/** An example that fits a topic: its newest record, or a made-up reading when there is none. */

/** Larger values make examples unreadable. */
const CHARS_MAX = 400;

const READING = { key: 'dev-1', value: { temperature: 21.5, humidity: 48 } };

/**
 * @param {import('../stream/topic-feed.js').TopicFeed} feed
 * @returns {{key: string, value: *}}
 */
export function sampleRecord(feed) {
  const newest = feed.tail.rows.find(record => record.value !== undefined && record.value !== null);
  return newest && JSON.stringify(newest.value).length <= CHARS_MAX
    ? { key: newest.key ?? '', value: newest.value }
    : READING;
}
