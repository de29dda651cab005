// Dies while it reads an order, with locals of the kinds that a debug adapter shows in different ways.
class Order {
  #secret = 'sesame';
  constructor(id) {
    this.id = id;
    this.tags = ['new', 'paid'];
    this['unit price'] = 12.5;
  }
  get total() {
    return this.id * 2;
  }
  secret() {
    return this.#secret;
  }
}

globalThis.shop = { name: 'Corner Shop' };

function parse(text) {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error('the order cannot be read', { cause });
  }
}

function readOrder(order) {
  const million = Array.from({ length: 1_000_000 }, (_, i) => i * 2);
  const holes = [1, , , 4];
  const byId = { 1_000_001: { name: 'one' }, 20_000_002: 'two', 7: 'seven', plain: true };
  const far = [];
  far[5_000_000] = 'far';
  const raw = Uint8Array.of(1, 2, 255, 0).buffer;
  const lookup = new Map([
    ['first', { x: 1 }],
    ['second', order],
  ]);
  const unique = new Set([1, 'two', order]);
  const bytes = Buffer.from('Day After');
  const floats = new Float64Array([1.5, -0, NaN]);
  const big = 123456789012345678901234567890n;
  const long = 'x'.repeat(10_000);
  const settled = Promise.resolve(3);
  const accessors = { get size() { return 1; }, set size(value) {} };
  const loop = { name: 'loop' };
  loop.self = loop;
  const { length } = million;
  try {
    parse('{');
  } catch (cause) {
    throw new TypeError(`order ${order.id} failed`, { cause });
  }
  return [million, holes, byId, far, raw, lookup, unique, bytes, floats, big, long, settled, accessors, loop, length];
}

setTimeout(function onTimer() {
  readOrder(new Order(21));
}, 10);
