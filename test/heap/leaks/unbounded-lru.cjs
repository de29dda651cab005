const { fill, write, innocents, leaked } = require('./innocents.cjs');
fill(innocents);
class LRU {
  constructor(max) {
    this.max = max;
    this.entries = new Map();
  }
  get(key) {
    return this.entries.get(key);
  }
  set(key, value) {
    // leak
    // Forgets to look at max.
    this.entries.delete(key);
    this.entries.set(key, { value, used: Date.now() });
  }
}
const responses = new LRU(100);
exports.respond = function respond(i) {
  responses.set(`/page/${i}`, { status: 200, body: { html: `<p>${i}</p>`, etag: `"${i}"` } });
};
for (let i = 0; i < leaked; i++) exports.respond(i);
write();
