// flags: --max-old-space-size=8
// Fills the heap: on Windows Node ends the process by an exit then.
const kept = [];

function grow() {
  for (;;) kept.push({ text: `order ${kept.length}`, lines: [kept.length, 2, 3] });
}

setTimeout(grow, 10);
