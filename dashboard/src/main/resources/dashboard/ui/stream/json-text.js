/** JSON as coloured text. */

const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(true|false|null)/g;

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

function span(className, text) {
  const element = document.createElement('span');
  element.className = className;
  element.textContent = text;
  return element;
}
