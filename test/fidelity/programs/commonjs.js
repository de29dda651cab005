// The wrapper of a CommonJS module: module-level variables and its five parameters.
const { run } = require('./lib/helper.cjs');
const unused = 1;
let level = 'module';
var hoisted = __filename.length > 0;

function fromHelper(secret, started) {
  const seen = { secret, started, level };
  throw new Error(Object.keys(seen).join());
}

exports.kept = hoisted;
{
  const blockOnly = 5;
  run(fromHelper, 1, 2, blockOnly);
}
