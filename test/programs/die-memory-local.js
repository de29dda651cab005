// Fills a small heap with what only a variable of the running function holds.
function fill() {
  const rows = [];
  for (;;) {
    rows.push({ data: new Array(100).fill(1) });
    if (rows.length % 1000 === 0) check(rows);
  }
}

function check(list) {
  if (list.length >= 20_000) process.abort();
}

setTimeout(fill, 1);
