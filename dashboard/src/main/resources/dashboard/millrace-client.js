/**
 * Follows a Millrace topic from a browser or any runtime with `fetch` and `WebSocket`. No dependencies.
 *
 *     import { TopicStream } from 'http://127.0.0.1:8080/millrace-client.js';
 *     const stream = new TopicStream('readings', { last: 20, onRecord: record => console.log(record) });
 *     stream.start();
 *
 * Delivery: within a partition every record comes once and in offset order, also over reconnects, pauses and restarts of
 * the node, because the stream always asks for the exact next offset of every partition. Between partitions there is no
 * order. Records that the server no longer holds are reported through `onGap`, never skipped in silence.
 *
 * @module millrace-client
 */

/**
 * One record, as the gateway sends it in JSON.
 * @typedef {object} StreamRecord
 * @property {string} topic
 * @property {number} partition
 * @property {number} offset
 * @property {number} timestamp milliseconds since 1970
 * @property {string|null} [key] null when the record has no key; `key_base64` is there instead when it is not UTF-8
 * @property {string} [key_base64]
 * @property {*} [value] parsed JSON; `value_base64` is there instead when the value is not JSON
 * @property {string} [value_base64]
 * @property {{name: string, value?: string, value_base64?: string}[]} [headers]
 * @property {{from: number, to: number, reason: string}} [gap] on the first record after records that are gone
 */

/**
 * @typedef {{name: 'idle'}
 *   | {name: 'connecting', attempt: number}
 *   | {name: 'live', since: number}
 *   | {name: 'waiting', attempt: number, retryAt: number, reason: string}
 *   | {name: 'paused', since: number}
 *   | {name: 'refused', code: number, reason: string}
 *   | {name: 'stopped'}} StreamState
 * `waiting` tries again by itself at `retryAt`; `refused` does not: something has to be changed first.
 */

/** First step and ceiling of the wait between two attempts: random(0, min(ceiling, first * 2^attempt)). */
export const BACKOFF_FIRST_MS = 500;
export const BACKOFF_CEILING_MS = 30_000;

/** A connection that lived this long was healthy: the next failure starts with short waits again. */
const HEALTHY_AFTER_MS = 30_000;

/** The positions travel in the URL, and servers and proxies commonly stop reading a request line at 4 KiB. */
export const PARTITIONS_MAX = 128;

const CLOSE_NORMAL = 1000;

/**
 * Full jitter: spreads the return of many clients over the whole interval instead of letting them come back together.
 * @param {number} attempt 0 for the first wait
 * @param {() => number} [random] returns [0, 1)
 * @returns {number} milliseconds
 */
export function backoffMs(attempt, random = Math.random) {
  return Math.round(random() * Math.min(BACKOFF_CEILING_MS, BACKOFF_FIRST_MS * 2 ** Math.min(attempt, 16)));
}

/**
 * @param {Map<number, number>} positions partition to next offset
 * @returns {string} the `from` parameter, e.g. `0:1043,3:88`
 */
export function formatPositions(positions) {
  return [...positions].map(([partition, offset]) => `${partition}:${offset}`).join(',');
}

/** One topic, followed over one WebSocket at a time. All callbacks run on the page's only thread. */
export class TopicStream {
  /** @type {Map<number, number>} partition to the offset wanted next; empty until the first connection */
  positions = new Map();
  /** @type {StreamState} */
  state = { name: 'idle' };
  /** Partitions that the topic has; more than {@link PARTITIONS_MAX} are not followed. */
  partitionsTotal = 0;
  /** Time of the last message, in milliseconds since 1970; 0 before the first. */
  lastMessageAt = 0;
  /** Records that came a second time and were dropped. */
  duplicates = 0;

  #socket = null;
  #timer = 0;
  #attempt = 0;
  /** Each connection attempt has a number: late events of an abandoned one are told apart by it. */
  #generation = 0;

  /**
   * @param {string} topic
   * @param {object} [options]
   * @param {string} [options.baseUrl] of the node; default: where the page came from
   * @param {number} [options.last] records per partition from before now (default 0: only new ones)
   * @param {(record: StreamRecord, text: string) => void} [options.onRecord] `text` is the message as it came
   * @param {(state: StreamState) => void} [options.onState]
   * @param {(gap: {partition: number, from: number, to: number, reason: string}) => void} [options.onGap]
   */
  constructor(topic, { baseUrl = globalThis.location?.origin, last = 0, onRecord, onState, onGap } = {}) {
    this.topic = topic;
    this.baseUrl = baseUrl.replace(/\/$/, '');
    this.last = last;
    this.onRecord = onRecord ?? (() => {});
    this.onState = onState ?? (() => {});
    this.onGap = onGap ?? (() => {});
  }

  /** Connects, or does nothing when already under way. */
  start() {
    if (['idle', 'stopped', 'refused'].includes(this.state.name)) {
      this.#attempt = 0;
      this.#connect();
    }
  }

  /** Closes the connection and keeps the positions: nothing is missed, {@link resume} continues with the next record. */
  pause() {
    if (this.state.name !== 'stopped' && this.state.name !== 'paused') {
      this.#abandon();
      this.#become({ name: 'paused', since: Date.now() });
    }
  }

  /** Continues after {@link pause} exactly where it stopped. */
  resume() {
    if (this.state.name === 'paused') {
      this.#attempt = 0;
      this.#connect();
    }
  }

  /** Forgets the positions and goes on with the newest records. Whatever lies between is skipped on purpose. */
  skipToNewest() {
    this.positions.clear();
    this.partitionsTotal = 0;
    this.#attempt = 0;
    this.#abandon();
    this.#connect();
  }

  /** Ends a wait early: for the moment when something else has seen that the node is back. */
  retryNow() {
    if (this.state.name === 'waiting') {
      this.#abandon();
      this.#connect();
    }
  }

  /** Replaces a connection that looks alive but is silent, e.g. after the computer slept. Positions are kept. */
  reconnect() {
    if (this.state.name === 'live') {
      this.#abandon();
      this.#connect();
    }
  }

  /** Closes for good. A later {@link start} continues from the positions reached. */
  stop() {
    this.#abandon();
    this.#become({ name: 'stopped' });
  }

  async #connect() {
    const generation = ++this.#generation;
    this.#become({ name: 'connecting', attempt: this.#attempt });
    try {
      await this.#completePositions(generation);
    } catch (problem) {
      if (generation === this.#generation) {
        this.#failed(problem.status >= 400 && problem.status < 500 ? 4000 + problem.status : 1006, problem.message);
      }
      return;
    }
    if (generation === this.#generation) {
      this.#open(generation);
    }
  }

  /**
   * Gives every partition an explicit position. Without it a partition that has not sent a record yet would be resumed
   * at "latest" and lose what was written while the connection was down. Asked again before every connection, because
   * partitions can be added.
   */
  async #completePositions(generation) {
    const request = fetch(`${this.#topicUrl()}/partitions`, { headers: { Accept: 'application/json' } });
    const response = await request.catch(() => {
      throw new Error('the node cannot be reached');
    });
    if (!response.ok) {
      const problem = await response.json().catch(() => ({}));
      const text = problem.message ?? `the server answered ${response.status} ${response.statusText}`;
      throw Object.assign(new Error(text), { status: response.status });
    }
    const partitions = await response.json();
    if (generation !== this.#generation) {
      return;
    }
    const before = this.partitionsTotal;
    this.partitionsTotal = partitions.length;
    for (const { partition, log_start_offset: start, high_watermark: end } of partitions.slice(0, PARTITIONS_MAX)) {
      // Without a leader a partition has no offsets to tell; it does not hold back the others.
      if (!this.positions.has(partition) && end !== null) {
        // A partition that was added meanwhile was empty when this stream began, so all of it is new.
        const added = before > 0 && partition >= before;
        this.positions.set(partition, added ? start : Math.max(start, end - this.last));
      }
    }
  }

  #open(generation) {
    const followed = this.partitionsTotal > PARTITIONS_MAX ? `&partition=${[...this.positions.keys()].join(',')}` : '';
    const url = `${this.#topicUrl().replace(/^http/, 'ws')}/stream?from=${formatPositions(this.positions)}${followed}`;
    const socket = new WebSocket(url);
    let openedAt = 0;
    this.#socket = socket;
    socket.onopen = () => {
      openedAt = Date.now();
      this.#become({ name: 'live', since: openedAt });
    };
    socket.onmessage = message => {
      if (generation === this.#generation) {
        this.#deliver(JSON.parse(message.data), message.data);
      }
    };
    socket.onclose = event => {
      if (generation === this.#generation) {
        if (openedAt > 0 && Date.now() - openedAt >= HEALTHY_AFTER_MS) {
          this.#attempt = 0;
        }
        this.#socket = null;
        this.#failed(event.code, event.reason);
      }
    };
  }

  #deliver(record, text) {
    this.lastMessageAt = Date.now();
    const { partition, offset, gap } = record;
    const wanted = this.positions.get(partition);
    if (gap) {
      this.onGap({ partition, ...gap });
    } else if (offset < wanted) {
      this.duplicates++;
      return;
    }
    this.positions.set(partition, offset + 1);
    this.onRecord(record, text);
  }

  /** Close codes 44xx say that the same request would fail again; every other end is worth another attempt. */
  #failed(code, reason) {
    if (code >= 4400 && code < 4500) {
      this.#become({ name: 'refused', code, reason: reason || 'the server refused this stream' });
      return;
    }
    const waitMs = backoffMs(this.#attempt++);
    const why = reason || (code === CLOSE_NORMAL ? 'the server ended the stream' : 'the connection was lost');
    this.#timer = setTimeout(() => this.#connect(), waitMs);
    this.#become({ name: 'waiting', attempt: this.#attempt, retryAt: Date.now() + waitMs, reason: why });
  }

  #abandon() {
    this.#generation++;
    clearTimeout(this.#timer);
    const socket = this.#socket;
    this.#socket = null;
    if (socket?.readyState === WebSocket.CONNECTING) {
      // Browsers report closing a half-open WebSocket as an error of the page.
      socket.onopen = () => socket.close(CLOSE_NORMAL);
    } else {
      socket?.close(CLOSE_NORMAL);
    }
  }

  #become(state) {
    this.state = state;
    this.onState(state);
  }

  #topicUrl() {
    return `${this.baseUrl}/topics/${encodeURIComponent(this.topic)}`;
  }
}
