// A script that comes as bytecode, with blanks in place of its text, as programs are shipped that hide theirs.
const v8 = require('node:v8');
const vm = require('node:vm');

const text = `(function run(limit) {
  class Queue {
    items = [];
    push(item) {
      const size = this.items.length;
      const reason = 'full at ' + size;
      if (size >= limit) throw new RangeError(reason);
      this.items.push(item);
    }
  }
  const queue = new Queue();
  for (let i = 0; i < 10; i++) queue.push({ i });
})`;
const filename = 'shipped.jsc';

v8.setFlagsFromString('--no-lazy');
const cachedData = new vm.Script(text, { filename }).createCachedData();
const shipped = new vm.Script('\u200b'.repeat(text.length), { filename, cachedData });
if (shipped.cachedDataRejected) throw new Error('V8 refused the bytecode');
shipped.runInThisContext()(3);
