// A hot function that was optimized, with a callee inlined into it.
function check(value, limit) {
  const rest = limit - value;
  if (rest < 0) throw new RangeError(`over by ${-rest}`);
  return rest;
}

function sum(count, limit) {
  let total = 0;
  for (let i = 0; i < count; i++) {
    const left = check(i, limit);
    total += left;
  }
  return total;
}

for (let round = 0; round < 400; round++) sum(1000, 1000);
sum(20, 10);
