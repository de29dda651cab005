const { fill, write, innocents, leaked } = require('./innocents.cjs');
fill(innocents);
const rendered = {};
exports.render = function render(i) {
  // leak
  rendered[`page-${i}`] = Buffer.from(`<li>${i}</li>`.repeat(12)).toString('latin1');
};
for (let i = 0; i < leaked; i++) exports.render(i);
write();
