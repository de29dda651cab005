import assert from 'node:assert/strict';
import { openGraph } from '../../src/engine/analyses/open-graph.ts';
import type { ReleaseLine } from '../support/releases.ts';
import { compareHeaps, type Measure } from './compare.ts';
import { heapPairs, type Program, programs } from './pairs.ts';

/** Percent that must agree, by what is compared. */
const floors: Readonly<Record<string, number>> = {
  'objects by constructor': 99.9,
  'shallow size of objects': 99.9,
  'closures by function': 99.9,
  'strings by content': 99.9,
  'shallow size of strings': 99.9,
  'property edges': 99.9,
  'element edges': 99.9,
  'context edges': 99.9,
  'retained size of named objects': 99.9,
  'edges of Node’s native nodes': 99.9,
  'all nodes by type and name': 99,
  'internal edges': 98.5,
};
/** A slice of what `npm run fidelity:heap` compares: each program, and each line. */
const cases: readonly (readonly [ReleaseLine, Program])[] = [
  [20, 'shop'],
  [22, 'zoo'],
  [24, 'compiler'],
  [26, 'shop'],
  [22, 'varied'],
];

describe("a core's heap against the snapshot that V8 wrote of it", () => {
  for (const [line, program] of cases) {
    for (const [isolate, heap] of programs[program].entries()) {
      describe(`Node ${line}, ${heap}`, () => {
        let measures: readonly Measure[];
        let gaps: readonly string[];

        before(async function () {
          this.timeout(400_000);
          const { core, snapshot } = (await heapPairs(program, line))[isolate]!;
          const theirs = await openGraph(snapshot);
          const ours = await openGraph(core, { isolate, asV8: true });
          measures = compareHeaps(theirs, ours);
          gaps = ours.graph.gaps;
          theirs.close();
          ours.close();
        });

        it('lacks nothing', () => {
          assert.deepEqual(gaps, []);
        });

        it('has each named object with its retained size, to 0.1 %', () => {
          const { misses } = measures.find((m) => m.name === 'retained size of named objects')!;
          const far = misses.filter((m) => Math.abs(m.theirs - m.ours) > 0.001 * m.theirs);
          assert.deepEqual(far, []);
        });

        for (const [name, floor] of Object.entries(floors)) {
          it(`has ${floor} % of ${name}`, () => {
            const found = measures.find((m) => m.name === name);
            assert.ok(found && found.all > 0, `${name} was not compared`);
            const misses = found.misses.slice(0, 5).map((m) => `${m.label}: V8 ${m.theirs}, ours ${m.ours}`);
            assert.ok((100 * found.good) / found.all >= floor, misses.join('\n'));
          });
        }
      });
    }
  }
});
