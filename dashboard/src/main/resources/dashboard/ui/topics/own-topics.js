/**
 * The topics that people made. The others are where the node keeps groups and transactions: they can be looked at, and are not counted.
 * @param {import('../api/client.js').Overview['topics']} topics
 */
export const ownTopics = topics => topics.filter(topic => !topic.internal);
