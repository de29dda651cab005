// A heap that is written as a snapshot: things of every kind, with a leak among them.
const v8 = require('node:v8');

class Order {
  constructor(id) {
    this.id = id;
    this.lines = [{ sku: `sku of ${id}`, amount: 1.5 }];
  }
}
class Shop {
  constructor() {
    this.name = 'corner shop';
    this.orders = new Map();
    this.address = { street: 'Main Street', city: 'Lisbon' };
    this.shelves = [{ label: 'coffee' }, { label: 'tea' }];
    this.opened = 1987;
    this.long = 'x'.repeat(3000).split('').join('');
  }
}
const currency = 'euro';
const shop = new Shop();
function order(i) {
  shop.orders.set(`order-${i}`, new Order(`order-${i}`));
}
shop.report = function report() {
  return currency;
};
globalThis.shop = shop;
for (let i = 0; i < Number(process.argv[2]); i++) order(i);
v8.writeHeapSnapshot(process.argv[3]);
