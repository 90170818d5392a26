/** Numbers, sizes and times as text, the same way everywhere on the page. */

const plain = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
const significant = new Intl.NumberFormat('en', { maximumSignificantDigits: 4 });

/** Shown where a number is not known yet. */
const UNKNOWN = '–';

/** @param {number} count e.g. `1,043` or `2.4M` */
export const formatCount = count => (count < 100_000 ? plain : compact).format(count);

/** @param {number|null} perSecond e.g. `0.4`, `52`, `12.3K` */
export function formatRate(perSecond) {
  if (perSecond === null || perSecond === undefined) {
    return UNKNOWN;
  }
  const digits = perSecond < 9.95 && !Number.isInteger(perSecond) ? 1 : 0;
  return perSecond < 10_000 ? perSecond.toFixed(digits).replace(/\B(?=(\d{3})+$)/g, ',') : compact.format(perSecond);
}

const SIZE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

/** @param {number|null} bytes decimal units, e.g. `7.3 kB` */
export function formatBytes(bytes) {
  if (bytes === null || bytes === undefined) {
    return UNKNOWN;
  }
  const step = Math.min(SIZE_UNITS.length - 1, bytes < 1 ? 0 : Math.floor(Math.log10(bytes) / 3));
  const size = bytes / 1000 ** step;
  return `${size < 10 && step > 0 ? size.toFixed(1) : Math.round(size)} ${SIZE_UNITS[step]}`;
}

/** @param {number} value of a reading: as many digits as matter */
export const formatReading = value => (Math.abs(value) >= 100_000 ? compact : significant).format(value);

/** @param {number} ms e.g. `3d 4h`, `12m 5s` */
export function formatDuration(ms) {
  const seconds = Math.floor(ms / 1000);
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3_600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [seconds % 60, 's'],
  ];
  const first = parts.findIndex(([amount]) => amount > 0);
  const shown = first === -1 ? [parts[3]] : parts.slice(first, first + 2).filter(([amount]) => amount > 0);
  return shown.map(([amount, unit]) => amount + unit).join(' ');
}

/**
 * @param {number} count
 * @param {string} noun in singular
 */
export const plural = (count, noun) => `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;

const time = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
  hour12: false,
});

/** @param {number} ms e.g. `13:05:30.123` */
export const formatTime = ms => time.format(ms);

/** @param {number} ms with the date, in the reader's own zone */
export const formatDateTime = ms =>
  new Date(ms).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium', hour12: false });
