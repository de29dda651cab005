import assert from 'node:assert/strict';
import { openGraph } from '../../src/engine/analyses/open-graph.ts';
import { EdgeType, type NodeOrdinal } from '../../src/engine/graph/types.ts';
import { compareHeaps, type Measure } from '../heap-core/compare.ts';
import { finding } from '../support/findings.ts';
import { releaseLines } from '../support/releases.ts';
import { fullLine, recordedHeap, recordedTiers } from './recordings.ts';

/** What is compared, and how much of it must agree at least: the program throws an error behind V8's snapshot. */
const wanted: readonly (readonly [name: string, share: number])[] = [
  ['objects by constructor', 0.999],
  ['shallow size of objects', 0.9985],
  ['closures by function', 1],
  ['strings by content', 0.999],
  ['property edges', 0.999],
  ['element edges', 1],
  ['context edges', 1],
  ['retained size of named objects', 1],
  ['edges of Node’s native nodes', 1],
  ['all nodes by type and name', 0.998],
];

describe('heaps of minidumps of Windows', () => {
  let measures: readonly Measure[];
  let gaps: readonly string[];

  before(async function () {
    this.timeout(240_000);
    const { dump, snapshot } = await recordedHeap();
    const theirs = await openGraph(snapshot);
    const ours = await openGraph(dump);
    measures = compareHeaps(theirs, ours);
    gaps = ours.graph.gaps;
    theirs.close();
    ours.close();
  });

  it('lack nothing', () => assert.deepEqual(gaps, []));

  for (const [name, share] of wanted) {
    it(`have ${100 * share} % of ${name}`, () => {
      const { good, all, misses } = measures.find((m) => m.name === name)!;
      finding('Windows: heap against V8’s own snapshot', name, fullLine, good, all);
      assert.ok(all > 0 && good / all >= share, JSON.stringify(misses.slice(0, 5)));
    });
  }

  for (const line of releaseLines) {
    it(`have Node's own objects, Node ${line}`, async function () {
      this.timeout(120_000);
      const { dump } = await recordedTiers(line);
      const heap = await openGraph(dump);
      const { graph } = heap;
      const natives = Array.from({ length: graph.nodeCount }, (_, i) => i as NodeOrdinal)
        .filter((n) => graph.edgeNamed(n, EdgeType.internal, 'native_to_javascript') !== null)
        .map((n) => graph.name(n));
      heap.close();
      assert.deepEqual(graph.gaps, []);
      for (const name of ['Node / BindingData', 'Node / BlobBindingData'])
        assert.ok(natives.includes(name), `${name} is not among ${natives.join(', ')}`);
    });
  }
});
