// One value of nearly every kind, on globalThis.zoo. With ORACLE set to a path, what the live debugger shows
// of them is written there first; either way the process then aborts. Nothing here depends on the clock.
const { writeFileSync } = require('node:fs');
const vm = require('node:vm');
const { AsyncLocalStorage } = require('node:async_hooks');
const { EventEmitter } = require('node:events');

const zoo = {};
globalThis.zoo = zoo;
/** Adds what the running line can make; what it cannot is left out of both sides. */
function add(name, make) {
  try {
    zoo[name] = make();
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError || error instanceof ReferenceError) return;
    throw error;
  }
}

// Primitives
add('undefined', () => undefined);
add('null', () => null);
add('true', () => true);
add('false', () => false);
add('smi', () => 42);
add('smiNegative', () => -7);
add('smiMax', () => 2147483647);
add('smiMin', () => -2147483648);
add('overSmi', () => 2147483648);
add('double', () => 1.5);
add('doubleSmall', () => 5e-324);
add('doubleLarge', () => 1.7976931348623157e308);
add('minusZero', () => -0);
add('nan', () => Number.NaN);
add('infinity', () => Number.POSITIVE_INFINITY);
add('minusInfinity', () => Number.NEGATIVE_INFINITY);
add('bigint', () => 12n);
add('bigintZero', () => 0n);
add('bigintNegative', () => -123456789012345678901234567890n);
add('bigintHuge', () => 2n ** 500n);
add('symbol', () => Symbol('hey'));
add('symbolPlain', () => Symbol());
add('symbolFor', () => Symbol.for('registered'));
add('symbolIterator', () => Symbol.iterator);

// Strings
add('stringEmpty', () => '');
add('stringOneByte', () => 'plain text');
add('stringLatin1', () => 'caf\u00e9');
add('stringTwoByte', () => '\u65e5\u672c\u8a9e \ud83d\ude00');
add('stringLoneSurrogate', () => `a${String.fromCharCode(0xd800)}b`);
add('stringCons', () => {
  let text = '';
  for (let i = 0; i < 40; i++) text += `part ${i}, `;
  return text;
});
add('stringConsTwoByte', () => {
  let text = '\u0416'.repeat(3);
  for (let i = 0; i < 30; i++) text = `${i} ${text}`;
  return text;
});
add('stringConsDeep', () => {
  let text = '';
  for (let i = 0; i < 20000; i++) text += 'x';
  return text;
});
add('stringSliced', () => 'a rather long text that will be sliced somewhere'.repeat(2).slice(10, 60));
add('stringThin', () => {
  const text = ['thin', 'string', 'made', String(process.argv.length > 0)].join(' ').concat(' and a tail');
  const holder = { [text]: 1 };
  return Object.keys(holder).length === 1 ? text : '';
});
add('stringExternal', () => {
  const source = require('node:buffer').Buffer.alloc(1_200_000, 'external ').latin1Slice();
  return source;
});

// Plain objects
add('objectEmpty', () => ({}));
add('objectSmall', () => ({ a: 1, b: 'two', c: 3.5, d: null, e: undefined, f: true }));
add('objectDoubles', () => {
  const o = { x: 0.5, y: 1.25, z: 3 };
  o.x += 1;
  o.z = 2.5;
  return o;
});
add('objectOutOfObject', () => {
  const o = {};
  for (let i = 0; i < 30; i++) o[`key${i}`] = i;
  return o;
});
add('objectDictionary', () => {
  const o = {};
  for (let i = 0; i < 20; i++) o[`key${i}`] = i;
  delete o.key3;
  delete o.key17;
  return o;
});
add('objectHuge', () => {
  const o = {};
  for (let i = 0; i < 1200; i++) o[`key${i}`] = i;
  return o;
});
add('objectNullPrototype', () => Object.assign(Object.create(null), { a: 1 }));
add('objectFrozen', () => Object.freeze({ a: 1, b: [1, 2] }));
add('objectSealed', () => Object.seal({ a: 1 }));
add('objectSymbols', () => ({ [Symbol('key')]: 1, [Symbol.toStringTag]: 'Tagged', plain: 2 }));
add('objectIndexed', () => ({ 0: 'zero', 5: 'five', name: 'x' }));
add('objectAccessors', () => ({
  get both() {
    return 1;
  },
  set both(value) {},
  get reader() {
    return 1;
  },
  set writer(value) {},
}));
add('objectDefined', () =>
  Object.defineProperties(
    {},
    {
      hidden: { value: 1, enumerable: false },
      constant: { value: 2, enumerable: true, writable: false },
      getter: { get: () => 1, configurable: true },
    },
  ),
);
add('objectCycle', () => {
  const o = { name: 'loop' };
  o.self = o;
  o.list = [o];
  return o;
});
add('objectDeep', () => ({ a: { b: { c: { d: { e: 1 } } } } }));
add('objectWithProto', () => ({ __proto__: { inherited: 1 }, own: 2 }));
add('objectCreate', () => Object.create({ inherited: 1 }));

// Classes and instances
class Base {
  field = 1;
  #secret = 'hidden';
  static count = 3;
  static #own = 7;
  method() {
    return this.#secret;
  }
  static who() {
    return Base.#own;
  }
}
class Derived extends Base {
  extra = [1];
  #mine = { deep: 1 };
  #privateMethod() {
    return this.#mine;
  }
  get #privateGetter() {
    return 1;
  }
  call() {
    return this.#privateMethod() && this.#privateGetter;
  }
}
class DerivedTwice extends Derived {
  constructor() {
    super();
    this.last = true;
  }
}
function OldStyle(a) {
  this.a = a;
}
OldStyle.prototype.m = () => 1;
add('base', () => new Base());
add('derived', () => new Derived());
add('derivedTwice', () => new DerivedTwice());
add('oldStyle', () => new OldStyle(1));
add('classBase', () => Base);
add('classDerived', () => Derived);
add('classAnonymous', () => [class {}][0]);
add('instanceAnonymous', () => new [class {}][0]());
add('classPrototype', () => Derived.prototype);
add('instanceRenamed', () => {
  class Named {
    static name = 'Other';
  }
  return new Named();
});
add('instanceTagged', () => {
  class Tagged {
    get [Symbol.toStringTag]() {
      return 'ShownTag';
    }
  }
  return new Tagged();
});
add('instanceNoConstructor', () => {
  const proto = { constructor: undefined };
  return Object.create(proto);
});

// Functions
add('functionDeclaration', () => {
  function named(a, b = 1, ...rest) {
    return [a, b, rest];
  }
  return named;
});
add('functionArrow', () => (a, b) => a + b);
add('functionAsync', () => async function asynchronous() {});
add('functionAsyncArrow', () => async () => 1);
add('functionGenerator', () => function* generates() {});
add('functionAsyncGenerator', () => async function* asyncGenerates() {});
add('functionMethod', () => ({ method(x) { return x; } }).method);
add('functionGetter', () => Object.getOwnPropertyDescriptor({ get a() { return 1; } }, 'a').get);
add('functionBound', () => function target(a) { return a; }.bind({ bound: 'this' }, 1, 'two'));
add('functionBoundTwice', () => function target() {}.bind(null).bind(1));
add('functionBuiltin', () => Array.prototype.map);
add('functionMathMax', () => Math.max);
add('functionNew', () => new Function('a', 'b', 'return a * b'));
add('functionWithProperties', () => Object.assign(function propped() {}, { extra: 1 }));
add('functionRenamed', () => Object.defineProperty(() => 1, 'name', { value: 'given' }));
add('functionNative', () => process.binding ? process.cwd : null);
add('functionClosure', () => {
  let counter = 0;
  const secret = 'closed over';
  return function increment() {
    counter++;
    return secret + counter;
  };
});
add('constructorArray', () => Array);
add('constructorObject', () => Object);

// Arrays and elements kinds
add('arrayEmpty', () => []);
add('arraySmi', () => [1, 2, 3]);
add('arrayDouble', () => [1.5, 2.5, -0, Number.NaN]);
add('arrayObjects', () => [{ a: 1 }, 'text', null, undefined, [1]]);
add('arrayHoley', () => [1, , 3, , 5]);
add('arrayHoleyDouble', () => [1.5, , 2.5]);
add('arrayHoleyObject', () => ['a', , {}]);
add('arraySparse', () => {
  const a = [];
  a[100000] = 'far';
  a[7] = 'near';
  return a;
});
add('arrayDictionaryAccessor', () => Object.defineProperty([1, 2], '1', { get: () => 5, enumerable: true }));
add('arrayFrozen', () => Object.freeze([1, 2, 3]));
add('arraySealed', () => Object.seal([1, 2]));
add('arrayNonExtensible', () => Object.preventExtensions(['a']));
add('arrayLengthOnly', () => new Array(5));
add('arrayWithProperties', () => Object.assign([1, 2], { index: 0, input: 'text' }));
add('arrayBig', () => Array.from({ length: 5000 }, (_, i) => i));
add('arrayMatch', () => /(?<year>\d+)-(\d+)/.exec('on 2024-05'));
add('arrayDerived', () => {
  class Stack extends Array {
    top() {
      return this[this.length - 1];
    }
  }
  return Stack.from([1, 2]);
});
add('argumentsSloppy', () => (function sloppy(a, b) { a = 9; return arguments; })(1, 2, 3));
add('argumentsSloppyContext', () => (function sloppy(a, b) { const f = () => a; a = 9; f(); return arguments; })(1, 2, 3));
add('argumentsStrict', () => (function strict() { 'use strict'; return arguments; })(1, 'x'));
add('arrayLike', () => ({ length: 2, 0: 'a', 1: 'b', splice() {} }));

// Collections
add('mapEmpty', () => new Map());
add('map', () => new Map([['a', 1], [{ k: 1 }, [2]], [Number.NaN, null], ['a', 2]]));
add('mapDeleted', () => {
  const m = new Map();
  for (let i = 0; i < 10; i++) m.set(i, i * i);
  m.delete(3);
  m.delete(0);
  return m;
});
add('mapBig', () => new Map(Array.from({ length: 1000 }, (_, i) => [i, `v${i}`])));
add('mapDerived', () => {
  class Registry extends Map {}
  return new Registry([[1, 2]]);
});
add('set', () => new Set([1, 'two', { three: 3 }]));
add('setDeleted', () => {
  const s = new Set([1, 2, 3, 4]);
  s.delete(2);
  return s;
});
const held = { held: 'weakly' };
const heldToo = { held: 'too' };
zoo.held = held;
zoo.heldToo = heldToo;
add('weakMap', () => new WeakMap([[held, 'value'], [heldToo, 2]]));
add('weakSet', () => new WeakSet([held]));
add('weakRef', () => new WeakRef(held));
add('finalizationRegistry', () => {
  const registry = new FinalizationRegistry(function cleanup() {});
  registry.register(held, 'token');
  return registry;
});
add('mapIterator', () => {
  const it = new Map([[1, 'a'], [2, 'b'], [3, 'c']]).entries();
  it.next();
  return it;
});
add('mapKeysIterator', () => new Map([[1, 'a'], [2, 'b']]).keys());
add('mapValuesIterator', () => new Map([[1, 'a']]).values());
add('setIterator', () => new Set([1, 2, 3]).values());
add('setEntriesIterator', () => new Set([1, 2]).entries());
add('iteratorExhausted', () => {
  const it = new Set([1]).values();
  it.next();
  it.next();
  return it;
});
add('arrayIterator', () => {
  const it = [1, 2, 3][Symbol.iterator]();
  it.next();
  return it;
});
add('arrayEntriesIterator', () => ['a'].entries());
add('stringIterator', () => 'abc'[Symbol.iterator]());
add('regexpIterator', () => 'a1b2'.matchAll(/\d/g));
add('iteratorHelper', () => [1, 2, 3].values().map((x) => x + 1));

// Dates, regular expressions, errors
add('date', () => new Date(1700000000123));
add('dateOld', () => new Date(Date.UTC(-1, 0, 1)));
add('dateSummer', () => new Date(Date.UTC(2021, 6, 14, 12)));
add('dateInvalid', () => new Date(Number.NaN));
add('regexp', () => /ab+c/gi);
add('regexpAtom', () => /atom/);
add('regexpAll', () => /a(?<name>b)/dgimsuy);
add('regexpSlash', () => new RegExp('a/b\n'));
add('regexpLastIndex', () => {
  const re = /a/g;
  re.exec('banana');
  return re;
});
function thrower(make) {
  return make();
}
add('error', () => thrower(() => new Error('plain message')));
add('errorNoMessage', () => new Error());
add('errorRange', () => new RangeError('out of range', { cause: new TypeError('the cause') }));
add('errorCode', () => Object.assign(new Error('with code'), { code: 'E_CODE', errno: -2 }));
add('errorSystem', () => {
  try {
    require('node:fs').readFileSync('/nonexistent/file');
  } catch (error) {
    return error;
  }
});
add('errorNode', () => {
  try {
    Buffer.alloc('x');
  } catch (error) {
    return error;
  }
});
add('errorDerived', () => {
  class AppError extends Error {
    constructor(message) {
      super(message);
      this.name = 'AppError';
      this.status = 500;
    }
  }
  return new AppError('derived message');
});
add('errorRead', () => {
  const error = new Error('read stack');
  if (!error.stack) throw error;
  return error;
});
add('errorRenamed', () => {
  const error = new Error('changed later');
  error.message = 'new message';
  return error;
});
add('errorMultiline', () => new Error('first line\nsecond line'));
add('errorAggregate', () => new AggregateError([new Error('one'), 2], 'many'));
add('errorStackDeleted', () => {
  const error = new Error('no stack');
  delete error.stack;
  return error;
});
add('errorStackSet', () => {
  const error = new Error('custom');
  error.stack = 'custom stack text';
  return error;
});
add('errorCaptured', () => {
  const o = { name: 'holder' };
  Error.captureStackTrace(o);
  return o;
});
add('errorMethod', () => {
  class Service {
    static create() {
      return new Service().run();
    }
    run() {
      return [1].map(() => new Error('in a method'))[0];
    }
  }
  return Service.create();
});
add('errorEval', () => (0, eval)('new Error("in eval")'));
add('errorSyntax', () => {
  try {
    new Function('return (');
  } catch (error) {
    return error;
  }
});
add('errorVm', () => vm.runInThisContext('new Error("in vm")', { filename: 'inside-vm.js' }));
add('errorNoTrace', () => {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  const error = new Error('no frames');
  Error.stackTraceLimit = limit;
  return error;
});
add('errorPrototype', () => Error.prototype);

// Promises, generators, async functions
const pending = new Promise(() => {});
add('promisePending', () => pending);
add('promiseFulfilled', () => Promise.resolve({ done: 1 }));
add('promiseRejected', () => {
  const p = Promise.reject(new Error('rejected'));
  p.catch(() => {});
  return p;
});
add('promiseThen', () => pending.then(function onFulfilled() {}));
add('promiseDerived', () => {
  class MyPromise extends Promise {}
  return new MyPromise(() => {});
});
function* counting(limit) {
  for (let i = 0; i < limit; i++) yield i;
}
add('generatorFresh', () => counting(3));
add('generatorSuspended', () => {
  const g = counting(3);
  g.next();
  g.next();
  return g;
});
add('generatorClosed', () => {
  const g = counting(0);
  g.next();
  return g;
});
add('asyncGenerator', () => (async function* agen() { yield 1; })());
add('promiseOfAsync', () =>
  (async function waits() {
    await pending;
  })(),
);

// Buffers
add('arrayBuffer', () => new Uint8Array([1, 2, 3, 250, 5, 6, 7, 8]).buffer);
add('arrayBufferEmpty', () => new ArrayBuffer(0));
add('arrayBufferDetached', () => {
  const buffer = new ArrayBuffer(16);
  structuredClone(buffer, { transfer: [buffer] });
  return buffer;
});
add('arrayBufferResizable', () => new ArrayBuffer(8, { maxByteLength: 16 }));
add('sharedArrayBuffer', () => new SharedArrayBuffer(8));
add('uint8Array', () => new Uint8Array([1, 2, 255]));
add('uint8ClampedArray', () => new Uint8ClampedArray([300, -5]));
add('int8Array', () => new Int8Array([-1, 127]));
add('uint16Array', () => new Uint16Array([65535]));
add('int16Array', () => new Int16Array([-32768]));
add('uint32Array', () => new Uint32Array([4294967295]));
add('int32Array', () => new Int32Array([-1]));
add('float16Array', () => new Float16Array([1.5, -2]));
add('float32Array', () => new Float32Array([0.1, 1e30]));
add('float64Array', () => new Float64Array([0.1, -0, Number.NaN]));
add('bigInt64Array', () => new BigInt64Array([-1n, 9007199254740993n]));
add('bigUint64Array', () => new BigUint64Array([18446744073709551615n]));
add('typedArrayView', () => new Uint16Array(new Uint8Array([0, 0, 1, 2, 3, 4]).buffer, 2, 2));
add('typedArrayBig', () => new Uint8Array(100000).fill(7));
add('typedArrayWithProperty', () => Object.assign(new Uint8Array(2), { tag: 'x' }));
add('typedArrayDetached', () => {
  const a = new Uint8Array(8);
  structuredClone(a.buffer, { transfer: [a.buffer] });
  return a;
});
add('typedArrayTracking', () => new Uint8Array(new ArrayBuffer(8, { maxByteLength: 16 })));
add('dataView', () => new DataView(new ArrayBuffer(16), 4, 8));
add('buffer', () => Buffer.from('hello buffer'));
add('bufferEmpty', () => Buffer.alloc(0));
add('bufferBig', () => Buffer.alloc(70000, 'ab'));

// Wrappers, proxies, the rest
add('wrappedNumber', () => Object(5));
add('wrappedDouble', () => Object(-0.5));
add('wrappedString', () => Object('boxed'));
add('wrappedBoolean', () => Object(false));
add('wrappedSymbol', () => Object(Symbol('boxed')));
add('wrappedBigint', () => Object(7n));
add('proxy', () => new Proxy({ target: 1 }, { get: () => 2 }));
add('proxyFunction', () => new Proxy(function proxied() {}, {}));
add('proxyClass', () => new Proxy(Base, {}));
add('proxyArray', () => new Proxy([1, 2], {}));
add('proxyRevoked', () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
});
add('proxyOfProxy', () => new Proxy(new Proxy(new Map(), {}), {}));
add('proxyNull', () => new Proxy(Object.create(null), {}));
add('globalThis', () => globalThis);
add('math', () => Math);
add('json', () => JSON);
add('reflect', () => Reflect);
add('intl', () => Intl);
add('intlCollator', () => new Intl.Collator('en'));
add('console', () => console);
add('process', () => process);
add('emitter', () => new EventEmitter());
add('url', () => new URL('https://user@example.org:8080/path?q=1#hash'));
add('urlSearchParams', () => new URLSearchParams('a=1&b=2'));
add('textEncoder', () => new TextEncoder());
add('abortController', () => new AbortController());
add('asyncLocalStorage', () => new AsyncLocalStorage());
add('wasmMemory', () => new WebAssembly.Memory({ initial: 1, maximum: 2 }));
add('wasmModule', () => new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])));
add('wasmInstance', () => new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]))));
add('wasmGlobal', () => new WebAssembly.Global({ value: 'i32' }, 1));
add('otherRealm', () => vm.runInNewContext('({ array: [1], error: new RangeError("there"), map: new Map() })'));
add('otherRealmError', () => vm.runInNewContext('new TypeError("other realm")'));
add('moduleObject', () => module);
add('requireFunction', () => require);
add('temporal', () => Temporal.PlainDate.from('2024-05-06'));

// The same kinds again, as elements of one array, as parts of closures, deleted and re-added properties
add('nested', () => [new Map([[new Set([1]), [new Date(0)]]]), { f: () => 1, r: /x/y }]);
add('readded', () => {
  const o = { a: 1, b: 2, c: 3 };
  delete o.c;
  o.c = 'again';
  delete o.a;
  o.a = 'last';
  return o;
});
add('constChanged', () => {
  const o = { kept: 1, changed: 'first' };
  o.changed = { second: true };
  return o;
});

const namespace = 'data:text/javascript,export const one = 1; export let two = { b: 2 }; export default function main() {}; export class K {}';

function record(path) {
  const { Session } = require('node:inspector');
  const session = new Session();
  session.connect();
  const post = (method, params) => {
    let result;
    session.post(method, params, (error, answer) => {
      if (!error) result = answer;
    });
    return result;
  };
  let left = 20000;
  const show = (remote, depth) => {
    const shell = {
      type: remote.type,
      subtype: remote.subtype,
      className: remote.className,
      description: remote.description,
      value: remote.unserializableValue ?? remote.value,
    };
    if (depth === 0 || remote.objectId === undefined || left <= 0) return shell;
    left--;
    const found = post('Runtime.getProperties', { objectId: remote.objectId, ownProperties: true });
    // A revoked proxy has none.
    if (!found) return shell;
    const all = (list, deeper) =>
      (list ?? []).slice(0, 150).map((p) => ({
        name: p.name,
        value: p.value && show(p.value, p.name === '[[Prototype]]' ? 0 : deeper),
        get: p.get && show(p.get, 0),
        set: p.set && show(p.set, 0),
        enumerable: p.enumerable,
        writable: p.writable,
        configurable: p.configurable,
        symbol: p.symbol?.description,
      }));
    return {
      ...shell,
      count: found.result.length,
      properties: all(found.result, depth - 1),
      internal: all(found.internalProperties, depth - 1),
      private: all(found.privateProperties, depth - 1),
    };
  };
  const { result } = post('Runtime.evaluate', { expression: 'zoo' });
  const top = post('Runtime.getProperties', { objectId: result.objectId, ownProperties: true });
  const values = {};
  for (const p of top.result) values[p.name] = show(p.value, 2);
  writeFileSync(path, JSON.stringify(values));
}

import(namespace).then(
  (ns) => {
    zoo.namespace = ns;
    if (process.env.ORACLE) record(process.env.ORACLE);
    process.abort();
  },
  () => process.abort(),
);
