/** Asks the node for its overview once a second and knows whether the node is there. */

import { backoffMs } from '../../client/millrace.js';
import { fetchOverview } from './client.js';

const INTERVAL_MS = 1_000;

/** The page is one client looking at one node: it may come back sooner than a stream among thousands. */
const RETRY_MIN_MS = 1_000;
const RETRY_MAX_MS = 8_000;

/** After this long without an answer the page says "offline" instead of "reconnecting". It goes on trying. */
const OFFLINE_AFTER_MS = 20_000;

/**
 * @typedef {{name: 'connecting'}
 *   | {name: 'live'}
 *   | {name: 'reconnecting', retryAt: number, error: import('./client.js').ApiError}
 *   | {name: 'offline', retryAt: number, error: import('./client.js').ApiError}} NodeState
 */

export class OverviewPoller {
  /** @type {NodeState} */
  state = { name: 'connecting' };

  #timer = 0;
  #failures = 0;
  #failingSince = 0;
  #asking = false;

  /**
   * @param {object} callbacks
   * @param {(overview: import('./client.js').Overview) => void} callbacks.onOverview
   * @param {(state: NodeState, before: NodeState) => void} callbacks.onState
   */
  constructor({ onOverview, onState }) {
    this.onOverview = onOverview;
    this.onState = onState;
  }

  start() {
    this.pollNow();
    // A hidden tab's timers are slowed down and a network may have come back: look at once instead of waiting.
    addEventListener('online', () => this.pollNow());
    document.addEventListener('visibilitychange', () => document.hidden || this.pollNow());
  }

  /** Asks now and ends a wait early. */
  pollNow() {
    clearTimeout(this.#timer);
    if (!this.#asking) {
      this.#poll();
    }
  }

  async #poll() {
    this.#asking = true;
    const begunAt = performance.now();
    const overview = await fetchOverview().catch(error => this.#failed(error));
    this.#asking = false;
    if (overview) {
      this.#failures = 0;
      this.#timer = setTimeout(() => this.#poll(), Math.max(0, INTERVAL_MS - (performance.now() - begunAt)));
      this.#become({ name: 'live' });
      this.onOverview(overview);
    }
  }

  #failed(error) {
    this.#failingSince = this.#failures++ === 0 ? Date.now() : this.#failingSince;
    const waitMs = Math.max(RETRY_MIN_MS, Math.min(RETRY_MAX_MS, backoffMs(this.#failures)));
    this.#timer = setTimeout(() => this.#poll(), waitMs);
    const long = Date.now() - this.#failingSince >= OFFLINE_AFTER_MS || navigator.onLine === false;
    this.#become({ name: long ? 'offline' : 'reconnecting', retryAt: Date.now() + waitMs, error });
  }

  #become(state) {
    const before = this.state;
    this.state = state;
    if (state.name !== 'live' || before.name !== 'live') {
      this.onState(state, before);
    }
  }
}
