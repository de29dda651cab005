// Fills the heap with <argument> megabytes of ordinary objects, then throws: a core of that size.
const megabytes = Number(process.argv[2]);

class Order {
  constructor(id) {
    this.id = id;
    this.customer = { name: `customer ${id}`, tags: ['a', 'b', String(id)] };
    this.lines = [id, id * 1.5, `line ${id}`];
    this.notes = new Array(20).fill(id);
  }
}

const orders = [];
while (process.memoryUsage().heapUsed < megabytes * 1e6) {
  for (let i = 0; i < 5000; i++) orders.push(new Order(orders.length));
}

function ship(order) {
  const where = order.customer.name;
  throw new Error(`cannot ship to ${where}`);
}

setTimeout(function deliver() {
  orders.slice(-1).map((order) => ship(order));
}, 1);
