// Ends itself, deep in callbacks.
setTimeout(function later() {
  [3, 1, 2].sort(function compare(a, b) {
    const difference = a - b;
    process.abort();
    return difference;
  });
}, 1);
