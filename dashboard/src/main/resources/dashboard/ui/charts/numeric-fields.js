/** Finds the numbers inside a JSON value. */

/** Nested deeper than this a number is hardly a reading, and walking costs time on every record. */
const DEPTH_MAX = 4;

/** Names that are numbers but no measurements: a chart of them is a straight line. */
const NOT_A_READING = /(^|[._])(id|seq|sequence|offset|ts|time|timestamp|version|epoch|order)$/i;

/** Larger than any usual reading: most likely a time in milliseconds or an identifier. */
const LIKELY_TIME = 1e11;

/**
 * Calls `visit(path, number)` for every number in a JSON object, e.g. `('site.temp', 21.5)`; a value that is itself a
 * number has the path `value`. Arrays are not entered: their elements have no stable name.
 * @param {*} value
 * @param {(path: string, number: number) => void} visit
 */
export function visitNumbers(value, visit) {
  if (typeof value === 'number') {
    visit('value', value);
  } else if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
    walk(value, '', 1, visit);
  }
}

function walk(object, prefix, depth, visit) {
  for (const name in object) {
    const member = object[name];
    if (typeof member === 'number') {
      visit(prefix + name, member);
    } else if (depth < DEPTH_MAX && member !== null && typeof member === 'object' && !Array.isArray(member)) {
      walk(member, `${prefix}${name}.`, depth + 1, visit);
    }
  }
}

/**
 * @param {{path: string, sample: number}[]} fields in the order in which they were found
 * @returns {string|undefined} the field to show first
 */
export function mostInteresting(fields) {
  const reading = fields.find(({ path, sample }) => !NOT_A_READING.test(path) && Math.abs(sample) < LIKELY_TIME);
  return (reading ?? fields[0])?.path;
}
