const { fill, write, innocents, leaked } = require('./innocents.cjs');
fill(innocents);
const uploads = [];
exports.upload = function upload(i) {
  // leak
  uploads.push({ name: `file ${i}`, bytes: Buffer.alloc(20_000, i) });
};
for (let i = 0; i < leaked / 20; i++) exports.upload(i);
write();
