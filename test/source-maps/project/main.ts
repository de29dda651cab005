import { chargeCustomer } from './app.ts';

function processOrders(orders: { id: number; total: number }[]): void {
  for (const order of orders) chargeCustomer(order);
}

setTimeout(function deliver(): void {
  processOrders([{ id: 7, total: 12 }]);
}, 1);
