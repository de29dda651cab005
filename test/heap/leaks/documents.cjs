// Documents that each have keys of their own, in two collections: no single object owns them, and no two are of one shape.
const { fill, write, innocents, leaked } = require('./innocents.cjs');
fill(innocents);
globalThis.documents = [];
globalThis.byNumber = new Map();
function receive(i) {
  // leak
  const document = JSON.parse(`{"total of ${i}":${i},"lines of ${i}":{"first of ${i}":"text ${i}"}}`);
  globalThis.documents.push(document);
  globalThis.byNumber.set(i, document);
}
for (let i = 0; i < leaked; i++) receive(i);
globalThis.receive = receive;
write();
