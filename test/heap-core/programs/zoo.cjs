// Some of everything that JavaScript and Node can hold; snapshots of the main thread and of a worker are written
// just before the process aborts.
const v8 = require('node:v8');
const vm = require('node:vm');
const fs = require('node:fs');
const http = require('node:http');
const net = require('node:net');
const zlib = require('node:zlib');
const crypto = require('node:crypto');
const { EventEmitter } = require('node:events');
const { AsyncLocalStorage } = require('node:async_hooks');
const { Readable, Transform, pipeline } = require('node:stream');
const { Worker, MessageChannel, isMainThread, parentPort, workerData } = require('node:worker_threads');

class Animal {
  static count = 0;
  static #secret = { of: 'the class' };
  #legs;
  sound = Symbol('sound');
  constructor(name, legs) {
    this.name = name;
    this.#legs = legs;
    Animal.count++;
  }
  get legs() {
    return this.#legs;
  }
  set legs(n) {
    this.#legs = n;
  }
  #hidden() {
    return Animal.#secret;
  }
  reveal() {
    return this.#hidden();
  }
  *walk() {
    for (let i = 0; i < this.#legs; i++) yield { leg: i, of: this };
  }
  static {
    this.registry = new Map([[Symbol.for('registry'), new WeakSet()]]);
  }
}
class Bird extends Animal {
  constructor(name) {
    super(name, 2);
    this.wings = [1.5, 2.5];
    this.fly = () => `${super.reveal()} ${this.name}`;
  }
}
class List extends Array {}
class Failure extends Error {
  constructor(message, options) {
    super(message, options);
    this.code = 'E_ZOO';
  }
}

function language() {
  const animals = Array.from({ length: 300 }, (_, i) => (i % 2 ? new Bird(`b${i}`) : new Animal(`a${i}`, i)));
  const walks = animals.slice(0, 20).map((a) => a.walk());
  for (const walk of walks) walk.next();
  async function* stream() {
    for (let i = 0; ; i++) {
      const chunk = { i };
      await new Promise((resolve) => setTimeout(resolve, 1e8));
      yield chunk;
    }
  }
  const streams = [stream(), stream()];
  for (const s of streams) s.next();
  function sloppy(a, b) {
    const inner = () => a + b;
    return [arguments, inner, () => {}];
  }
  // biome-ignore lint/security/noGlobalEval: scopes of eval are what is looked at
  const evaluated = eval('var fromEval = { e: 1 }; (function inEval() { return fromEval; })');
  const made = new Function('x', 'const y = { x }; return () => y')(5);
  // biome-ignore lint/complexity/useArrowFunction: bound functions
  const bound = function (a, b) {
    return [this, a, b];
  }.bind({ me: 1 }, [1], 'second');
  const mixed = {
    1: 'one',
    2: { two: 2 },
    [Symbol('key')]: 'by symbol',
    get got() {
      return 1;
    },
    set got(v) {},
  };
  const frozen = Object.freeze({ a: [1, 2], b: Object.freeze(['x', {}]) });
  const sealed = Object.seal([{}, {}, 'sealed']);
  const dictionary = {};
  for (let i = 0; i < 2000; i++) dictionary[`key ${i}`] = i % 3 ? { i } : `value ${i}`;
  for (let i = 0; i < 1000; i++) delete dictionary[`key ${i}`];
  const wide = {};
  for (let i = 0; i < 100; i++) wide[`w${i}`] = [i];
  const doubles = [1.1, 2.2];
  doubles[3] = 3.3;
  const holes = [];
  holes[1] = {};
  holes[3] = 'x';
  const many = new Array(70000).fill(null).map((_, i) => (i % 10 ? i : `s${i}`));
  const sparse = [];
  sparse[1e6] = { far: true };
  const errors = [1, 2, 3].map((i) => new Failure(`failure ${i}`, { cause: new TypeError('cause') }));
  for (const e of errors.slice(1)) void e.stack;
  const sets = new Set(animals);
  const maps = new Map(animals.map((a, i) => [i % 2 ? a : `m${i}`, { i }]));
  const iterators = [
    sets.values(),
    maps.entries(),
    [1, 2][Symbol.iterator](),
    'text'[Symbol.iterator](),
    'aXbX'.matchAll(/X/g),
  ];
  for (const it of iterators) it.next();
  const weakMap = new WeakMap(animals.map((a, i) => [a, { weakly: i }]));
  const weakKeys = Array.from({ length: 10 }, () => ({}));
  const chain = new WeakMap();
  for (let i = 0; i < 9; i++) chain.set(weakKeys[i], weakKeys[i + 1]);
  const refs = animals.map((a) => new WeakRef(a));
  const registry = new FinalizationRegistry(() => {});
  for (const a of animals) registry.register(a, { held: a.name }, a);
  const regexps = [/a(b)c/g, /(?<year>\d+)-(?<month>\d+)/u, new RegExp('x'.repeat(100))];
  const matches = regexps.map((r) => r.exec('abc 2020-10'));
  const numbers = {
    heap: 1.5,
    neg: -0,
    nan: NaN,
    big: 123n ** 45n,
    smi: 7,
    wrapped: new Number(4.5),
    str: new String('wrapped'),
    bool: new Boolean(true),
    sym: Object(Symbol('w')),
  };
  const text = 'the quick brown fox jumps over the lazy dog '.repeat(40);
  let rope = '';
  for (let i = 0; i < 50; i++) rope += `part ${i} of the rope `;
  const strings = [
    rope,
    `${rope}!`,
    text.slice(10, 400),
    'größer 漢字 😀',
    '\u0000nul',
    `ü${text}`,
    JSON.parse(`"${text}"`),
    text.toUpperCase(),
  ];
  const thin = text.slice(0, 30) + strings.length;
  wide[thin] = thin;
  const tag = (parts) => parts;
  const template = tag`one ${1} two ${2}`;
  const proxies = [new Proxy(animals, {}), new Proxy(() => {}, { apply() {} })];
  const dates = [
    new Date(0),
    new Date(NaN),
    new Intl.DateTimeFormat('en'),
    new Intl.NumberFormat('en'),
    new Intl.Collator('en'),
  ];
  const objects = [
    Object.create(null),
    Object.create(animals[0], { x: { value: { y: 1 }, enumerable: false } }),
  ];
  function Old(i) {
    this.i = i;
    this.self = this;
  }
  Old.prototype.method = () => {};
  const olds = Array.from({ length: 50 }, (_, i) => new Old(i));
  const list = List.from(animals);
  with_scope();
  function with_scope() {
    return new Function('o', 'with (o) { return function inWith() { return x; } }')({ x: { deep: 1 } });
  }
  const held = new Function('o', 'with (o) { return function inWith() { return x; } }')({ x: { deep: 1 } });
  let caught;
  try {
    throw new RangeError('caught');
  } catch (e) {
    caught = () => e;
  }
  const loops = [];
  for (let i = 0; i < 20; i++) loops.push(() => i);
  {
    const blockScoped = { inBlock: 1 };
    loops.push(() => blockScoped);
  }
  const named = function factorial(n) {
    return n < 2 ? 1 : n * factorial(n - 1) + (() => factorial.length)();
  };
  const destructured = (
    ({ a = { d: 1 }, ...rest }, [b = 2] = []) =>
    () => [a, rest, b]
  )({ z: { y: 1 } });
  const symbols = [Symbol(), Symbol('described'), Symbol.for('registered'), Symbol.iterator];
  const iterator = (tag) => ({ [Symbol.toStringTag]: tag, next() {} });
  return {
    tagged: ['First Iterator', 'Second Iterator', 'Third Iterator'].map(iterator),
    animals,
    walks,
    streams,
    args: sloppy(1, { two: 2 }),
    evaluated,
    made,
    bound,
    mixed,
    frozen,
    sealed,
    dictionary,
    wide,
    doubles,
    holes,
    many,
    sparse,
    errors,
    sets,
    maps,
    iterators,
    weakMap,
    weakKeys,
    chain,
    refs,
    registry,
    regexps,
    matches,
    numbers,
    strings,
    template,
    proxies,
    dates,
    objects,
    olds,
    list,
    held,
    caught,
    loops,
    named,
    destructured,
    symbols,
  };
}

function binary() {
  const shared = new SharedArrayBuffer(4096);
  const buffer = new ArrayBuffer(100_000);
  const module = new WebAssembly.Module(
    Uint8Array.from([
      0, 97, 115, 109, 1, 0, 0, 0, 1, 7, 1, 96, 2, 127, 127, 1, 127, 3, 2, 1, 0, 7, 7, 1, 3, 97, 100, 100, 0,
      0, 10, 9, 1, 7, 0, 32, 0, 32, 1, 106, 11,
    ]),
  );
  const instance = new WebAssembly.Instance(module);
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 4 });
  return {
    shared,
    views: [
      new Uint8Array(shared, 8, 100),
      new Float64Array(buffer, 0, 10),
      new DataView(buffer, 16),
      new BigInt64Array(4),
      new Int8Array(5),
    ],
    buffers: [Buffer.from('small'), Buffer.alloc(70_000), Buffer.allocUnsafe(100), buffer.slice(5, 50)],
    detached: (() => {
      const gone = new ArrayBuffer(64);
      structuredClone(gone, { transfer: [gone] });
      return gone;
    })(),
    growing: new ArrayBuffer(8, { maxByteLength: 65536 }),
    module,
    instance,
    memory,
    add: instance.exports.add,
  };
}

function hot() {
  const points = Array.from({ length: 1000 }, (_, i) => ({ x: i, y: i / 2 }));
  function length(p) {
    return Math.sqrt(p.x * p.x + p.y * p.y);
  }
  function total(list) {
    let sum = 0;
    for (const p of list) sum += length(p);
    return sum;
  }
  let sum = 0;
  for (let i = 0; i < 3000; i++) sum += total(points);
  return { points, total, sum };
}

async function node() {
  const emitter = new EventEmitter();
  for (let i = 0; i < 8; i++)
    emitter.on('event', function listener() {
      return i;
    });
  emitter.once('once', () => emitter);
  const storage = new AsyncLocalStorage();
  const pending = [];
  for (let i = 0; i < 20; i++)
    pending.push(
      storage.run({ request: i }, async () => {
        const local = { i };
        await new Promise((resolve) => {
          local.resolve = resolve;
        });
        return local;
      }),
    );
  pending.push(
    Promise.reject(new Failure('handled')).catch((e) => e),
    Promise.all([pending[0], pending[1]]),
    Promise.race([pending[2]]),
    pending[3].then((x) => x).finally(() => {}),
  );
  const timers = [
    setTimeout(() => {}, 1e8, { arg: 1 }),
    setInterval(function tick() {}, 1e7),
    setTimeout(() => {}, 1e8).unref(),
  ];
  const server = http.createServer((request, response) => response.end('hello'));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const agent = new http.Agent({ keepAlive: true });
  const body = await new Promise((resolve, reject) => {
    http
      .get({ port: server.address().port, host: '127.0.0.1', agent }, (response) => {
        let text = '';
        response
          .on('data', (d) => {
            text += d;
          })
          .on('end', () => resolve(text));
      })
      .on('error', reject);
  });
  const socket = net.connect(server.address().port, '127.0.0.1');
  await new Promise((resolve) => socket.on('connect', resolve));
  const through = pipeline(
    Readable.from(['a', 'b', { c: 1 }].map(String)),
    new Transform({
      transform(chunk, _, done) {
        done(null, chunk);
      },
    }),
    () => {},
  );
  const gzip = zlib.createGzip();
  gzip.write('x'.repeat(1000));
  const hash = crypto.createHash('sha256').update('x');
  const key = crypto.createSecretKey(Buffer.from('0123456789abcdef'));
  const channel = new MessageChannel();
  channel.port1.on('message', () => {});
  channel.port2.postMessage({ some: 'message' });
  const controller = new AbortController();
  controller.signal.addEventListener('abort', () => {});
  const sandbox = vm.createContext({ outer: { o: 1 }, list: [1, 2, 3] });
  vm.runInContext(
    'var inner = { i: outer }; function inVm() { return inner; } class InVm {}; const kept = new InVm()',
    sandbox,
  );
  const script = new vm.Script('globalThis.fromScript = { s: 1 }', { filename: 'zoo-script.js' });
  script.runInThisContext();
  const url = new URL('http://user@example.org:8080/path?query=1#hash');
  const params = new URLSearchParams({ a: '1', b: '2' });
  const coders = [new TextEncoder(), new TextDecoder('utf-8')];
  const response = typeof Response === 'function' ? new Response('body', { headers: { 'x-a': 'b' } }) : null;
  const blob = new Blob(['blob content']);
  const handle = await fs.promises.open(__filename);
  const watcher = fs.watch(__dirname, () => {});
  const stats = fs.statSync(__filename);
  const imported = await import('node:path');
  const moduleSource = `
    const kept = { list: [1, 2, 3] };
    let counter = 0;
    export const exported = () => [kept, counter++];
    export let changed = 'text of a module';
    export const change = (to) => { changed = to; };
  `;
  const ownModule = await import(`data:text/javascript,${encodeURIComponent(moduleSource)}`);
  ownModule.change(ownModule.exported());
  const performanceMarks = [performance.mark('zoo'), performance.now()];
  return {
    emitter,
    storage,
    pending,
    timers,
    server,
    agent,
    body,
    socket,
    through,
    gzip,
    hash,
    key,
    channel,
    controller,
    sandbox,
    script,
    url,
    params,
    coders,
    response,
    blob,
    handle,
    watcher,
    stats,
    imported,
    ownModule,
    performanceMarks,
  };
}

class Waiting {
  constructor(turn) {
    this.turn = `waits for turn ${turn}`;
  }
}

/** What nothing but the queue of microtasks holds. */
function enqueue() {
  for (let i = 0; i < 40; i++) {
    const first = new Waiting(2 * i);
    queueMicrotask(() => first.turn);
    Promise.resolve(new Waiting(2 * i + 1)).then((second) => second.turn);
  }
  // A context with a queue of its own, which is emptied behind scripts that run in it.
  const own = vm.createContext({}, { microtaskMode: 'afterEvaluate' });
  const wait = vm.runInContext('(value) => Promise.resolve(value).then((v) => v.turn)', own);
  for (let i = 0; i < 40; i++) wait(new Waiting(80 + i));
}

async function main() {
  globalThis.subject = { language: language(), binary: binary(), hot: hot() };
  if (!isMainThread) {
    const never = new Int32Array(new SharedArrayBuffer(4));
    parentPort.on('message', (file) => {
      v8.writeHeapSnapshot(file);
      parentPort.postMessage('done');
      Atomics.wait(never, 0, 0);
    });
    parentPort.postMessage({ ready: workerData });
    return;
  }
  subject.node = await node();
  const worker = new Worker(__filename, { workerData: { list: [1, 2, { three: 3 }] } });
  await new Promise((resolve) => worker.once('message', resolve));
  subject.worker = worker;
  const [, , ownFile, workerFile] = process.argv;
  worker.once('message', () => {
    setTimeout(() => {
      enqueue();
      v8.writeHeapSnapshot(ownFile);
      process.abort();
    }, 50);
  });
  worker.postMessage(workerFile);
}
main();
