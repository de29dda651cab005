// Prints V8's own account of its heap, in the main thread and in a worker, and aborts.
const v8 = require('node:v8');
const { isMainThread, parentPort, Worker } = require('node:worker_threads');

globalThis.kept = [];
for (let i = 0; i < 20_000; i++) globalThis.kept.push({ i, text: `number ${i}` });
globalThis.large = new Array(300_000).fill(1);
class Session {}
globalThis.sessions = Array.from({ length: 1000 }, () => new Session());

const statistics = () => ({ heap: v8.getHeapStatistics(), spaces: v8.getHeapSpaceStatistics() });

if (isMainThread) {
  new Worker(__filename).on('message', (worker) => {
    process.stdout.write(JSON.stringify({ main: statistics(), worker }), () => process.abort());
  });
} else {
  setInterval(() => {}, 1000);
  parentPort.postMessage(statistics());
}
