// Loop variables: captured in each turn and not, in all kinds of loops.
function loops(limit) {
  const readers = [];
  for (let i = 0, step = 1; i < limit; i += step) {
    const square = i * i;
    readers.push(() => i + square);
  }
  for (let plain = 0; plain < 2; plain++) {
    const unseen = plain;
    for (const key in { a: 1, b: 2 }) {
      let tagged = key + unseen;
      for (const [index, reader] of readers.entries()) {
        var value = reader();
        if (index === 1 && tagged === 'b1') {
          label: for (;;) {
            const message = `${tagged} ${value}`;
            fail(message, () => index);
            break label;
          }
        }
      }
    }
  }
}

function fail(message) {
  throw new Error(message);
}

loops(3);
