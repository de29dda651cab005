import { parseArgs } from 'node:util';
import { openGraph } from '../../src/engine/analyses/open-graph.ts';
import { finding } from '../support/findings.ts';
import type { ReleaseLine } from '../support/releases.ts';
import { compareHeaps, type Measure } from './compare.ts';
import { heapPairs, type Pair, type Program, programs } from './pairs.ts';

/**
 * `npm run fidelity:heap [-- --line 22] [--misses 20] [--of 'context edges'] [--program zoo]
 * [--pair <core> --pair <snapshot>]`: how far graphs made from cores agree with the snapshots that V8 itself wrote of the same heaps.
 */
const lines: readonly ReleaseLine[] = [20, 22, 24, 26];

const { values } = parseArgs({
  options: {
    line: { type: 'string', multiple: true },
    misses: { type: 'string', default: '5' },
    of: { type: 'string' },
    program: { type: 'string', multiple: true },
    isolate: { type: 'string', default: '0' },
    pair: { type: 'string', multiple: true },
  },
});

async function compare({ core, snapshot, isolate }: Omit<Pair, 'name'>): Promise<Measure[]> {
  const theirs = await openGraph(snapshot);
  const ours = await openGraph(core, { isolate, asV8: true });
  try {
    return compareHeaps(theirs, ours);
  } finally {
    theirs.close();
    ours.close();
  }
}

function print(measures: readonly Measure[]): void {
  for (const { name, good, all, misses } of measures) {
    if (values.of !== undefined && name !== values.of) continue;
    const percent = all === 0 ? '  none' : `${((100 * good) / all).toFixed(2)} %`;
    console.log(`  ${name.padEnd(28)} ${percent.padStart(9)}  ${good} of ${all}`);
    for (const miss of misses.slice(0, Number(values.misses)))
      console.log(`      ${miss.label.slice(0, 150)}  V8 ${miss.theirs}, ours ${miss.ours}`);
  }
}

if (values.pair) {
  const [core, snapshot] = values.pair;
  print(await compare({ core: core!, snapshot: snapshot!, isolate: Number(values.isolate) }));
} else {
  const chosen = values.line ? lines.filter((line) => values.line!.includes(String(line))) : lines;
  const names = (values.program ?? Object.keys(programs)) as Program[];
  for (const line of chosen) {
    for (const pair of (await Promise.all(names.map((name) => heapPairs(name, line)))).flat()) {
      const measures = await compare(pair);
      console.log(`Node ${line}, ${pair.name}`);
      print(measures);
      for (const { name, good, all } of measures.slice(0, 9))
        finding('Heap against V8’s own snapshot', `${pair.name}: ${name}`, line, good, all);
    }
  }
}
