// A heap of about that many megabytes, of many kinds of objects as programs hold them: texts that are made of others,
// dictionaries, accessors, closures in blocks, bound functions, buffers, errors, collections. Writes V8's own
// snapshot, says how long that took, and aborts.
const { writeSync } = require('node:fs');
const v8 = require('node:v8');
const { EventEmitter } = require('node:events');
const [, , file, megabytes = '24'] = process.argv;

const parent = `${'a text that others are parts of '.repeat(4)}${Math.random()}`;
Error.stackTraceLimit = 3;

class Session {
  #token;
  constructor(i) {
    this.#token = { of: i };
    this.created = new Date(i);
    this.events = new EventEmitter();
    this.events.on('end', () => this.#token);
  }
  get token() {
    return this.#token;
  }
}

function makeAll(i) {
  const removed = { first: i, second: { i }, third: `third ${i}` };
  delete removed.second;
  const counters = Object.create(null);
  counters.hits = i;
  counters[`path ${i % 500}`] = [i];
  const sparse = [];
  sparse[1000 * (i % 100) + 1000] = { i };
  const target = { i };
  {
    const inBlock = { i };
    removed.read = () => inBlock;
  }
  return {
    text: `left part of text ${i} and the right`,
    part: `${parent} ${i}`.slice(10, 90),
    symbol: Symbol(`symbol ${i}`),
    big: BigInt(i) * 12345678901234567890n,
    removed,
    counters,
    sparse,
    accessor: {
      get value() {
        return i;
      },
    },
    bound: makeAll.bind(target, i, 'bound'),
    buffer: Buffer.from(`buffer ${i}`),
    bytes: new Uint8Array(16),
    promise: new Promise(() => {}).then(() => i),
    pattern: new RegExp(`^${i % 1000}$`),
    error: new Error(`error ${i}`),
    reference: new WeakRef(target),
    target,
    proxy: new Proxy({ i }, {}),
    session: new Session(i),
    iterator: new Map([[i, target]]).entries(),
    set: new Set([target]),
    boxed: Object(`boxed ${i}`),
    parsed: JSON.parse(`{"id":${i},"tags":["tag ${i % 100}",null],"weight":${i / 3}}`),
    generator: walk(i),
  };
}

function* walk(i) {
  yield i;
}

const all = [];
const weak = new WeakMap();
while (process.memoryUsage().heapUsed < megabytes * 2 ** 20) {
  for (let n = 0; n < 500; n++) {
    all.push(makeAll(all.length));
    weak.set(all[all.length - 1].target, { weakly: all.length });
  }
}
globalThis.subject = { all, weak, first: all[0], last: all[all.length - 1] };

setTimeout(() => {
  const begin = performance.now();
  if (file) v8.writeHeapSnapshot(file);
  writeSync(1, JSON.stringify({ milliseconds: performance.now() - begin }));
  process.abort();
}, 10);
