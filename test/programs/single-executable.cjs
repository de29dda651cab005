class Order {
  constructor(id) {
    this.id = id;
    this.items = ['a', 'b'];
  }
  total(rate) {
    const sum = this.items.length * rate;
    if (sum > 3) throw new Error(`order ${this.id} is too dear`);
    return sum;
  }
}

function checkout(orders) {
  let all = 0;
  for (const order of orders) all += order.total(2);
  return all;
}

setTimeout(() => checkout([new Order(7)]), 10);
