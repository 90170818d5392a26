/**
 * How many rows may be added to the page. Nobody reads more than a few rows a second, and every row costs layout; so a
 * flood is sampled. A burst, such as the first records of a topic, is shown whole.
 *
 * A token bucket: it holds up to `burst` rows and fills with `perSecond` rows a second.
 */
export class RowBudget {
  #tokens;
  #filledAt;

  /**
   * @param {number} perSecond
   * @param {number} burst
   * @param {number} nowMs
   */
  constructor(perSecond, burst, nowMs) {
    this.perSecond = perSecond;
    this.burst = burst;
    this.#tokens = burst;
    this.#filledAt = nowMs;
  }

  /**
   * @param {number} wanted
   * @param {number} nowMs
   * @returns {number} how many of the wanted rows may be shown, at least one when any is wanted and the time has come
   */
  take(wanted, nowMs) {
    const filled = this.#tokens + ((nowMs - this.#filledAt) / 1000) * this.perSecond;
    this.#tokens = Math.min(this.burst, filled);
    this.#filledAt = nowMs;
    const granted = Math.min(wanted, Math.floor(this.#tokens));
    this.#tokens -= granted;
    return granted;
  }
}
