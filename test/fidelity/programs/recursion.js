// A function that calls itself, with the state of each call.
function countDown(n, trail) {
  const label = `level ${n}`;
  if (n === 0) throw new RangeError('reached the bottom');
  const next = [...trail, label];
  return countDown(n - 1, next) + n;
}

countDown(4, []);
