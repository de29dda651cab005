// Generators: yield, yield*, return values, a generator inside a for-of loop.
function* numbers(limit) {
  let current = 1;
  while (current < limit) {
    const received = yield current;
    current += received ?? 1;
  }
  return check(current);
}

function* all(limit) {
  const end = yield* numbers(limit);
  yield end;
}

function check(total) {
  const reason = `ended at ${total}`;
  throw new Error(reason);
}

const seen = [];
for (const value of all(4)) {
  const doubled = value * 2;
  seen.push(doubled);
}
