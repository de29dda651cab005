// The error is made by V8 itself, not by a throw statement.
function read(object) {
  return object.missing.deep;
}
setTimeout(function later() {
  read({ a: 1 });
}, 1);
