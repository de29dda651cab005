// The process ends itself in a callback, while a worker waits.
const { Worker, isMainThread, workerData } = require('node:worker_threads');

const READY = 0;
const NEVER = 1;

function total(prices, rate) {
  return prices.map(function withTax(price) {
    if (price > 50) process.abort();
    return price * rate;
  });
}

function checkout(flags) {
  Atomics.wait(flags, READY, 0);
  return total([20, 70], 1.2);
}

function waitForOrders(flags) {
  Atomics.store(flags, READY, 1);
  Atomics.notify(flags, READY);
  Atomics.wait(flags, NEVER, 0);
}

if (isMainThread) {
  const flags = new Int32Array(new SharedArrayBuffer(8));
  new Worker(__filename, { workerData: flags });
  setTimeout(checkout, 300, flags);
} else waitForOrders(workerData);
