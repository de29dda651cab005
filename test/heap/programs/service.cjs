// A heap like a service's: caches, closures, timers, promises, WeakMaps, buffers, texts.
const v8 = require('node:v8');
const n = Number(process.argv[2]);

class User {
  constructor(i) {
    this.id = i;
    this.name = `user ${i}`;
    this.tags = [`a${i % 50}`, `b${i % 7}`];
    this.address = { street: `street ${i}`, zip: i * 3.5 };
  }
}

const cache = new Map();
for (let i = 0; i < n; i++) cache.set(`key ${i}`, new User(i));
const handlers = [];
for (let i = 0; i < n / 5; i++) {
  const held = { i };
  handlers.push(function handler() {
    return held;
  });
}
const meta = new WeakMap();
for (let i = 0; i < n / 20; i++) meta.set(cache.get(`key ${i}`), { meta: i });
let list = null;
for (let i = 0; i < 20_000; i++) list = { next: list, i };
const buffers = [];
for (let i = 0; i < 100; i++) buffers.push(Buffer.alloc(100_000, i), new Float64Array(1000));
const pending = [];
for (let i = 0; i < n / 20; i++) pending.push(new Promise(() => {}).then(() => i));
const slices = [];
for (let i = 0; i < n / 50; i++) slices.push(`héllo 世界 😀 "q"\\${i}`.repeat(20).slice(5, 60));
const odd = {
  ',': 1,
  '"': 2,
  '}': 3,
  [`line
break`]: 4,
};
globalThis.kept = {
  cache,
  handlers,
  meta,
  list,
  buffers,
  pending,
  slices,
  odd,
  pattern: /a(b)c/g,
  date: new Date(0),
  symbol: Symbol('mark'),
  big: 123456789012345678901234567890n,
  error: new Error('boom'),
};
setTimeout(() => {}, 1e9).unref();
v8.writeHeapSnapshot(process.argv[3]);
