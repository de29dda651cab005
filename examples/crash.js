// A small shop that dies in the night: one order names a product that the catalogue does not have.
// Run it so that its death leaves a core:
//   ulimit -c unlimited && node --abort-on-uncaught-exception examples/crash.js

class Money {
  #cents;

  constructor(cents) {
    this.#cents = cents;
  }

  get cents() {
    return this.#cents;
  }

  times(quantity) {
    return new Money(this.#cents * quantity);
  }
}

class Order {
  constructor(id, customer, lines) {
    this.id = id;
    this.customer = customer;
    this.lines = lines;
    this.placed = new Date(Date.UTC(2024, 1, 29, 12, id));
    this.notes = new Map([['channel', 'web']]);
  }
}

const catalogue = new Map([
  ['lamp', { title: 'Desk lamp', price: new Money(4900) }],
  ['rope', { title: 'Rope, 20 m', price: new Money(1250) }],
  ['tent', { title: 'Tent for two', price: new Money(18900) }],
]);

const queue = [
  new Order(1, { name: 'Ada', address: { city: 'London' } }, [{ sku: 'lamp', quantity: 2 }]),
  new Order(2, { name: 'Grace', address: { city: 'New York' } }, [
    { sku: 'rope', quantity: 1 },
    { sku: 'tnet', quantity: 3 },
  ]),
];

function priceOf(line) {
  const product = catalogue.get(line.sku);
  return product.price.times(line.quantity);
}

function total(order) {
  let cents = 0;
  for (const line of order.lines) {
    const price = priceOf(line);
    cents += price.cents;
  }
  return new Money(cents);
}

function processNext(done) {
  const order = queue[done.length];
  const amount = total(order);
  done.push({ order, amount });
  return done;
}

const done = [];
setInterval(function tick() {
  processNext(done);
}, 50);
