const { fill, write, innocents, leaked } = require('./innocents.cjs');
fill(innocents);
let tail = new Promise(() => {});
const head = tail;
exports.enqueue = function enqueue(i) {
  // leak
  const job = { id: i, payload: new Array(12).fill(i) };
  tail = tail.then(() => job); // leak
};
exports.first = () => head;
for (let i = 0; i < leaked; i++) exports.enqueue(i);
write();
