/** One followed topic: its subscription, and what the page keeps of it. */

import { serverUrl } from '../api/urls.js';
import { FieldStore } from '../charts/field-store.js';
import { connect } from '../../client/millrace.js';
import { TailBuffer } from './tail-buffer.js';

/** Records per partition from before the page was opened, so that it is not empty. */
const LAST = 20;

/** A server lets one subscription follow only so many; the page shows these of a topic that has more. */
export const PARTITIONS_MAX = 128;

export class TopicFeed {
  fields = new FieldStore();
  tail = new TailBuffer();
  /** @type {import('../../client/millrace.js').Gap|null} the last report of records that are gone from the log */
  gap = null;

  #refusal = null;
  #onChange;

  /**
   * @param {{name: string, partitions: number}} topic
   * @param {() => void} onChange called when the state of the feed changed, not for each record
   */
  constructor({ name, partitions }, onChange) {
    this.topic = name;
    this.partitionsTotal = partitions;
    this.#onChange = onChange;
    this.millrace = connect(serverUrl, { onState: onChange });
    this.subscription = this.millrace.subscribe(
      { topics: [name], from: `last:${LAST}`, ...(partitions > PARTITIONS_MAX && { partition: [...Array(PARTITIONS_MAX).keys()] }) },
      {
        onRecord: record => this.onRecord(record),
        onGap: gap => {
          this.gap = gap;
          onChange();
        },
        onError: error => {
          this.#refusal = error;
          onChange();
        },
      },
    );
  }

  /** @param {import('../../client/millrace.js').MillraceRecord} record */
  onRecord(record) {
    this.fields.observe(record);
    this.tail.accept(record);
  }

  /**
   * @returns {import('../../client/millrace.js').ConnectionState | {name: 'paused'} | {name: 'refused', code: number, reason: string}}
   */
  get state() {
    if (this.#refusal) {
      return { name: 'refused', code: this.#refusal.closeCode ?? this.#refusal.code, reason: this.#refusal.message };
    }
    return this.subscription.paused ? { name: 'paused' } : this.millrace.state;
  }

  pause() {
    this.subscription.pause();
    this.#onChange();
  }

  /** Goes on with the record that follows those that were shown. */
  resume() {
    this.subscription.resume();
    this.#onChange();
  }

  /** Leaves out what lies between and goes on with the newest records. */
  skipToNewest() {
    this.tail.clear();
    this.subscription.seek('latest').catch(() => {}); // Whatever ended the subscription is shown by its state.
    this.resume();
  }

  close() {
    this.millrace.close();
  }

  /**
   * @param {number} endOffsetSum of the topic, from the overview
   * @returns {number} records that are stored but have not come through the stream
   */
  behind(endOffsetSum) {
    const { positions } = this.subscription;
    if (positions.size === 0 || this.partitionsTotal > PARTITIONS_MAX) {
      return 0; // not comparable: the sum covers partitions that are not followed
    }
    let reached = 0;
    for (const offset of positions.values()) {
      reached += offset;
    }
    return Math.max(0, endOffsetSum - reached);
  }
}
