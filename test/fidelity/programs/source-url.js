// Scripts that name themselves by a comment, as bundlers for development make them.
const vm = require('node:vm');

const inEval = eval(`(function inEval(next, depth) {
  const here = { depth };
  return next(here.depth + 1);
})
//# sourceURL=webpack:///./src/in-eval.js?`);

const inFunction = new Function('next', 'depth', 'const made = depth;\nreturn next(made + 1);\n//# sourceURL=in-function.js');

const inScript = new vm.Script(
  `(function inScript(next, depth) {
  const both = [depth];
  return next(both[0] + 1);
})
//# sourceURL=by-comment.js`,
  { filename: 'by-option.js' },
).runInThisContext();

const named = new vm.Script('(function named(next, depth) { return next(depth + 1); })', {
  filename: '/no/such/folder/named.js',
}).runInThisContext();

function last(depth) {
  throw new Error(`at depth ${depth}`);
}

inEval((a) => inFunction((b) => inScript((c) => named(last, c), b), a), 1);
