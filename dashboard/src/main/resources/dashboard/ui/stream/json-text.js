/** JSON as coloured text. Builds nodes by hand: rows of a busy tail are made once and never compared again. */

const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(true|false|null)/g;

/** Longer values are cut in the table; the details show them whole. */
const PREVIEW_CHARS = 400;

/**
 * @param {string} text JSON, possibly cut
 * @returns {DocumentFragment}
 */
export function jsonNodes(text) {
  const nodes = document.createDocumentFragment();
  let end = 0;
  for (const match of text.matchAll(TOKEN)) {
    nodes.append(text.slice(end, match.index));
    const [whole, string, colon, number] = match;
    if (colon) {
      nodes.append(span('json-name', string), colon);
    } else {
      nodes.append(span(string ? 'json-string' : number ? 'json-number' : 'json-word', whole));
    }
    end = match.index + whole.length;
  }
  nodes.append(text.slice(end));
  return nodes;
}

/**
 * @param {string} text JSON in one line
 * @returns {HTMLElement}
 */
export function jsonPreview(text) {
  const preview = document.createElement('code');
  preview.append(jsonNodes(text.length > PREVIEW_CHARS ? `${text.slice(0, PREVIEW_CHARS)} …` : text));
  return preview;
}

function span(className, text) {
  const element = document.createElement('span');
  element.className = className;
  element.textContent = text;
  return element;
}
