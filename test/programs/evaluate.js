// Evaluates every expression of the file that is named, over the values below; prints what each gave; dies.
const fs = require('node:fs');
const vm = require('node:vm');

class Point {
  #secret = 42;
  constructor(x, y) { this.x = x; this.y = y; }
  get sum() { return this.x + this.y; }
  static origin = new Point(0, 0);
  static reads(p) { return p.#secret; }
}
class Point3 extends Point { constructor(x, y, z) { super(x, y); this.z = z; } }
class List extends Array {}
class Picky { static [Symbol.hasInstance](v) { return v === 1; } }

const holes = [1, , 3];
const cyclic = { name: 'loop' };
cyclic.self = cyclic;
const bare = Object.create(null);
bare.a = 1;
const inherits = Object.create({ inherited: 'up' });
inherits.own = 'down';

Object.assign(globalThis, {
  num: 42, neg: -7.5, zero: 0, minusZero: -0, nan: NaN, inf: Infinity, big: 2n ** 70n, smallBig: 5n,
  yes: true, no: false, nil: null, undef: undefined, empty: '', str: 'Hello, Wörld 😀', digits: '123', spaced: '  x y  ',
  csv: 'a,b;c,d', multi: 'one\ntwo\nthree', sym: Symbol('tag'),
  arr: [3, 1, 2], words: ['pear', 'Apple', 'fig', 'apple'], mixed: [1, 'a', null, undefined, NaN, true, { k: 1 }],
  nested: [1, [2, [3, [4]]]], holes, none: [], doubles: [1.5, -2.25, 1e21, 1e-7],
  obj: { a: 1, b: 'two', c: [3], d: { e: { f: 'deep' } }, 10: 'ten', 2: 'two!', [Symbol.for('s')]: 's' },
  people: [
    { name: 'Ann', age: 31, tags: ['x', 'y', 'z'], address: { city: 'Rome' } },
    { name: 'Bob', age: 25, tags: [] },
    { name: 'Cid', age: 31, tags: ['y'], address: null },
  ],
  sessions: Array.from({ length: 50 }, (_, i) => ({ id: i, user: { tags: ['a', 'b', 'c'].slice(0, i % 4) } })),
  map: new Map([['a', 1], ['b', { n: 2 }], [3, 'three'], [NaN, 'nan']]), set: new Set([1, 'two', 3]), other: new Set([3, 4]),
  date: new Date(Date.UTC(2020, 1, 29, 12, 34, 56, 789)), invalid: new Date(NaN),
  re: /(\d+)-(?<word>\w+)/i, reGlobal: /o/g,
  err: Object.assign(new RangeError('out of reach'), { code: 'E_REACH' }),
  point: new Point(3, 4), point3: new Point3(1, 2, 3), Point, Point3, Picky, list: List.from([1, 2, 3]),
  buf: Buffer.from('héllo'), u8: new Uint8Array([1, 2, 250]), f64: new Float64Array([1.5, -0, NaN, 3]), big64: new BigInt64Array([1n, -2n]),
  ab: new ArrayBuffer(16), boxed: new String('boxed'), boxedNumber: new Number(7), cyclic, bare, inherits,
  frozen: Object.freeze({ z: 1 }), nul: Object.create(null), fn: function named(a, b) { return a; }, arrow: (x) => x,
  args: (function () { return arguments; })(1, 'b', null), proxy: new Proxy({ a: 1 }, {}), weak: new WeakMap(), key: {},
  promise: Promise.resolve(1), gen: (function* () { yield 1; })(),
  mapIterator: new Map([[1, 'a'], [2, 'b'], [3, 'c']]).entries(), setIterator: new Set([5, 6]).values(), mapKeys: new Map([[1, 'a'], [2, 'b']]).keys(),
  view: new DataView(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 248).buffer, 1), vmGlobal: vm.runInNewContext('globalThis', { inside: 1 }), vmArray: vm.runInNewContext('[1, 2, 3]'),
  ref: new WeakRef(Point), shared: new SharedArrayBuffer(8),
  own: Object.assign([1, 2], { filter: () => 'mine' }), withGetter: { get g() { return 1; } }, dict: Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`k${i}`, i])),
});
weak.set(key, 'kept');
mapIterator.next();
delete dict.k5;

function canonical(value, depth) {
  switch (typeof value) {
    case 'undefined': return 'undefined';
    case 'string': return JSON.stringify(value);
    case 'number': return Object.is(value, -0) ? '-0' : String(value);
    case 'bigint': return `${value}n`;
    case 'boolean': return String(value);
    case 'symbol': return String(value);
    case 'function': return `function ${value.name}`;
  }
  if (value === null) return 'null';
  const util = require('node:util').types;
  if (util.isProxy(value)) return 'proxy';
  if (depth === 0) return '...';
  const show = (v) => canonical(v, depth - 1);
  if (Array.isArray(value)) return `[${Array.from(value, (v, i) => (i in value ? show(v) : 'hole')).join(', ')}]`;
  if (util.isMap(value)) return `Map {${[...value].map(([k, v]) => `${show(k)} => ${show(v)}`).join(', ')}}`;
  if (util.isSet(value)) return `Set {${[...value].map(show).join(', ')}}`;
  if (util.isDate(value)) return `Date ${value.getTime()}`;
  if (util.isRegExp(value)) return `RegExp ${value}`;
  if (util.isTypedArray(value)) return `${Buffer.isBuffer(value) ? 'Buffer' : value[Symbol.toStringTag]} [${Array.from(value, show).join(', ')}]`;
  if (typeof value.next === 'function' && Symbol.iterator in value && !util.isGeneratorObject(value)) return `iterator [${[...value].map(show).join(', ')}]`;
  const properties = Object.keys(value).map((name) => {
    const own = Object.getOwnPropertyDescriptor(value, name);
    return `${JSON.stringify(name)}: ${own.get ? 'accessor' : show(own.value)}`;
  });
  return `${util.isNativeError(value) ? `Error ${value.message} ` : ''}{${properties.join(', ')}}`;
}

const results = JSON.parse(fs.readFileSync(process.argv[2], 'utf8')).map((expression) => {
  try {
    return { value: canonical((0, eval)(`(${expression})`), 5) };
  } catch (error) {
    return { error: error.name, message: error.message };
  }
});
fs.writeFileSync(1, JSON.stringify(results));
process.abort();
