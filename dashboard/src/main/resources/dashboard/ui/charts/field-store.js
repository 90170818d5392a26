/** Keeps the numbers of a topic's records by field and by key, so that choosing another field shows its past at once. */

import { mostInteresting, visitNumbers } from './numeric-fields.js';
import { SecondRing } from './second-ring.js';

/** Bounds of memory: together at most FIELDS_MAX * (KEYS_MAX + 1) rings of about 13 KiB. */
const FIELDS_MAX = 16;
export const KEYS_MAX = 60;

const NO_KEY = '(no key)';

/** One numeric field: all records together, and each of the first {@link KEYS_MAX} keys. */
class Field {
  all = new SecondRing();
  /** @type {Map<string, SecondRing>} */
  keys = new Map();

  constructor(path, sample) {
    this.path = path;
    this.sample = sample;
  }

  add(key, timeMs, value) {
    this.all.add(timeMs, value);
    let ring = this.keys.get(key);
    if (!ring && this.keys.size < KEYS_MAX) {
      ring = new SecondRing();
      this.keys.set(key, ring);
    }
    ring?.add(timeMs, value);
  }
}

export class FieldStore {
  /** @type {Map<string, Field>} */
  #fields = new Map();
  /** Timestamp of the newest record seen, 0 before the first. */
  newestMs = 0;
  /** Records that carried a number. */
  observed = 0;

  /** @param {import('../../client/millrace.js').MillraceRecord} record */
  observe(record) {
    const key = record.key ?? record.key_base64 ?? NO_KEY;
    let found = false;
    visitNumbers(record.value, (path, number) => {
      let field = this.#fields.get(path);
      if (!field && this.#fields.size < FIELDS_MAX) {
        field = new Field(path, number);
        this.#fields.set(path, field);
      }
      field?.add(key, record.timestamp, number);
      found = true;
    });
    if (found) {
      this.observed++;
      this.newestMs = Math.max(this.newestMs, record.timestamp);
    }
  }

  /** @returns {string[]} paths in the order in which they were found */
  get paths() {
    return [...this.#fields.keys()];
  }

  /** @param {string} path */
  field(path) {
    return this.#fields.get(path);
  }

  /** @returns {string|undefined} the field to show when none is chosen */
  get suggestion() {
    return mostInteresting([...this.#fields.values()]);
  }
}
