'use strict';
// Suspended functions of every kind, each a known number of times: `async` tells them by place and by what they wait for.
const { once, EventEmitter } = require('node:events');
const { open, readFile } = require('node:fs/promises');
const { Resolver } = require('node:dns/promises');
const dgram = require('node:dgram');
const { setTimeout: sleep } = require('node:timers/promises');

const wait = (ms) => new Promise((done) => setTimeout(done, ms));
const waiting = new Map();
const kept = [];
const pushed = [];
const shared = {};
shared.promise = new Promise((resolve) => {
  shared.resolve = resolve;
});
const bus = new EventEmitter().setMaxListeners(0);

async function onTimer() {
  await wait(100_000); // timer
}
async function onTimerPromise() {
  await sleep(100_000); // timers/promises
}
async function onMap(key) {
  await new Promise((resolve) => waiting.set(key, { resolve })); // map
}
async function* answers() {
  const { port1 } = new MessageChannel();
  yield new Promise((resolve) => port1.on('message', resolve)); // port
}
async function onEvent() {
  await once(bus, 'ready'); // event
}
async function onAll() {
  await Promise.all([wait(100_000), once(bus, 'never')]); // all
}
async function onRace() {
  await Promise.race([wait(100_000), wait(200_000)]); // race
}
async function onFile() {
  const handle = await open(fifo); // file
  return handle;
}
async function onDns() {
  await resolver.resolve4('example.com'); // dns
}
async function onForgotten() {
  const promise = new Promise(() => {});
  kept.push(promise);
  await promise; // forgotten
}
async function onOwnResolve() {
  let settle;
  const promise = new Promise((resolve) => {
    settle = resolve;
  });
  kept.push(promise);
  await promise; // own
  settle();
}
async function onReady() {
  await null; // ready
}
async function right() {
  await leftPromise; // ring right
}
async function ringLeft() {
  await later;
  await rightPromise; // ring left
}
let openLater;
const later = new Promise((resolve) => {
  openLater = resolve;
});
let leftPromise;
let rightPromise;

function* numbers() { // not started
  yield 1; // plain yield
  yield 2;
}
async function* pages() { // async not started
  yield 1; // async yield
  yield 2;
}
async function onPush() {
  await new Promise((resolve) => pushed.push(resolve)); // pushed
}
async function onThen(key) {
  const value = new Promise((resolve) => waiting.set(key, { resolve }));
  await value.then((text) => text.length).finally(() => {}); // then
}
async function onShared() {
  await shared.promise; // shared
}
async function* slowPages() {
  await wait(100_000); // async generator
  yield 1;
}
async function onSecondPage() {
  const pages = slowPages();
  kept.push(pages.next());
  await pages.next(); // second page
}
async function onAtomics() {
  await Atomics.waitAsync(new Int32Array(new SharedArrayBuffer(4)), 0, 0).value; // atomics
}
async function inner(key) {
  await onMap(key); // inner
}
async function outer(key) {
  await inner(key); // outer
}

async function onPages() {
  // biome-ignore format: the comment marks the stop
  for await (const page of slowPages()) kept.push(page); // for await
}

const fifo = process.argv[2];
const resolver = new Resolver({ timeout: 100_000 });
const times = (n, make) => {
  for (let i = 0; i < n; i++) kept.push(make(i));
};

async function main() {
  const silent = dgram.createSocket('udp4');
  silent.bind(0, '127.0.0.1');
  await once(silent, 'listening');
  resolver.setServers([`127.0.0.1:${silent.address().port}`]);
  leftPromise = ringLeft();
  rightPromise = right();
  openLater();
  times(30, onTimer);
  times(20, onTimerPromise);
  times(100, (i) => outer(`k${i}`));
  times(10, onEvent);
  times(5, onAll);
  times(4, onRace);
  globalThis.answers = answers();
  kept.push(globalThis.answers.next());
  times(9, onPush);
  times(3, (i) => onThen(`t${i}`));
  times(2, onShared);
  if (fifo) times(1, onFile);
  times(2, onDns);
  kept.push(onAtomics());
  times(7, onForgotten);
  times(6, onOwnResolve);
  times(3, () => {
    const it = numbers();
    it.next();
    return it;
  });
  times(2, numbers);
  const started = pages();
  await started.next();
  kept.push(started, pages());
  kept.push(onPages(), onSecondPage());
  await wait(20);
  times(8, onReady);
  process.abort();
}
void main();
