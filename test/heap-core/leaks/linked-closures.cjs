// Each handler calls the one before it, and so keeps it.
let handler = null;
exports.subscribe = function subscribe(i) {
  const previous = handler;
  const payload = new Array(20).fill(i);
  handler = () => {
    previous?.();
    return payload;
  };
};
for (let i = 0; i < 10_000; i++) exports.subscribe(i);
process.abort();
