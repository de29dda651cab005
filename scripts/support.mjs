// `npm run docs:support`: writes docs/support.md from what the tests told in their last runs.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const cache = process.env.DAYAFTER_CACHE || join(root, '.cache');
const findings = join(cache, 'findings/findings.jsonl');
if (!existsSync(findings)) {
  console.error('No test has told anything yet: run npm test first.');
  process.exit(1);
}

/** table → row → line → { good, all }; the last word counts. */
const tables = new Map();
const lines = new Set();
for (const text of readFileSync(findings, 'utf8').split('\n').filter(Boolean)) {
  const { table, row, line, good, all } = JSON.parse(text);
  if (!tables.has(table)) tables.set(table, new Map());
  const rows = tables.get(table);
  if (!rows.has(row)) rows.set(row, new Map());
  rows.get(row).set(line, { good, all });
  lines.add(line);
}

const columns = [...lines].sort((a, b) => a - b);
const parts = [readFileSync(join(root, 'docs/support.head.md'), 'utf8').trimEnd()];
for (const [table, rows] of [...tables].sort(([a], [b]) => a.localeCompare(b))) {
  parts.push(
    `## ${table}`,
    [
      `| | ${columns.map((c) => `Node ${c}`).join(' | ')} |`,
      `|---|${columns.map(() => '---').join('|')}|`,
      ...[...rows]
        .sort(([a], [b]) => a.localeCompare(b))
        .map(([row, cells]) => `| ${row} | ${columns.map((c) => cellText(cells.get(c))).join(' | ')} |`),
    ].join('\n'),
  );
}
writeFileSync(join(root, 'docs/support.md'), `${parts.join('\n\n')}\n`);
console.log(`docs/support.md: ${tables.size} tables`);

function cellText(cell) {
  if (!cell) return '–';
  const { good, all } = cell;
  if (all <= 1) return good === all ? 'yes' : 'no';
  const percent = good === all ? '100 %' : `${(Math.floor((good / all) * 1000) / 10).toFixed(1)} %`;
  return `${percent} (${good} of ${all})`;
}
