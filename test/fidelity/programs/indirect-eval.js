// Indirect eval and new Function: code of the global scope, with names of its own.
const make = new Function('left', 'right = 2', 'const sum = left + right; return globalThis.report(sum);');
globalThis.report = function report(sum) {
  const source = '(function evaluated(sum) { let squared = sum * sum; throw new Error("sum " + squared); })';
  return (0, eval)(source)(sum);
};

make(5);
