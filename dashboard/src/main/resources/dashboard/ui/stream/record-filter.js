/** Which records the live tail shows. */

/**
 * @typedef {object} FilterSettings
 * @property {string} text part of the value or key, any case
 * @property {string} key part of the key, exact case
 * @property {number|null} partition null for all
 */

/** @type {FilterSettings} */
export const NO_FILTER = Object.freeze({ text: '', key: '', partition: null });

/**
 * @param {FilterSettings} settings
 * @returns {((record: import('../../client/millrace.js').MillraceRecord) => boolean)|null} null when everything matches
 */
export function compileFilter({ text, key, partition }) {
  const wanted = text.trim().toLowerCase();
  if (wanted === '' && key === '' && partition === null) {
    return null;
  }
  return record =>
    (partition === null || record.partition === partition) &&
    (key === '' || keyText(record).includes(key)) &&
    (wanted === '' || `${keyText(record)} ${valueText(record)}`.toLowerCase().includes(wanted));
}

/** @param {import('../../client/millrace.js').MillraceRecord} record */
export const keyText = record => record.key ?? record.key_base64 ?? '';

/**
 * @param {import('../../client/millrace.js').MillraceRecord} record
 * @returns {string} JSON in one line, or base64 for a value that is not JSON
 */
export const valueText = record =>
  record.value_base64 === undefined ? JSON.stringify(record.value ?? null) : record.value_base64;
