// Every builtin that calls back calls the next one; the last prints its stack and aborts.
'use strict';
function die(why) {
  Error.stackTraceLimit = 100;
  console.error(new Error(why).stack);
  process.abort();
}
class Base { constructor(x) { this.x = x; this.make(); } make() {} }
class Derived extends Base {
  field = this.x + 1;
  static #count = 0;
  constructor(x) { super(x); }
  make() { Derived.go(this); }
  static go(o) { steps2(o); }

}
const steps2 = (o) => die('nested');
const gen = function* numbers() { yield 1; const d = new Derived(3); yield d; };
const handler = { get(target, key) { return key === 'go' ? [...gen()] : undefined; } };
const proxy = new Proxy({}, handler);
const holder = { get prop() { return proxy.go; } };
function viaReflect(a) { return holder.prop; }
const steps = {
  sort: () => [3, 1, 2].sort(function compare(a, b) { return steps.replace(); }),
  replace: () => 'abc'.replace(/b/, (m) => steps.reduce(m)),
  reduce: (m) => [1, 2].reduce((acc, v) => steps.json(v)),
  json: (v) => JSON.parse('{"a":[1]}', function reviver(k, val) { return k === '0' ? steps.reflect(val) : val; }),
  reflect: (v) => Reflect.apply(viaReflect, null, [v]),
  forEach: () => new Map([[1, 2]]).forEach(function each(v, k) { steps.valueOf(); }),
  valueOf: () => +{ valueOf() { return steps.sort(); } },
  bound: () => (function target(a) { steps.forEach(); }).bind({ b: 1 }, 7)(8),
  evaled: () => eval('steps.bound()'),
  made: () => new Function('steps', 'return steps.evaled()')(steps),
  from: () => Array.from([1], (x) => steps.made()),
  async: async () => { await null; steps.from(); },
};
async function main() { await steps.async(); }
main();
