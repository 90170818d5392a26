// How things are written on the wire.

const WIRE_NAMES = {
  topicPattern: 'topic_pattern',
  keyPrefix: 'key_prefix',
  conflateBy: 'conflate_by',
  maxLag: 'max_lag',
};

function wireOptions({ headers = {}, conflate, ...options }) {
  const wire = {};
  for (const [name, value] of Object.entries(options)) {
    wire[WIRE_NAMES[name] ?? name] = value;
  }
  for (const [name, value] of Object.entries(headers)) {
    wire[`header.${name}`] = value;
  }
  if (conflate !== undefined) {
    wire.conflate = typeof conflate === 'number' ? `${conflate}ms` : conflate;
  }
  return wire;
}

const wireFrom = from => (from instanceof Date ? `time:${from.getTime()}` : from === undefined ? undefined : String(from));

const nameOf = (topic, partition) => `${topic}:${partition}`;

function partitionOf(name) {
  const colon = name.lastIndexOf(':');
  return { topic: name.slice(0, colon), partition: Number(name.slice(colon + 1)) };
}

const wirePositions = positions => [...positions].map(([name, offset]) => `${name}:${offset}`).join(',');

/** `from` beside a token: for partitions that the token does not hold. Offsets that are named would win over it, so known ones go. */
function withoutKnown(from, positions) {
  if (from === undefined || positions.size === 0 || /^(latest|earliest|committed|time:.*|ago:.*|last:.*)$/.test(from)) {
    return from;
  }
  const numbers = new Set([...positions.keys()].map(name => String(partitionOf(name).partition)));
  const left = from.split(',').filter(place => {
    const parts = place.split(':');
    return parts.length === 3 ? !positions.has(`${parts[0]}:${parts[1]}`) : parts.length === 2 && !numbers.has(parts[0]);
  });
  return left.length > 0 ? left.join(',') : undefined;
}

function wireRecord({ key, value, ...rest }) {
  return {
    ...rest,
    ...(key instanceof Uint8Array ? { key_base64: base64(key) } : { key }),
    ...(value instanceof Uint8Array ? { value_base64: base64(value) } : { value }),
  };
}

function base64(bytes) {
  let text = '';
  bytes.forEach(byte => (text += String.fromCharCode(byte)));
  return btoa(text);
}

export { nameOf, partitionOf, wireFrom, wireOptions, wirePositions, wireRecord, withoutKnown };
