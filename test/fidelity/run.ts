/**
 * `npm run fidelity [-- [line…] [program…] [--misses]]`: how much of what the live debugger shows the engine
 * reads from a core, per release line of Node and program, in percent.
 */
import { aspects, type Comparison } from '../oracle/compare.ts';
import { percent, type Tally } from '../oracle/tally.ts';
import { finding } from '../support/findings.ts';
import { type ReleaseLine, releaseLines } from '../support/releases.ts';
import { measure } from './measure.ts';
import { fidelityPrograms, runsOn } from './programs.ts';

const args = process.argv.slice(2);
const showMisses = args.includes('--misses');
const wanted = args.filter((arg) => !arg.startsWith('--'));
const lines = wanted.map(Number).filter((n) => releaseLines.includes(n as ReleaseLine)) as ReleaseLine[];
const names = wanted.filter((word) => Number.isNaN(Number(word)));

const programs = (await fidelityPrograms()).filter(
  ({ name }) => names.length === 0 || names.some((part) => name.includes(part)),
);
const width = Math.max(...programs.map(({ name }) => name.length), 8);

console.log(row('', [...aspects]));
for (const line of lines.length > 0 ? lines : releaseLines) {
  const totals = Object.fromEntries(aspects.map((aspect) => [aspect, { right: 0, all: 0 }])) as Record<
    string,
    { right: number; all: number }
  >;
  const tiers: Record<string, { right: number; all: number }> = {};
  console.log(`Node ${line}`);
  for (const program of programs.filter((p) => runsOn(p, line))) {
    const comparison = await attemptMeasure(line, program);
    if (typeof comparison === 'string') {
      console.log(`  ${program.name.padEnd(width)} ${comparison}`);
      continue;
    }
    for (const aspect of aspects) {
      totals[aspect]!.right += comparison.scores[aspect].right;
      totals[aspect]!.all += comparison.scores[aspect].all;
    }
    for (const [tier, { right, all }] of comparison.tiers) {
      tiers[tier] ??= { right: 0, all: 0 };
      tiers[tier].right += right;
      tiers[tier].all += all;
    }
    print(program.name, comparison);
  }
  if (names.length === 0) {
    for (const [aspect, { right, all }] of Object.entries(totals))
      finding('Stacks and locals against the live debugger', aspect, line, right, all);
    for (const [tier, { right, all }] of Object.entries(tiers))
      finding('Positions and variables by tier', tier, line, right, all);
  }
  console.log(
    row(
      'all',
      aspects.map((aspect) => figure(totals[aspect]!)),
    ),
  );
}

async function attemptMeasure(
  line: ReleaseLine,
  program: Parameters<typeof measure>[1],
): Promise<Comparison | string> {
  try {
    return await measure(line, program);
  } catch (error) {
    process.exitCode = 1;
    return String((error as Error).stack);
  }
}

function print(name: string, { scores, misses }: Comparison): void {
  console.log(
    row(
      name,
      aspects.map((aspect) => figure(scores[aspect])),
    ),
  );
  if (showMisses) for (const miss of misses) console.log(`      ${miss}`);
}

function row(name: string, cells: readonly string[]): string {
  return `  ${name.padEnd(width)} ${cells.map((cell) => cell.padStart(10)).join('')}`;
}

function figure(part: Pick<Tally, 'right' | 'all'>): string {
  return part.all === 0 ? '-' : percent(part).toFixed(percent(part) === 100 ? 0 : 2);
}
