/** The only place that calls `fetch`: one timeout, one way to fail ({@link ApiError}). */

import { overviewUrl, recordsUrl, topicsUrl, topicUrl } from './urls.js';

/** A node that is alive answers its small documents well within this time. */
const TIMEOUT_MS = 8_000;

/** What went wrong, in the words of the server where it has any. Shown by `app/error-notice.js`. */
export class ApiError extends Error {
  /**
   * @param {object} problem
   * @param {number} problem.status HTTP status; 0 when there was no answer
   * @param {string} [problem.error] name of the error in the server's catalogue
   * @param {string} problem.message
   * @param {boolean} [problem.retriable]
   */
  constructor({ status, error = '', message, retriable = false }) {
    super(message);
    this.status = status;
    this.error = error;
    this.retriable = retriable;
  }
}

/**
 * @typedef {object} ClusterNode
 * @property {number} node_id
 * @property {'up'|'stopping'|'down'} state
 * @property {boolean} controller
 * @property {boolean} drained gets no new replicas
 * @property {string} kafka
 * @property {number} leaders
 * @property {number} replicas
 * @property {number} out_of_sync
 * @property {number} [records_per_second] as it told last; missing while it has not told
 * @property {number} [open_streams] likewise
 */

/**
 * @typedef {object} Overview
 * @property {string} version
 * @property {number|string} node_id
 * @property {string} cluster_id
 * @property {number} uptime_ms
 * @property {number} time_ms clock of the node
 * @property {number} open_streams
 * @property {number} leaderless_partitions
 * @property {ClusterNode[]} nodes all of the cluster, dead ones too
 * @property {{name: string, internal: boolean, partitions: number, records: number, end_offset_sum: number, bytes: number}[]} topics
 */

/** @returns {Promise<Overview>} */
export const fetchOverview = () => call(overviewUrl, { timeoutMs: 4_000 });

/** @param {string} topic */
export const fetchTopic = topic => call(topicUrl(topic));

/**
 * @param {string} name
 * @param {number} partitions
 */
export const createTopic = (name, partitions) =>
  call(topicsUrl, { method: 'POST', contentType: 'application/json', body: JSON.stringify({ name, partitions }) });

/**
 * Stores one record.
 * @param {string} topic
 * @param {string|null} key
 * @param {string} value JSON is stored as JSON, anything else as plain text
 * @returns {Promise<{partition: number, offset: number}>} where it was stored
 */
export async function sendRecord(topic, key, value) {
  const contentType = isJson(value) ? 'application/json' : 'text/plain';
  const { offsets } = await call(recordsUrl(topic, key), { method: 'POST', contentType, body: value });
  return offsets[0];
}

/** @param {string} text */
export function isJson(text) {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

async function call(url, { method = 'GET', contentType, body, timeoutMs = TIMEOUT_MS } = {}) {
  const headers = { Accept: 'application/json', ...(contentType && { 'Content-Type': contentType }) };
  let response;
  try {
    response = await fetch(url, { method, headers, body, cache: 'no-store', signal: AbortSignal.timeout(timeoutMs) });
  } catch (problem) {
    const late = problem.name === 'TimeoutError';
    const message = late ? `the node did not answer within ${timeoutMs / 1000} s` : 'the node cannot be reached';
    throw new ApiError({ status: 0, error: late ? 'TIMEOUT' : 'UNREACHABLE', message, retriable: true });
  }
  if (response.ok) {
    return response.status === 204 ? null : response.json();
  }
  const problem = await response.json().catch(() => ({}));
  const message = problem.message ?? `the server answered ${response.status} ${response.statusText}`.trim();
  throw new ApiError({ status: response.status, error: problem.error, message, retriable: problem.retriable });
}
