'use strict';
// Requests that wait for each other in several ways, and a crash in none of them.
const wait = (ms) => new Promise((done) => setTimeout(done, ms));
const never = [];

async function query(table) {
  await new Promise((done) => never.push(done));
  return table;
}

async function loadUser() {
  return await query('users');
}

async function* rows() {
  yield await query('orders');
}

async function loadOrders() {
  for await (const row of rows()) return row;
}

async function handle() {
  await Promise.all([loadUser(), loadOrders()]);
}

async function poll() {
  await wait(100_000);
}

for (let i = 0; i < 5; i++) void handle();
void poll();
// What nothing keeps alive will never go on: it is garbage, not waiting.
(async function forgotten() {
  await new Promise(() => {});
})();
setTimeout(() => process.abort(), 20);
