/** The records behind the live tail. Every collection in it is bounded, whatever the stream does. */

import { compileFilter } from './record-filter.js';
import { RowBudget } from './row-budget.js';

/** Rows on the page. */
export const ROWS_MAX = 200;

/** Rows added per second in a flood; up to this rate every record is shown. */
const ROWS_PER_SECOND = 200;

/** Kept for a change of the filter, so that it also finds what came before it. */
const RECENT_MAX = 1_000;
const RECENT_CHARS_MAX = 8_000_000;

/** Records waiting for the next frame. A hidden tab draws no frames: beyond this every other one is let go. */
const WAITING_MAX = 1_000;

/** The sampling ratio is measured over about this time. */
const RATIO_OVER_MS = 3_000;

/** @typedef {import('../../client/millrace.js').MillraceRecord} MillraceRecord */

export class TailBuffer {
  /** @type {MillraceRecord[]} newest first, at most {@link ROWS_MAX} */
  rows = [];
  /** Records that came in since the topic was opened. */
  received = 0;
  /** Records among them that passed the filter. */
  matched = 0;

  #filter = null;
  #waiting = [];
  #waitingCount = 0;
  #recent = [];
  #recentChars = 0;
  #budget = new RowBudget(ROWS_PER_SECOND, ROWS_MAX, performance.now());
  #ratio = { since: 0, arrived: 0, shown: 0, value: 1 };

  /** @param {MillraceRecord} record */
  accept(record) {
    this.received++;
    this.#remember(record, JSON.stringify(record).length);
    if (this.#filter === null || this.#filter(record)) {
      this.matched++;
      this.#waitingCount++;
      this.#waiting.push(record);
      if (this.#waiting.length > WAITING_MAX) {
        this.#waiting = this.#waiting.filter((_, index) => index % 2 === 1);
      }
    }
  }

  /** Records that matched and wait for the next {@link flush}. */
  get waiting() {
    return this.#waitingCount;
  }

  /** N in "showing 1 in N"; 1 when everything is shown. */
  get oneIn() {
    return this.#ratio.value;
  }

  /**
   * Moves waiting records into the rows, evenly sampled when there are too many.
   * @param {number} nowMs of a clock that never goes back
   * @returns {boolean} whether the rows changed
   */
  flush(nowMs) {
    const waiting = this.#waiting;
    const granted = this.#budget.take(waiting.length, nowMs);
    this.#measure(nowMs, this.#waitingCount, granted);
    this.#waiting = [];
    this.#waitingCount = 0;
    if (granted === 0) {
      return false;
    }
    const added = [];
    for (let index = granted; index > 0; index--) {
      // The last of each of `granted` equal parts: the newest record is always among them.
      added.push(waiting[Math.ceil((index * waiting.length) / granted) - 1]);
    }
    this.rows = [...added, ...this.rows].slice(0, ROWS_MAX);
    return true;
  }

  /** @param {import('./record-filter.js').FilterSettings} settings */
  filterBy(settings) {
    this.#filter = compileFilter(settings);
    const matching = this.#filter ? this.#recent.filter(({ record }) => this.#filter(record)) : this.#recent;
    this.rows = matching.slice(-ROWS_MAX).map(({ record }) => record).reverse();
    this.matched = this.#filter ? matching.length : this.received;
    this.#waiting = [];
    this.#waitingCount = 0;
  }

  /** Forgets what was shown, e.g. when a part of the log is skipped on purpose. */
  clear() {
    this.rows = [];
    this.#recent = [];
    this.#recentChars = 0;
    this.#waiting = [];
    this.#waitingCount = 0;
  }

  #remember(record, chars) {
    this.#recent.push({ record, chars });
    this.#recentChars += chars;
    // Cutting a tenth at a time keeps the cost per record small.
    if (this.#recent.length > RECENT_MAX * 1.1 || this.#recentChars > RECENT_CHARS_MAX) {
      let keepFrom = Math.max(0, this.#recent.length - RECENT_MAX);
      for (let index = 0; index < keepFrom; index++) {
        this.#recentChars -= this.#recent[index].chars;
      }
      while (this.#recentChars > RECENT_CHARS_MAX && keepFrom < this.#recent.length - 1) {
        this.#recentChars -= this.#recent[keepFrom++].chars;
      }
      this.#recent = this.#recent.slice(keepFrom);
    }
  }

  #measure(nowMs, arrived, shown) {
    const ratio = this.#ratio;
    ratio.arrived += arrived;
    ratio.shown += shown;
    if (nowMs - ratio.since >= RATIO_OVER_MS) {
      ratio.value = ratio.shown > 0 ? Math.max(1, ratio.arrived / ratio.shown) : 1;
      Object.assign(ratio, { since: nowMs, arrived: 0, shown: 0 });
    }
  }
}

