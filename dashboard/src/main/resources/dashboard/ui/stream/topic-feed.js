/** One followed topic: its stream, and what the page keeps of it. */

import { serverUrl } from '../api/urls.js';
import { FieldStore } from '../charts/field-store.js';
import { PARTITIONS_MAX, TopicStream } from '../../millrace-client.js';
import { TailBuffer } from './tail-buffer.js';

/** Records per partition from before the page was opened, so that it is not empty. */
const LAST = 20;

/** A stream that is behind the log and silent for this long has died without a word, e.g. while the computer slept. */
const SILENT_MS = 10_000;

/** Records behind: fewer can simply be on their way. */
const BEHIND_MIN = 1;

export class TopicFeed {
  fields = new FieldStore();
  tail = new TailBuffer();
  /** The last report of records that are gone from the log, or null. */
  gap = null;

  /**
   * @param {string} topic
   * @param {() => void} onChange called when the state of the stream changed, not for each record
   */
  constructor(topic, onChange) {
    this.topic = topic;
    this.stream = new TopicStream(topic, {
      baseUrl: serverUrl,
      last: LAST,
      onRecord: (record, text) => {
        this.fields.observe(record);
        this.tail.accept(record, text);
      },
      onState: onChange,
      onGap: gap => {
        this.gap = gap;
        onChange();
      },
    });
  }

  /**
   * @param {number} endOffsetSum of the topic, from the overview
   * @returns {number} records that are stored but have not come through the stream
   */
  behind(endOffsetSum) {
    if (this.stream.positions.size === 0 || this.stream.partitionsTotal > PARTITIONS_MAX) {
      return 0; // not comparable: the sum covers partitions that are not followed
    }
    let reached = 0;
    for (const offset of this.stream.positions.values()) {
      reached += offset;
    }
    return Math.max(0, endOffsetSum - reached);
  }

  /** @param {number} endOffsetSum */
  wakeWhenSilent(endOffsetSum) {
    const { state, lastMessageAt } = this.stream;
    const quietSince = Math.max(lastMessageAt, state.since ?? 0);
    if (state.name === 'live' && this.behind(endOffsetSum) >= BEHIND_MIN && Date.now() - quietSince > SILENT_MS) {
      this.stream.reconnect();
    }
  }

  /** Leaves out what lies between and goes on with the newest records. */
  skipToNewest() {
    this.tail.clear();
    this.stream.skipToNewest();
  }
}
