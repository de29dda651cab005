// Runs in circles in optimized code, while a dump is made from outside.
const fs = require('node:fs');

function spin(list) {
  let i = 0;
  let twice = 0;
  let item = list[0];
  for (;;) {
    i = i === 999 ? 0 : i + 1;
    twice = i * 2;
    item = list[i & 3];
    item.visits = twice;
    if (item.visits < 0) return twice;
  }
}

function caller() {
  fs.writeSync(1, String(process.pid));
  return spin(['a', 'b', 'c', 'd'].map((name) => ({ name, visits: 0 })));
}

setTimeout(caller, 50);
