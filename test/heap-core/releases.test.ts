import assert from 'node:assert/strict';
import { openGraph } from '../../src/engine/analyses/open-graph.ts';
import { measure } from '../fidelity/measure.ts';
import { fidelityPrograms } from '../fidelity/programs.ts';
import { percent } from '../oracle/tally.ts';
import { compareHeaps } from './compare.ts';
import { heapPairs } from './pairs.ts';

/**
 * Releases far from those that stand for their lines elsewhere: Node's own classes change from release to release, and
 * what runs in production is seldom the last one.
 */
const releases = ['20.9.0', '22.0.0', '22.11.0', '24.0.0', '26.0.0'];
/** What is compared of a heap; all of it must agree to 99.9 %. */
const wanted = [
  'objects by constructor',
  'shallow size of objects',
  'closures by function',
  'strings by content',
  'property edges',
  'context edges',
  'retained size of named objects',
  'edges of Node’s native nodes',
];
const stacks = ['async-functions.js', 'optimized.js'];

describe('other releases of a line', () => {
  for (const release of releases) {
    it(`Node ${release}: heap as V8 itself shows it`, async function () {
      this.timeout(300_000);
      const [pair] = await heapPairs('natives', release);
      const theirs = await openGraph(pair!.snapshot);
      const ours = await openGraph(pair!.core, { asV8: true });
      const measures = compareHeaps(theirs, ours);
      assert.deepEqual(ours.graph.gaps, []);
      theirs.close();
      ours.close();
      for (const name of wanted) {
        const { good, all, misses } = measures.find((m) => m.name === name)!;
        assert.ok(all > 0 && good / all >= 0.999, `${name}: ${JSON.stringify(misses.slice(0, 5))}`);
      }
    });

    it(`Node ${release}: stacks as the live debugger shows them`, async function () {
      this.timeout(300_000);
      for (const program of (await fidelityPrograms()).filter(({ name }) => stacks.includes(name))) {
        const { scores, misses } = await measure(release, program);
        for (const [aspect, tally] of Object.entries(scores))
          assert.ok(percent(tally) >= 99.8, `${program.name}: ${aspect}: ${misses.slice(0, 5).join('\n')}`);
      }
    });
  }
});
