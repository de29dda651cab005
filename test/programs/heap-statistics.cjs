// Prints V8's own account of its heap, in the main thread and in a worker, and aborts. Each thread stops as soon as
// it has asked: main dies, the worker waits. (Needs --expose-gc.)
const { writeSync } = require('node:fs');
const v8 = require('node:v8');
const { isMainThread, parentPort, Worker } = require('node:worker_threads');

globalThis.kept = [];
for (let i = 0; i < 20_000; i++) globalThis.kept.push({ i, text: `number ${i}` });
globalThis.large = new Array(300_000).fill(1);
class Session {}
globalThis.sessions = Array.from({ length: 1000 }, () => new Session());

const statistics = () => ({ heap: v8.getHeapStatistics(), spaces: v8.getHeapSpaceStatistics() });

const stop = new Int32Array(new SharedArrayBuffer(4));

if (isMainThread) {
  new Worker(__filename).on('message', (worker) => {
    // What was made so far is garbage; there is room for what the last lines need, so that V8 collects none.
    gc();
    writeSync(1, JSON.stringify({ main: statistics(), worker }));
    process.abort();
  });
} else {
  gc();
  parentPort.postMessage(statistics());
  Atomics.wait(stop, 0, 0);
}
