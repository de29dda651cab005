// A real library at work: acorn parses its own source often enough that V8 optimizes it; V8's own snapshot is written just before the
// process aborts.
const v8 = require('node:v8');
const fs = require('node:fs');
const acorn = require('acorn');

const file = require.resolve('acorn');
const text = fs.readFileSync(file, 'utf8');
const trees = [];
for (let i = 0; i < 6; i++) trees[i % 3] = acorn.parse(text, { ecmaVersion: 'latest', locations: true });
const byKind = new Map();
const visit = (root) => {
  const queue = [root];
  for (let node = queue.pop(); node !== undefined; node = queue.pop()) {
    if (!byKind.has(node.type)) byKind.set(node.type, []);
    byKind.get(node.type).push(node);
    for (const value of Object.values(node)) {
      if (Array.isArray(value)) queue.push(...value.filter((v) => v?.type));
      else if (typeof value?.type === 'string') queue.push(value);
    }
  }
};
for (const tree of trees) visit(tree);
globalThis.subject = { trees, byKind, tokens: [...acorn.tokenizer(text, { ecmaVersion: 'latest' })] };

setTimeout(() => {
  v8.writeHeapSnapshot(process.argv[2]);
  process.abort();
}, 10);
