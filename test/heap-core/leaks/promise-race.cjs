// Each race leaves its reactions at the promise that is never settled.
const shutdown = new Promise(() => {});
async function work(i) {
  const rows = new Array(30).fill(i);
  await Promise.race([shutdown, Promise.resolve(rows)]);
  return rows;
}
(async () => {
  for (let i = 0; i < 10_000; i++) await work(i);
  process.abort();
})();
