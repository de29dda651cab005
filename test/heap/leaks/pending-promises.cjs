const { fill, write, innocents, leaked } = require('./innocents.cjs');
fill(innocents);
const ready = new Promise(() => {});
exports.handle = async function handle(i) {
  // leak
  const body = { order: i, lines: new Array(14).fill(i) };
  await ready;
  return body;
};
for (let i = 0; i < leaked; i++) exports.handle(i);
write();
