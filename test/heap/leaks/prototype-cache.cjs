// An object literal on the prototype is one for all instances.
const { fill, write, innocents, leaked } = require('./innocents.cjs');
fill(innocents);
function Template(name) {
  this.name = name;
}
Template.prototype.compiled = {};
Template.prototype.compile = function compile(source) {
  // leak
  this.compiled[source] = { source, parts: source.split(' '), options: { strict: true } };
};
exports.render = function render(i) {
  new Template('page').compile(`hello ${i}`);
};
for (let i = 0; i < leaked; i++) exports.render(i);
write();
