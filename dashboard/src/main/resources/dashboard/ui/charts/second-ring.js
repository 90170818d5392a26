/** Values of the last minutes, one slot per second. A slot is reused when its second has passed out of the ring. */

export const RING_SECONDS = 330;

export class SecondRing {
  #second = new Float64Array(RING_SECONDS).fill(-1);
  #count = new Uint32Array(RING_SECONDS);
  #sum = new Float64Array(RING_SECONDS);
  #min = new Float64Array(RING_SECONDS);
  #max = new Float64Array(RING_SECONDS);

  /** The newest value, for the legend. */
  latest = NaN;
  #latestAt = -Infinity;

  /**
   * @param {number} timeMs older than the ring is long: ignored, because its slot belongs to a newer second
   * @param {number} value
   */
  add(timeMs, value) {
    const second = Math.floor(timeMs / 1000);
    const slot = second % RING_SECONDS;
    if (this.#second[slot] > second) {
      return;
    }
    if (this.#second[slot] !== second) {
      this.#second[slot] = second;
      this.#count[slot] = 0;
      this.#sum[slot] = 0;
      this.#min[slot] = Infinity;
      this.#max[slot] = -Infinity;
    }
    this.#count[slot]++;
    this.#sum[slot] += value;
    this.#min[slot] = Math.min(this.#min[slot], value);
    this.#max[slot] = Math.max(this.#max[slot], value);
    if (timeMs >= this.#latestAt) {
      this.#latestAt = timeMs;
      this.latest = value;
    }
  }

  /**
   * @param {'average'|'min'|'max'} what
   * @param {number} fromMs
   * @param {number} toMs
   * @returns {{x: number, y: number}[]} a point per second that has values, in order of time, at the second's middle
   */
  points(what, fromMs, toMs) {
    const points = [];
    const last = Math.floor(toMs / 1000);
    for (let second = Math.max(Math.floor(fromMs / 1000), last - RING_SECONDS + 1); second <= last; second++) {
      const slot = second % RING_SECONDS;
      if (this.#second[slot] === second) {
        points.push({ x: second * 1000 + 500, y: this.#value(what, slot) });
      }
    }
    return points;
  }

  #value(what, slot) {
    switch (what) {
      case 'min':
        return this.#min[slot];
      case 'max':
        return this.#max[slot];
      default:
        return this.#sum[slot] / this.#count[slot];
    }
  }
}
