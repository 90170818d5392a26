/** Every address of the server that the page calls. Relative to the page, so a path prefix of a proxy is kept. */

const base = new URL('../..', import.meta.url).href.replace(/\/$/, '');

/** Where the server answers, without a slash at the end. */
export const serverUrl = base;

export const overviewUrl = `${base}/overview`;

export const topicsUrl = `${base}/topics`;

/** @param {string} topic */
export const topicUrl = topic => `${topicsUrl}/${encodeURIComponent(topic)}`;

/**
 * @param {string} topic
 * @param {string|null} key record key; empty or null for a record without one
 */
export const recordsUrl = (topic, key) =>
  `${topicUrl(topic)}/records${key ? `?key=${encodeURIComponent(key)}` : ''}`;

/** @param {string} topic */
export const streamUrl = topic => `${topicUrl(topic).replace(/^http/, 'ws')}/stream`;
