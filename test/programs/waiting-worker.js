'use strict';
// Suspended functions of two isolates.
const { Worker, isMainThread, parentPort } = require('node:worker_threads');

const wait = () => new Promise((done) => setTimeout(done, 100_000));

async function here() {
  await wait();
}
async function there() {
  await wait();
}

if (isMainThread) {
  for (let i = 0; i < 3; i++) void here();
  new Worker(__filename).once('message', () => process.abort());
} else {
  for (let i = 0; i < 4; i++) void there();
  // The worker idles by the time that the main thread aborts.
  setTimeout(() => parentPort.postMessage('ready'), 50);
}
