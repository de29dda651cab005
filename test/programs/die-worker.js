// A worker throws; Node rethrows the error in the main thread, where nobody listens.
const { Worker, isMainThread } = require('node:worker_threads');
if (isMainThread) {
  new Worker(__filename);
  setInterval(function tick() {}, 1000);
} else {
  function inner(what) {
    throw new RangeError(`worker ${what}`);
  }
  setTimeout(function later() {
    inner('boom');
  }, 20);
}
