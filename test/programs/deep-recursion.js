// Recurses until the operating system's stack ends: run with a --stack-size beyond it.
function down(depth, sum) {
  return down(depth + 1, sum + depth) + 1;
}

setTimeout(function start() {
  down(0, 0);
}, 1);
