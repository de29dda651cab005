/**
 * `npm run fidelity:generated [-- [line…] [--from 1] [--count 20] [--flags "--jitless"] [--misses]]`: as
 * `npm run fidelity`, of programs that are drawn at random, by seed.
 */
import { parseArgs } from 'node:util';
import { aspects } from '../../oracle/compare.ts';
import { percent } from '../../oracle/tally.ts';
import { type ReleaseLine, releaseLines } from '../../support/releases.ts';
import { type Attempt, attempt, differs } from './attempt.ts';

/** Misses that are told of each program without `--misses`. */
const fewMisses = 3;

// parseArgs takes a value that starts with a dash after "=" only.
const args = process.argv.slice(2).join('\0').replace('--flags\0', '--flags=').split('\0');
const { values, positionals } = parseArgs({
  args: args.filter((arg) => arg !== ''),
  allowPositionals: true,
  options: {
    from: { type: 'string', default: '1' },
    count: { type: 'string', default: '20' },
    flags: { type: 'string', default: '' },
    misses: { type: 'boolean', default: false },
  },
});
const flags = values.flags.split(/\s+/).filter((flag) => flag !== '');
const seeds = Array.from({ length: Number(values.count) }, (_, i) => Number(values.from) + i);
const wanted = positionals.map(Number) as ReleaseLine[];
const unknown = wanted.filter((line) => !releaseLines.includes(line));
if (unknown.length > 0) throw new Error(`unknown release lines: ${unknown.join(', ')}`);

for (const line of wanted.length > 0 ? wanted : releaseLines) {
  console.log(`Node ${line}`);
  const attempts: Attempt[] = [];
  for (const seed of seeds) {
    const made = await attempt(line, seed, flags);
    attempts.push(made);
    tell(seed, made);
  }
  summarize(attempts);
}

function tell(seed: number, made: Attempt): void {
  if (!differs(made)) return;
  process.exitCode = 1;
  console.log(`  seed ${seed}, kept in ${made.folder}`);
  const lines = made.kind === 'failed' ? made.reason.split('\n') : made.comparison.misses;
  const shown = values.misses ? lines : lines.slice(0, fewMisses);
  for (const text of shown) console.log(`      ${text}`);
  if (shown.length < lines.length) console.log(`      and ${lines.length - shown.length} more`);
}

function summarize(attempts: readonly Attempt[]): void {
  const comparisons = attempts.flatMap((made) => (made.kind === 'compared' ? [made.comparison] : []));
  const agreed = comparisons.filter(({ misses }) => misses.length === 0).length;
  const counts = [
    `${agreed} of ${comparisons.length} programs agree`,
    `${attempts.filter(({ kind }) => kind === 'skipped').length} skipped`,
    `${attempts.filter(({ kind }) => kind === 'failed').length} failed`,
  ];
  console.log(`  ${counts.join(', ')}`);
  const figures = aspects.map((aspect) => {
    const parts = comparisons.map(({ scores }) => scores[aspect]);
    const right = parts.reduce((sum, part) => sum + part.right, 0);
    const all = parts.reduce((sum, part) => sum + part.all, 0);
    return `${aspect} ${all === 0 ? '-' : `${percent({ right, all }).toFixed(2)} %`}`;
  });
  console.log(`  ${figures.join(', ')}`);
}
