import assert from 'node:assert/strict';
import { openGraph } from '../../src/engine/analyses/open-graph.ts';
import { EdgeType, type NodeOrdinal } from '../../src/engine/graph/types.ts';
import { compareHeaps, type Measure } from '../heap-core/compare.ts';
import { finding } from '../support/findings.ts';
import { releaseLines } from '../support/releases.ts';
import { fullLine, recordedHeap, recordedTiers } from './recordings.ts';

/** What is compared; all of it must agree to 99.9 %. */
const wanted = [
  'objects by constructor',
  'shallow size of objects',
  'closures by function',
  'strings by content',
  'property edges',
  'element edges',
  'context edges',
  'retained size of named objects',
  'edges of Node’s native nodes',
];

describe('heaps of cores of AArch64', () => {
  let measures: readonly Measure[];
  let gaps: readonly string[];

  before(async function () {
    this.timeout(240_000);
    const { core, node, snapshot } = await recordedHeap();
    const theirs = await openGraph(snapshot);
    const ours = await openGraph(core, { program: node });
    measures = compareHeaps(theirs, ours);
    gaps = ours.graph.gaps;
    theirs.close();
    ours.close();
  });

  it('lack nothing', () => assert.deepEqual(gaps, []));

  for (const name of wanted) {
    it(`have 99.9 % of ${name}`, () => {
      const { good, all, misses } = measures.find((m) => m.name === name)!;
      finding('AArch64: heap against V8’s own snapshot', name, fullLine, good, all);
      assert.ok(all > 0 && good / all >= 0.999, JSON.stringify(misses.slice(0, 5)));
    });
  }

  for (const line of releaseLines) {
    it(`have Node's own objects, Node ${line}`, async function () {
      this.timeout(120_000);
      const { core, node } = await recordedTiers(line);
      const heap = await openGraph(core, { program: node });
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
