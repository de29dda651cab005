// A heap of about that many megabytes, of small objects, strings, arrays and closures; writes V8's own snapshot
// where a file is named, says how long that took, and aborts.
const v8 = require('node:v8');
const [, , file, megabytes] = process.argv;

class Row {
  constructor(i) {
    this.id = i;
    this.name = `row ${i}`;
    this.tags = [i % 7, `tag ${i % 100}`, { weight: i / 3 }];
    this.read = () => this.id + i;
  }
}

const rows = new Map();
while (process.memoryUsage().heapUsed < megabytes * 2 ** 20) {
  for (let n = 0; n < 10000; n++) rows.set(`key${rows.size}`, new Row(rows.size));
}
globalThis.rows = rows;

setTimeout(() => {
  const begin = performance.now();
  if (file) v8.writeHeapSnapshot(file);
  require('node:fs').writeSync(1, JSON.stringify({ milliseconds: performance.now() - begin }));
  process.abort();
}, 10);
