// A bundle without a leak: thousands of functions, each there once with a scope of its own, in one text.
const { writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { writeHeapSnapshot } = require('node:v8');

const parts = Array.from(
  { length: 4000 },
  (_, i) => `
/** ${'words about what it does '.repeat(12)} */
const setting${i} = { name: 'setting ${i}', field${i}: ${i}, list: [${i}, 'a', 'b'] };
const part${i} = (function () {
  const held${i} = 'own text ${i}';
  class Part${i} { read() { return setting${i}.name + held${i}; } }
  return { make: () => new Part${i}(), name: () => held${i} };
})();
part${i}.make().read();`,
);
const text = `${parts.join('\n')}\nmodule.exports = () => [${parts.map((_, i) => `part${i}`).join(', ')}];\n`;
const file = process.argv.at(-1);
const bundled = join(file, '..', 'bundled.cjs');
writeFileSync(bundled, text);
globalThis.parts = require(bundled);
writeHeapSnapshot(file);
