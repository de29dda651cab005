// More captured variables than a ScopeInfo lists inline.
const source = Array.from({ length: 90 }, (_, i) => `let v${i} = ${i} * 2;`).join('\n');
const read = Array.from({ length: 90 }, (_, i) => `v${i}`).join(' + ');
const make = new Function('fail', `${source}\nconst all = () => ${read};\nreturn fail(all(), all);`);

make(function fail(total) {
  const text = `total ${total}`;
  throw new Error(text);
});
