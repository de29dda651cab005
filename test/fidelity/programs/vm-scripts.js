// vm: a script with let and const of its own, in this context and in another.
const vm = require('node:vm');

function fail(...values) {
  const text = values.join(' ');
  process.abort();
  return text;
}

vm.runInThisContext('let shared = { from: "script" }; const constant = 7; class Shared {}', { filename: 'first.vm.js' });
const inside = vm.createContext({ fail, base: 40 });
const source = `
let offset = 2;
var total = base + offset;
function called(extra) { const all = total + extra; fail('inside', all); }
called(1);
`;
vm.runInContext(source, inside, { filename: 'second.vm.js' });
