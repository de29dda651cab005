// The main thread aborts while a worker waits in Atomics.wait: two isolates, both with JavaScript on the stack.
const { isMainThread, parentPort, Worker, workerData } = require('node:worker_threads');

if (isMainThread) {
  globalThis.mainMarker = { kind: 'MAIN' };
  const worker = new Worker(__filename, { workerData: new SharedArrayBuffer(8) });
  worker.on('message', function onReady() {
    setTimeout(function mainAbort() {
      const local = { a: 1 };
      process.abort(local);
    }, 50);
  });
} else {
  globalThis.workerMarker = { kind: 'WORKER' };
  (function blocked(shared) {
    const cells = new Int32Array(shared);
    parentPort.postMessage('ready');
    Atomics.wait(cells, 0, 0, 100_000);
  })(workerData);
}
