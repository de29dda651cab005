const { fill, write, innocents, leaked } = require('./innocents.cjs');
fill(innocents);
class Recorder {
  #spans = [];
  last() {
    return this.#spans.at(-1);
  }
  start(name) {
    // leak
    this.#spans.push({ name, tags: { name }, times: [1, 2, 3] });
  }
}
const recorder = new Recorder();
exports.trace = function trace(i) {
  recorder.start(`span ${i}`);
  return recorder.last();
};
for (let i = 0; i < leaked; i++) exports.trace(i);
write();
