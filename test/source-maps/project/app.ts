interface Order {
  id: number;
  total: number;
}

export function chargeCustomer(order: Order): never {
  const cents: number = order.total * 100;
  if (cents > 0) {
    throw new Error(`card declined for order ${order.id}`);
  }
  throw new Error('nothing to charge');
}
