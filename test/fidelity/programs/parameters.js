// Defaults, destructuring and rest: parameters with a scope of their own.
function configure(
  name,
  { size = name.length, nested: { deep = 'deep', ...others } = {} } = {},
  [first, , third = first + 1] = [5],
  read = () => name + size,
  ...rest
) {
  var name2 = `${name}!`;
  let total = size + third + rest.length;
  {
    const inner = read();
    check(inner, total, others, deep);
  }
  return name2;
}

function check(text, total) {
  throw new Error(`${text} ${total}`);
}

configure('job', { nested: { other: 1 } }, undefined, undefined, 'x', 'y');
