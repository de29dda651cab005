// Objects with numbers for keys, near and far; arrays with holes; buffers; functions whose prototype is no object.
'use strict';

function Base() {}
function withNull() {}
withNull.prototype = null;
function withNumber() {}
withNumber.prototype = 5;
function withText() {}
withText.prototype = 'text';
function withUndefined() {}
withUndefined.prototype = undefined;
function usedBefore() {}
const instance = new usedBefore();
usedBefore.prototype = null;
function usedAfter() {}
usedAfter.prototype = 1.5;
const second = new usedAfter();
class Kept {}

function inspectAll() {
  const flags = { 1: 'one', 2: 'two', 1024: 'many', 2048: 'most', '-1': 'none', name: 'flags' };
  const byId = {};
  for (let i = 0; i < 5; i++) byId[1_000_000 * (i + 1)] = { id: i };
  const doubles = { 3: 0.5, 900: 1.5 };
  const huge = { 4294967294: 'last index', 4294967295: 'no index' };
  const accessor = {};
  Object.defineProperty(accessor, 70_000, { get: () => 1, enumerable: true });
  const far = [];
  far[2_000_000] = 'far';
  far[7] = 'near';
  const holes = [1, , 3, , , 6];
  const frozen = Object.freeze({ 5: 'five', 50_000: 'many' });
  const buffer = new ArrayBuffer(8);
  new Uint8Array(buffer).set([1, 2, 254, 255, 0, 128, 64, 32]);
  const odd = Uint8Array.of(1, 200, 3).buffer;
  const none = new ArrayBuffer(0);
  const shared = new SharedArrayBuffer(4);
  new Uint8Array(shared)[1] = 9;
  const iterator = Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]()));
  const prototypes = [RegExp.prototype];
  const makers = [RegExp, Object.getPrototypeOf(Uint8Array), Promise, Error, Array];
  const args = (function () {
    return arguments;
  })(1, 'two');
  const text = Object('boxed');
  text[99] = 'behind';
  throw new Error('look at them all');
}

inspectAll(Base, instance, second, Kept);
