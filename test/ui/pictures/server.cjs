// The shop of README's pictures: sessions are never forgotten, orders wait for a connection that nobody gives
// back, and one line of an order names a product that is not there.

class Pool {
  #free = 2;
  #waiting = [];

  async connection() {
    if (this.#free === 0) await new Promise((resolve) => this.#waiting.push(resolve));
    else this.#free--;
    return { query: (text) => ({ text, rows: [] }) };
  }
}

class Order {
  placed = new Date(Date.UTC(2026, 1, 28, 23, 59));
  constructor(id, customer, lines) {
    this.id = id;
    this.customer = customer;
    this.lines = lines;
  }
}

const pool = new Pool();
const sessions = new Map();
const catalogue = new Map([
  ['lamp', { title: 'Desk lamp', cents: 4900 }],
  ['tent', { title: 'Tent for two', cents: 18900 }],
]);

function login(user) {
  sessions.set(`token-${sessions.size}`, { user, seen: new Date(), cart: [`lamp-${sessions.size}`] });
}

function total(order) {
  let cents = 0;
  for (const { sku, quantity } of order.lines) {
    const product = catalogue.get(sku);
    cents += product.cents * quantity;
  }
  return cents;
}

async function store(order) {
  const connection = await pool.connection();
  return connection.query(`insert into orders values (${order.id})`);
}

async function checkout(order) {
  const stored = await store(order);
  return { stored, cents: total(order) };
}

for (let i = 0; i < 60_000; i++) login({ name: `user ${i}`, city: i % 2 ? 'London' : 'Boston' });
for (let id = 1; id <= 42; id++) checkout(new Order(id, 'Ada', [{ sku: 'lamp', quantity: id }]));

setTimeout(function nightlyReport() {
  const order = new Order(43, { name: 'Grace', city: 'Boston' }, [
    { sku: 'lamp', quantity: 2 },
    { sku: 'tnet', quantity: 1 },
  ]);
  console.log(total(order));
}, 50);
