// Endless recursion.
function recurse(n) {
  return recurse(n + 1) + 1;
}
setTimeout(function later() {
  recurse(0);
}, 1);
