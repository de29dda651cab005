import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from './cache.ts';
import type { ReleaseLine } from './releases.ts';

/** Tables of docs/support.md, in their order there. */
export type FindingTable =
  | 'Stacks and locals against the live debugger'
  | 'Positions and variables by tier'
  | 'Ways to die'
  | 'Kinds of value'
  | 'Heap against V8’s own snapshot'
  | 'AArch64: stacks and locals against the live debugger'
  | 'AArch64: heap against V8’s own snapshot'
  | 'Windows: stacks and locals against the live debugger'
  | 'Windows: heap against V8’s own snapshot';

export const findingsFolder = join(cacheFolder, 'findings');

/**
 * Tells docs/support.md what a test has just seen: `good` of `all` comparisons of `row` agreed on that release
 * line. `npm run docs:support` makes the page from what was told last.
 */
export function finding(
  table: FindingTable,
  row: string,
  line: ReleaseLine,
  good: number,
  all: number,
): void {
  mkdirSync(findingsFolder, { recursive: true });
  appendFileSync(
    join(findingsFolder, 'findings.jsonl'),
    `${JSON.stringify({ table, row, line, good, all })}\n`,
  );
}
