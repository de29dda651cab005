// Many functions see the variable; one of them fills it.
const { fill, write, innocents, leaked } = require('./innocents.cjs');
fill(innocents);
const orders = new Map();
exports.size = function size() {
  return orders.size;
};
exports.find = function find(id) {
  return orders.get(id);
};
exports.each = function each(visit) {
  for (const order of orders.values()) visit(order);
};
exports.place = function place(i) {
  // leak
  orders.set(`order-${i}`, { customer: `customer ${i}`, lines: [{ sku: i, amount: 1 }], placed: { at: i } });
};
exports.cancel = function cancel(id) {
  orders.delete(id);
};
for (let i = 0; i < leaked; i++) {
  exports.place(i);
  exports.find(`order-${i}`);
  if (i % 100 === 0) exports.size();
}
exports.each(() => {});
exports.cancel('order-0');
write();
