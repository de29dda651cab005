// Aborts in an async function that another one awaits.
const { setTimeout: sleep } = require('node:timers/promises');

async function leaf(n) {
  await sleep(5);
  process.abort(n);
}

async function middle(n) {
  const doubled = n * 2;
  const result = await leaf(doubled);
  return result;
}

async function top() {
  const start = 1;
  await middle(start);
}

top();
