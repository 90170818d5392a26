import { jsonNodes } from './json-text.js';
import { valueText } from './record-filter.js';

/** Longer values are cut in the table; the details show them whole. */
const PREVIEW_CHARS = 400;

/**
 * `<json-preview>`: the value of a record in one line. Not a Lit element: a busy tail makes a hundred of them a second, none of them ever
 * changes, and comparing their parts at each rendering of the table would cost more than making them.
 */
export class JsonPreview extends HTMLElement {
  #record;

  /** @param {import('../../client/millrace.js').MillraceRecord} record */
  set record(record) {
    if (record !== this.#record) {
      this.#record = record;
      const text = valueText(record);
      this.replaceChildren(jsonNodes(text.length > PREVIEW_CHARS ? `${text.slice(0, PREVIEW_CHARS)} …` : text));
    }
  }
}

customElements.define('json-preview', JsonPreview);
