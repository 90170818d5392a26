/** Marks of a time axis at round times of the clock, which travel with the lines instead of standing still. */

const STEPS_MS = [5_000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000];

/** Width a label such as "13:05:30" needs, with air around it. */
const LABEL_PX = 90;

/**
 * @param {number} minMs
 * @param {number} maxMs
 * @param {number} widthPx of the axis
 * @returns {{value: number}[]}
 */
export function timeTicks(minMs, maxMs, widthPx) {
  const wanted = Math.max(2, Math.floor(widthPx / LABEL_PX));
  const step = STEPS_MS.find(candidate => (maxMs - minMs) / candidate <= wanted) ?? STEPS_MS.at(-1);
  const ticks = [];
  for (let value = Math.ceil(minMs / step) * step; value <= maxMs; value += step) {
    ticks.push({ value });
  }
  return ticks;
}

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false });

/** @param {number} timeMs */
export const clockTime = timeMs => clock.format(timeMs);
