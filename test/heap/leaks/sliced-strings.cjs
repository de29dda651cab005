const { fill, write, innocents, leaked } = require('./innocents.cjs');
fill(innocents);
const tokens = [];
exports.parse = function parse(i) {
  // leak
  const document = Buffer.alloc(1500, 97 + (i % 26)).toString('latin1') + i;
  tokens.push(document.slice(10, 40));
};
for (let i = 0; i < leaked / 2; i++) exports.parse(i);
write();
