import assert from 'node:assert/strict';
import { type Aspect, aspects, type Comparison } from '../oracle/compare.ts';
import { percent } from '../oracle/tally.ts';
import { releaseLines } from '../support/releases.ts';
import { measure } from './measure.ts';
import { type FidelityProgram, fidelityPrograms, runsOn } from './programs.ts';

/** The programs of the slice that every run of the tests measures; `npm run fidelity` takes all. */
const slice = [
  'async-functions.js',
  'baseline.js',
  'catch-scopes.js',
  'class-fields.js',
  'closures.js',
  'deoptimized-callers.js',
  'deoptimized-maglev.js',
  'esm-main.mjs',
  'generators.js',
  'hot-inlined.js',
  'interpreted.js',
  'loops.js',
  'maglev.js',
  'native-stack.js',
  'optimized.js',
  'parameters.js',
];

/** Percent of each aspect, over the slice of one release line, below which the measurement fails. */
const floors: Readonly<Record<Aspect, number>> = {
  frames: 100,
  functions: 100,
  positions: 100,
  scopes: 99.5,
  variables: 99.5,
  values: 99,
  async: 100,
};

describe('fidelity: cores against the live debugger', () => {
  let programs: FidelityProgram[];

  before(async () => {
    programs = (await fidelityPrograms()).filter(({ name }) => slice.includes(name));
    assert.equal(programs.length, slice.length);
  });

  for (const line of releaseLines) {
    it(`Node ${line}`, async function () {
      this.timeout(300_000);
      const comparisons: Comparison[] = [];
      for (const program of programs.filter((p) => runsOn(p, line))) {
        comparisons.push(await measure(line, program));
      }
      const misses = comparisons.flatMap((comparison) => comparison.misses);
      const figures = aspects.map((aspect) => [aspect, over(comparisons, aspect)] as const);
      console.log(`      ${figures.map(([aspect, value]) => `${aspect} ${value.toFixed(2)} %`).join(', ')}`);
      assert.deepEqual(
        misses.filter((miss) => miss.startsWith('tier:')),
        [],
      );
      for (const [aspect, value] of figures) {
        assert.ok(
          value >= floors[aspect],
          `${aspect}: ${value.toFixed(2)} %\n${misses
            .filter((miss) => miss.startsWith(aspect))
            .slice(0, 20)
            .join('\n')}`,
        );
      }
    });
  }
});

function over(comparisons: readonly Comparison[], aspect: Aspect): number {
  const parts = comparisons.map(({ scores }) => scores[aspect]);
  return percent({
    right: parts.reduce((sum, { right }) => sum + right, 0),
    all: parts.reduce((sum, { all }) => sum + all, 0),
  });
}
