// Builtins that call back: map, forEach, reduce, sort, filter.
function last(a, b) {
  const difference = a - b;
  if (difference > 1) throw new Error('sort called me');
  return difference;
}

const inMap = (value, index) => [value].forEach((inner) => inForEach(inner, index));

function inForEach(inner, outerIndex) {
  return [1, 2].reduce((sum, item) => {
    const total = sum + item + outerIndex;
    [total, inner, 9].sort((x, y) => last(x, y));
    return total;
  }, 0);
}

[3].filter((kept) => [kept].map(inMap));
