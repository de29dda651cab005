'use strict';
// Functions that get optimized with inlining; the abort comes below a call that stays megamorphic.
let stop = false;
const steps = [
  (n) => n,
  function two(n) { return n + 1; },
  function three(n) { return n - 1; },
  function four(n) { return n ^ 1; },
  function five(n) { if (stop) process.abort(); return n | 0; },
];
function sink(n, tag) {
  const local = { n, tag };
  const half = n / 4;
  const called = steps[n % 5](n);
  return local.n + called + half;
}
function inlinee(a, b) {
  const doubled = a * 2;
  let result = 0;
  try {
    result = sink(doubled - a, tags[b]);
  } finally {
    result += b;
  }
  return result;
}
const tags = ['zero', 'one', 'two', 'three'];
function hot(count, label) {
  let sum = 0.5;
  const half = count / 2;
  for (let i = 0; i < count; i++) {
    sum += inlinee(i, 3) + half;
  }
  return sum + label.length;
}
function outer(...rest) {
  let total = 0;
  for (let round = 0; round < 6000; round++) {
    if (round === 5990) stop = true;
    total += hot(100, 'label');
  }
  return total + rest.length;
}
setTimeout(function timer() { outer(1, 2); }, 1);
