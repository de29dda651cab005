// One local of each kind of value.
function show() {
  const text = 'text';
  const long = 'x'.repeat(200);
  const integer = 42;
  const negativeZero = -0;
  const half = 0.5;
  const huge = 1e300;
  const infinite = -Infinity;
  const notANumber = NaN;
  const big = 12345678901234567890n;
  const yes = true;
  const nothing = null;
  const absent = undefined;
  const symbol = Symbol('described');
  const array = [1, 'two', [3], , 5];
  const doubles = [1.5, 2.5];
  const nested = { a: { b: { c: { d: 1 } } }, list: [{ x: 1 }, { y: 2 }] };
  const map = new Map([['key', { value: 1 }]]);
  const set = new Set([1, 'a']);
  const weak = new WeakMap([[nested, 1]]);
  const date = new Date(0);
  const pattern = /a+b/giu;
  const error = new RangeError('out of range', { cause: new Error('inner') });
  const promise = Promise.resolve(7);
  const buffer = Buffer.from('bytes');
  const typed = new Float64Array([1, 2.5]);
  const view = new DataView(new ArrayBuffer(8));
  const fn = function named() {};
  const arrow = () => text;
  class Klass {
    #secret = 1;
    open = 2;
    has() {
      return this.#secret;
    }
  }
  const instance = new Klass();
  const proxy = new Proxy({ inside: 1 }, {});
  const bare = Object.assign(Object.create(null), { own: 1 });
  const boxed = Object('boxed');
  const getter = { get computed() { return 1; }, set computed(v) {}, plain: 2 };
  const frozen = Object.freeze({ still: true });
  const generator = (function* gen() { yield 1; })();
  const iterator = [1, 2][Symbol.iterator]();
  throw new Error([text, integer].join());
}

show();
