// The WeakMap's entries would go, but a list keeps its keys.
const { fill, write, innocents, leaked } = require('./innocents.cjs');
fill(innocents);
const metadata = new WeakMap();
const tracked = [];
exports.track = function track(i) {
  // leak
  const request = { url: `/item/${i}` };
  tracked.push(request);
  metadata.set(request, { started: i, tags: [`t${i}`, 'web'], trace: { span: i, parent: null } });
};
for (let i = 0; i < leaked; i++) exports.track(i);
write();
