// flags: --no-opt --no-sparkplug
// tier: interpreted middle inner outer
// Frames of the interpreter alone.
function inner(value, list) {
  const squared = value * value;
  for (const item of list) {
    let sum = squared + item;
    if (sum > 10) throw new Error(`sum ${sum}`);
  }
}

function middle(a, ...more) {
  const captured = more.length;
  const call = () => inner(a, [captured, 7]);
  return call();
}

function outer() {
  let result = middle(2, 'x', 'y');
  return result;
}

outer();
