/** Which keys a chart shows: the reader's choice, or the first ones seen until there is one. */

import { SERIES_MAX } from './palette.js';

/** Without a choice the chart shows this many keys: more lines than that are hard to follow at first sight. */
const SHOWN_AT_FIRST = 5;

export class KeyChoice {
  /** @type {(string|null)[]} a place is a colour, so a key keeps its colour while others come and go */
  #places = new Array(SERIES_MAX).fill(null);
  #chosenByReader = false;

  /**
   * Fills empty places with keys as they appear, until the reader has chosen.
   * @param {Iterable<string>} known
   */
  suggest(known) {
    if (!this.#chosenByReader) {
      for (const key of known) {
        if (this.count >= SHOWN_AT_FIRST) {
          return;
        }
        if (!this.has(key)) {
          this.#place(key);
        }
      }
    }
  }

  /** @param {string} key */
  toggle(key) {
    this.#chosenByReader = true;
    if (this.has(key)) {
      this.#places[this.#places.indexOf(key)] = null;
    } else {
      this.#place(key);
    }
  }

  /** @param {string} key */
  has(key) {
    return this.#places.includes(key);
  }

  get count() {
    return this.#places.filter(key => key !== null).length;
  }

  get full() {
    return this.count === SERIES_MAX;
  }

  /** @returns {{key: string, place: number}[]} `place` is the number of the key's colour */
  get entries() {
    return this.#places.flatMap((key, place) => (key === null ? [] : [{ key, place }]));
  }

  #place(key) {
    const free = this.#places.indexOf(null);
    if (free >= 0) {
      this.#places[free] = key;
    }
  }
}
