/** Addresses inside the page: `#/topics/<name>`. */

/** @param {string} topic */
export const topicHash = topic => `#/topics/${encodeURIComponent(topic)}`;

/** @returns {string|null} the topic that the address names */
export function topicFromHash(hash = location.hash) {
  const match = /^#\/topics\/([^/]+)$/.exec(hash);
  return match ? decodeURIComponent(match[1]) : null;
}
