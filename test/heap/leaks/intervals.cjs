const { fill, write, innocents, leaked } = require('./innocents.cjs');
fill(innocents);
exports.watch = function watch(i) {
  // leak
  const target = { name: `target ${i}`, history: new Array(12).fill(i), last: { value: i } };
  setInterval(() => target.history.push(Date.now()), 3_600_000); // leak
};
for (let i = 0; i < leaked; i++) exports.watch(i);
write();
