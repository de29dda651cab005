// A bundle without a leak: thousands of functions and objects, each there once, in one text.
const { writeFileSync } = require('node:fs');
const { dirname, join } = require('node:path');
const { writeHeapSnapshot } = require('node:v8');

const file = process.argv.at(-1);

function part(_, i) {
  return `
/** ${'words about what it does '.repeat(12)} */
const setting${i} = { name: 'setting ${i}', field${i}: ${i}, list: [${i}, 'a', 'b'] };
const part${i} = (function () {
  const held${i} = 'own text ${i}';
  class Part${i} { read() { return setting${i}.name + held${i}; } }
  return () => new Part${i}();
})();
part${i}().read();`;
}

function load() {
  const path = join(dirname(file), 'bundled.cjs');
  const parts = Array.from({ length: 4000 }, part);
  const names = parts.map((_, i) => `part${i}`).join(', ');
  writeFileSync(path, `${parts.join('\n')}\nmodule.exports = () => [${names}];\n`);
  return require(path);
}

globalThis.parts = load();
setTimeout(() => writeHeapSnapshot(file), 1);
