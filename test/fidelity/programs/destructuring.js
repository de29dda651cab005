// Destructuring assignments and declarations with defaults, computed keys and holes.
function take(source, key) {
  const {
    [key]: chosen,
    list: [head, , ...tail],
    missing = fallback(chosen),
    ...rest
  } = source;
  let a = 1;
  let b = 2;
  [a, b] = [b, a];
  ({ x: a, ...source } = { x: 9, y: 8 });
  for (const { id, name: { first } } of rest.people) fail(id, first, a, b);
  return head + tail + missing;
}

function fallback(value) {
  return `fallback of ${value}`;
}

function fail(...parts) {
  throw new Error(parts.join());
}

take({ k: 'chosen', list: [1, 2, 3, 4], people: [{ id: 5, name: { first: 'Ada' } }] }, 'k');
