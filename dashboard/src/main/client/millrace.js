import { backoffMs, ConnectionLost, MillraceError } from './errors.js';
import { Subscription } from './subscription.js';
import { wireRecord } from './wire.js';

/** A connection that lived this long was healthy: the next failure starts with short waits again. */
const HEALTHY_AFTER_MS = 30_000;
/** A server greets at once; a handshake that takes longer than this hangs. */
const WELCOME_TIMEOUT_MS = 10_000;
/** A connection that was silent for so many heartbeats is dead. */
const SILENT_HEARTBEATS = 2.5;
/** Requests without an answer; beyond it they are refused here. */
const REQUESTS_MAX = 1_000;

const PROTOCOL = 'millrace.v1.json';
const SID_MAX = 65_535;
/** Besides 44xx: the same would happen again. Protocol errors, policy, and messages that are too big. */
const FINAL_CLOSE_CODES = new Set([1002, 1003, 1007, 1008, 1009, 1010]);

/**
 * Connects, and stays connected until {@link Millrace#close}.
 * @param {string|string[]} url of a node (`ws`, `wss`, `http`, `https`, or relative to the page); of several, each attempt takes the next
 * @param {object} [options]
 * @param {typeof globalThis.WebSocket} [options.WebSocket]
 * @param {(state: ConnectionState) => void} [options.onState]
 * @param {() => number} [options.random] for waits
 * @returns {Millrace}
 */
export function connect(url, options = {}) {
  return new Millrace([url].flat().map(streamUrl), options);
}

function streamUrl(text) {
  const url = new URL(text, globalThis.location?.href);
  url.protocol = url.protocol.replace('http', 'ws');
  url.hash = '';
  if (!url.pathname.endsWith('/stream')) {
    url.pathname = `${url.pathname.replace(/\/$/, '')}/stream`;
  }
  return url.href;
}

/** One connection, and what is followed over it. Made by {@link connect}. */
export class Millrace {
  /** @type {ConnectionState} */
  state = { name: 'connecting', attempt: 0 };

  #urls;
  #WebSocket;
  #onState;
  #random;
  #socket = null;
  #timer = 0;
  #watch = 0;
  #connections = 0;
  #attempt = 0;
  #openedAt = 0;
  #heardAt = 0;
  #drainedUntil = 0;
  #messageBytesMax = Infinity;
  #lastError = null;
  #lastSid = 0;
  #lastId = 0;
  #subscriptions = new Map();
  #requests = new Map();

  /** Use {@link connect}. */
  constructor(urls, { WebSocket = globalThis.WebSocket, onState = () => {}, random = Math.random }) {
    if (!WebSocket) {
      throw new TypeError('there is no WebSocket here; pass a class that has its interface: connect(url, { WebSocket })');
    }
    this.#urls = urls;
    this.#WebSocket = WebSocket;
    this.#onState = onState;
    this.#random = random;
    // Later, so that `onState` may use what connect() returns.
    queueMicrotask(() => this.state.name === 'connecting' && this.#open());
  }

  /**
   * Follows topics. With `onRecord` or `onRecords` records are handed to those; else iterate over what is returned.
   * @param {SubscribeOptions} options
   * @param {Handlers} [handlers]
   * @returns {Subscription}
   */
  subscribe(options, handlers = {}) {
    this.#checkUsable();
    do {
      this.#lastSid = (this.#lastSid % SID_MAX) + 1;
    } while (this.#subscriptions.has(this.#lastSid));
    const sid = this.#lastSid;
    const link = {
      sid,
      random: this.#random,
      isOpen: () => this.state.name === 'open',
      send: message => this.#send({ ...message, sid }),
      request: message => this.#request({ ...message, sid }),
      ended: () => this.#subscriptions.delete(sid),
    };
    const subscription = new Subscription(link, options, handlers);
    this.#subscriptions.set(sid, subscription);
    if (link.isOpen()) {
      subscription.connected();
    }
    return subscription;
  }

  /**
   * Stores records. What was sent and not answered when the connection broke is sent again only with an idempotency key; without one
   * the promise fails, because a second copy could be stored.
   * @param {string} topic
   * @param {object|object[]} records each `{key, value, timestamp, headers, partition}`; bytes (Uint8Array) as key or value are kept; a `value` of null
   *   deletes the key from a compacted topic, and must be written
   * @param {{key?: string, idempotencyKey?: string, acks?: 'all'|'1'|'0', timeoutMs?: number}} [options] `key` is for records without one
   * @returns {Promise<object[]>} for each record `{partition, offset}`, or `{error_code, error, message, retriable}` where it was not stored
   */
  async produce(topic, records, { key, idempotencyKey, acks, timeoutMs } = {}) {
    this.#checkUsable();
    const message = {
      type: 'produce',
      topic,
      acks,
      timeout_ms: timeoutMs,
      idempotency_key: idempotencyKey,
      records: [records].flat().map(record => wireRecord(key === undefined || 'key_base64' in record ? record : { key, ...record })),
    };
    const { offsets } = await this.#request(message, { waits: true, repeats: idempotencyKey !== undefined });
    return offsets;
  }

  /** Ends a wait between two attempts early: for when something else has seen that a node is back. */
  retryNow() {
    if (this.state.name === 'waiting') {
      this.#open();
    }
  }

  /** Ends all subscriptions and the connection. */
  close() {
    if (this.state.name !== 'closed' && this.state.name !== 'failed') {
      this.#end({ name: 'closed' }, undefined);
    }
  }

  #checkUsable() {
    if (this.state.name === 'failed') {
      throw this.state.error;
    }
    if (this.state.name === 'closed') {
      throw new MillraceError({ message: 'this client was closed' });
    }
  }

  // ---- the connection

  #open() {
    clearTimeout(this.#timer);
    this.#become({ name: 'connecting', attempt: this.#attempt });
    const url = this.#urls[this.#connections++ % this.#urls.length];
    const socket = new this.#WebSocket(url, [PROTOCOL]);
    this.#socket = socket;
    this.#openedAt = 0;
    this.#drainedUntil = 0;
    this.#lastError = null;
    this.#heardAt = Date.now();
    this.#watchSilence(WELCOME_TIMEOUT_MS);
    // Everywhere a close follows, but not with the WebSocket of Node 20 when nobody listens: it stays "connecting" for ever.
    socket.onerror = () => socket === this.#socket && socket.readyState === 0 && this.#lost(1006, 'no connection');
    socket.onmessage = ({ data }) => {
      this.#heardAt = Date.now();
      const message = JSON.parse(data);
      const handle = Millrace.#MESSAGES[message.type];
      if (socket === this.#socket && handle) {
        handle(this, message);
      }
    };
    socket.onclose = ({ code, reason }) => socket === this.#socket && this.#lost(code, reason);
  }

  /** Looks more often than it needs to, because timers stand still while a computer sleeps. */
  #watchSilence(silentMs) {
    clearTimeout(this.#watch);
    this.#watch = setTimeout(() => {
      if (Date.now() - this.#heardAt >= silentMs) {
        this.#lost(1006, 'the server is silent');
      } else {
        this.#watchSilence(silentMs);
      }
    }, silentMs / 10);
  }

  #lost(code, reason) {
    this.#abandon();
    const why = reason || this.#lastError?.message || 'the connection was lost';
    if ((code >= 4400 && code < 4500) || FINAL_CLOSE_CODES.has(code)) {
      const error = new MillraceError({ ...this.#lastError, message: why, closeCode: code });
      this.#end({ name: 'failed', error }, error);
      return;
    }
    for (const [id, request] of this.#requests) {
      if (request.sent && !request.repeats) {
        this.#requests.delete(id);
        request.reject(new ConnectionLost(why));
      }
      request.sent = false;
    }
    this.#subscriptions.forEach(subscription => subscription.disconnected());
    const now = Date.now();
    if (this.#openedAt > 0 && now - this.#openedAt >= HEALTHY_AFTER_MS) {
      this.#attempt = 0;
    }
    const jitterMs = backoffMs(this.#attempt++, this.#random);
    // A node that drains has spread its clients itself.
    const waitMs = this.#drainedUntil > 0 ? Math.max(0, this.#drainedUntil - now) : jitterMs;
    this.#timer = setTimeout(() => this.#open(), waitMs);
    this.#become({ name: 'waiting', attempt: this.#attempt, retryAt: now + waitMs, reason: why });
  }

  #end(state, error) {
    this.#abandon();
    this.#become(state);
    this.#requests.forEach(({ reject }) => reject(error ?? new ConnectionLost('this client was closed')));
    this.#requests.clear();
    [...this.#subscriptions.values()].forEach(subscription => (error ? subscription.fail(error) : subscription.close()));
  }

  #abandon() {
    clearTimeout(this.#timer);
    clearTimeout(this.#watch);
    const socket = this.#socket;
    this.#socket = null;
    if (socket?.readyState === 0) {
      // Browsers report closing a half-open WebSocket as an error of the page.
      socket.onopen = () => socket.close(1000);
    } else {
      socket?.close(1000);
    }
  }

  #become(state) {
    this.state = state;
    this.#onState(state);
  }

  // ---- messages

  static #MESSAGES = {
    welcome: (self, message) => self.#welcome(message),
    drain: (self, message) => (self.#drainedUntil = Date.now() + message.reconnect_after_ms),
    error: (self, message) => self.#refused(message),
    produced: (self, message) => self.#answer(message),
    subscribed: (self, message) => self.#toSubscription(message),
    records: (self, message) => self.#toSubscription(message),
    caught_up: (self, message) => self.#toSubscription(message),
    checkpoint: (self, message) => self.#toSubscription(message),
    gap: (self, message) => self.#toSubscription(message),
    sought: (self, message) => self.#toSubscription(message),
    assigned: (self, message) => self.#toSubscription(message),
    revoked: (self, message) => self.#toSubscription(message),
    committed: (self, message) => self.#answer(message),
    unsubscribed: (self, message) => self.#toSubscription(message),
  };

  #welcome({ node, heartbeat_ms: heartbeatMs, max_message_bytes: bytesMax = Infinity }) {
    this.#openedAt = Date.now();
    this.#messageBytesMax = bytesMax;
    this.#watchSilence(heartbeatMs * SILENT_HEARTBEATS);
    this.#become({ name: 'open', since: this.#openedAt, node });
    this.#subscriptions.forEach(subscription => subscription.connected());
    this.#requests.forEach(request => !request.sent && this.#transmit(request));
  }

  #toSubscription(message) {
    this.#subscriptions.get(message.sid)?.received(message);
    this.#answer(message);
  }

  #refused(message) {
    const error = new MillraceError(message);
    if (message.id !== undefined) {
      this.#answer(message, error);
    } else if (message.sid !== undefined) {
      this.#subscriptions.get(message.sid)?.refused(error, message.ended);
    } else {
      this.#lastError = message; // A close follows and says what to do.
    }
  }

  #answer(message, error) {
    const request = this.#requests.get(message.id);
    this.#requests.delete(message.id);
    if (request) {
      error ? request.reject(error) : request.resolve(message);
    }
  }

  /** `waits`: until there is a connection; `repeats`: over the next one. Others fail with their connection. */
  #request(message, { waits = false, repeats = false } = {}) {
    return new Promise((resolve, reject) => {
      if (this.#requests.size >= REQUESTS_MAX) {
        reject(new MillraceError({ retriable: true, message: `${REQUESTS_MAX} requests wait for an answer; send fewer at a time` }));
        return;
      }
      const id = `r${++this.#lastId}`;
      const text = JSON.stringify({ ...message, id });
      const request = { id, text, repeats, sent: false, resolve, reject };
      if (this.state.name === 'open') {
        this.#requests.set(id, request);
        this.#transmit(request);
      } else if (waits) {
        this.#requests.set(id, request);
      } else {
        reject(new ConnectionLost('there is no connection'));
      }
    });
  }

  #transmit(request) {
    const bytes = request.text.length * 3 > this.#messageBytesMax ? new TextEncoder().encode(request.text).length : 0;
    if (bytes > this.#messageBytesMax) {
      this.#requests.delete(request.id);
      const message = `the request has ${bytes} bytes, the server takes ${this.#messageBytesMax}; send fewer records at a time`;
      request.reject(new MillraceError({ code: 10, error: 'MESSAGE_TOO_LARGE', message }));
      return;
    }
    request.sent = true;
    this.#socket.send(request.text);
  }

  #send(message) {
    if (this.state.name === 'open') {
      this.#socket.send(JSON.stringify(message));
    }
  }
}

export { BACKOFF_CEILING_MS, BACKOFF_FIRST_MS, backoffMs, MillraceError } from './errors.js';
export { Subscription, WINDOW_RECORDS } from './subscription.js';
