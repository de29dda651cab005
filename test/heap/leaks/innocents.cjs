// What a healthy service has in its heap, and a large cache that is meant to be there.
const v8 = require('node:v8');

class Product {
  constructor(i) {
    this.id = i;
    this.name = `product ${i}`;
    this.price = i * 1.25;
    this.labels = ['new', `shelf ${i % 90}`];
  }
}

const catalog = new Map();
const settings = {};
const queue = [];

exports.fill = function fill(count) {
  for (let i = 0; i < count / 8; i++) catalog.set(`sku-${i}`, new Product(i));
  for (let i = 0; i < count / 100; i++) settings[`option ${i}`] = { value: i, source: 'default' };
  for (let i = 0; i < count / 10; i++) queue.push({ at: i, done: false });
};

/** Writes a snapshot to the path that was given; without one the process leaves a core. */
exports.write = function write() {
  const file = process.argv[3];
  exports.kept = [catalog, settings, queue];
  if (file === undefined) process.abort();
  v8.writeHeapSnapshot(file);
  process.exit(0);
};

exports.innocents = Number(process.argv[2]);
/** How many things leak. */
exports.leaked = Math.round(exports.innocents / 4);
