/** Turns the node's counters, read once a second, into rates. Nothing here touches the page. */

/** Seconds of history kept per topic: the widest window a chart shows, and some. */
export const HISTORY_SECONDS = 330;

/** Rates shown as numbers are averages over this many readings: a single second flickers. */
const SMOOTH_OVER = 3;

/**
 * One reading: rates between this reading of the counters and the one before.
 * @typedef {{timeMs: number, records: number, bytes: number}} RateSample
 */

/** History and current rates of one topic, or of the whole node. */
export class RateSeries {
  /** @type {RateSample[]} oldest first, at most {@link HISTORY_SECONDS} */
  samples = [];

  add(sample) {
    this.samples.push(sample);
    if (this.samples.length > HISTORY_SECONDS) {
      this.samples.shift();
    }
  }

  /** Records per second, lately; null until there are two readings. */
  get records() {
    return this.#recent('records');
  }

  /** Bytes per second, lately; null until there are two readings. */
  get bytes() {
    return this.#recent('bytes');
  }

  #recent(member) {
    const recent = this.samples.slice(-SMOOTH_OVER);
    return recent.length === 0 ? null : recent.reduce((sum, sample) => sum + sample[member], 0) / recent.length;
  }
}

/** Compares each overview with the one before. */
export class RateTracker {
  /** @type {Map<string, RateSeries>} */
  topics = new Map();
  node = new RateSeries();
  #before = null;

  /** @param {import('./client.js').Overview} overview */
  update(overview) {
    const before = this.#before;
    this.#before = overview;
    const names = new Set(overview.topics.map(topic => topic.name));
    for (const name of this.topics.keys()) {
      if (!names.has(name)) {
        this.topics.delete(name);
      }
    }
    for (const name of names) {
      if (!this.topics.has(name)) {
        this.topics.set(name, new RateSeries());
      }
    }
    const seconds = before ? (overview.time_ms - before.time_ms) / 1000 : 0;
    // The clock of the node may have been set back; without a positive interval there is no rate.
    if (seconds > 0) {
      this.#compare(before, overview, seconds);
    }
  }

  #compare(before, overview, seconds) {
    const earlier = new Map(before.topics.map(topic => [topic.name, topic]));
    const timeMs = overview.time_ms;
    const total = { timeMs, records: 0, bytes: 0 };
    for (const topic of overview.topics) {
      // A topic that was not there a second ago began at zero.
      const old = earlier.get(topic.name) ?? { end_offset_sum: 0, bytes: 0 };
      const sample = {
        timeMs,
        records: perSecond(topic.end_offset_sum - old.end_offset_sum, seconds),
        bytes: perSecond(topic.bytes - old.bytes, seconds),
      };
      this.topics.get(topic.name).add(sample);
      if (!topic.internal) {
        total.records += sample.records;
        total.bytes += sample.bytes;
      }
    }
    this.node.add(total);
  }
}

/** Counters fall when a topic is made anew or retention drops a segment: that is not a negative rate. */
function perSecond(difference, seconds) {
  return Math.max(0, difference) / seconds;
}
