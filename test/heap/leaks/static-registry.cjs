const { fill, write, innocents, leaked } = require('./innocents.cjs');
fill(innocents);
class Metric {
  static all = [];
  constructor(name) {
    // leak
    this.name = name;
    this.values = new Array(10).fill(0);
    Metric.all.push(this);
  }
}
exports.Metric = Metric;
exports.count = function count(i) {
  return new Metric(`requests{path="/item/${i}"}`);
};
for (let i = 0; i < leaked; i++) exports.count(i);
write();
