// What a FinalizationRegistry holds for an object that never dies stays for ever.
const { fill, write, innocents, leaked } = require('./innocents.cjs');
fill(innocents);
const registry = new FinalizationRegistry(() => {});
const owner = { name: 'the service' };
exports.attach = function attach(i) {
  // leak
  registry.register(owner, { resource: `resource ${i}`, data: new Array(10).fill(i) });
};
for (let i = 0; i < leaked; i++) exports.attach(i);
write();
