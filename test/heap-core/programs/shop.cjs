// A small shop with many kinds of objects; V8's own snapshot is written just before the process aborts.
const v8 = require('node:v8');

class Product {
  #price;
  constructor(id) {
    this.id = id;
    this.#price = id * 1.25;
    this.label = `product ${id}`;
    this.tags = new Set(['new', `tag${id % 7}`]);
  }
  get price() {
    return this.#price;
  }
}

class Cart extends Map {
  constructor(owner) {
    super();
    this.owner = owner;
    this.created = new Date(1700000000000 + owner);
  }
}

const products = Array.from({ length: 2000 }, (_, i) => new Product(i));
const carts = new Map();
const notes = new WeakMap();
const listeners = [];
const pending = [];

for (let i = 0; i < 500; i++) {
  const cart = new Cart(i);
  for (let n = 0; n < 5; n++) cart.set(products[(i * 7 + n) % 2000], { count: n + 0.5, gift: n === 3 });
  carts.set(`cart-${i}`, cart);
  notes.set(cart, { text: `note for ${i}`.repeat(3), when: new Date() });
  listeners.push(function onChange() {
    return cart.size + i;
  });
  pending.push(
    (async () => {
      const value = { i, big: BigInt(i) ** 20n };
      await new Promise((resolve) => {
        value.resolve = resolve;
      });
      return value;
    })(),
  );
}

const secrets = new WeakMap(products.slice(0, 20).map((p) => [p, `secret of ${p.label}`]));
const table = Object.create(null);
for (let i = 0; i < 300; i++) table[`key${i}`] = { nested: [i, `${i}`, [i]] };
const long = 'x'.repeat(5000);
const slices = Array.from({ length: 50 }, (_, i) => long.slice(i * 20, i * 20 + 400));
const buffers = Array.from({ length: 40 }, (_, i) => Buffer.alloc(1000 + i, i));
const sparse = [];
sparse[100000] = 'far';
const proxy = new Proxy({ target: true }, { get: (t, k) => t[k] });

globalThis.subject = {
  products,
  carts,
  notes,
  listeners,
  pending,
  table,
  slices,
  buffers,
  sparse,
  proxy,
  long,
};

setTimeout(() => {
  v8.writeHeapSnapshot(process.argv[2]);
  process.abort();
}, 10);
