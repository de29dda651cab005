// Fills a small heap.
const kept = [];
function fill() {
  for (;;) kept.push({ data: new Array(100).fill(1) });
}
setTimeout(fill, 1);
