import assert from 'node:assert/strict';
import { openGraph } from '../../src/engine/analyses/open-graph.ts';
import { EdgeType, type NodeOrdinal } from '../../src/engine/graph/types.ts';
import { compareHeaps, type Measure } from '../heap-core/compare.ts';
import { type FindingTable, finding } from './findings.ts';
import { type ReleaseLine, releaseLines } from './releases.ts';

/** A dump, and where its executable is, if it needs one. */
export interface RecordedDump {
  readonly dump: string;
  readonly program?: string | undefined;
}

/** What is compared of a heap with V8's own snapshot of it, and how much of it must agree at least. */
const shares: Readonly<Record<string, number>> = {
  'objects by constructor': 0.999,
  'shallow size of objects': 0.999,
  'closures by function': 0.999,
  'strings by content': 0.999,
  'property edges': 0.999,
  'element edges': 0.999,
  'context edges': 0.999,
  'retained size of named objects': 0.999,
  'edges of Node’s native nodes': 0.999,
};

/** Tests that the heap of a dump is as V8's own snapshot shows it, told for a table of docs/support.md. */
export function sameAsSnapshot(
  line: ReleaseLine,
  table: FindingTable,
  recorded: () => Promise<RecordedDump & { readonly snapshot: string }>,
): void {
  let measures: readonly Measure[];
  let gaps: readonly string[];

  before(async function () {
    this.timeout(240_000);
    const { dump, program, snapshot } = await recorded();
    const theirs = await openGraph(snapshot);
    const ours = await openGraph(dump, { program, asV8: true });
    measures = compareHeaps(theirs, ours);
    gaps = ours.graph.gaps;
    theirs.close();
    ours.close();
  });

  it('lack nothing', () => assert.deepEqual(gaps, []));

  for (const [name, share] of Object.entries(shares)) {
    it(`have ${100 * share} % of ${name}`, () => {
      const { good, all, misses } = measures.find((m) => m.name === name)!;
      finding(table, name, line, good, all);
      assert.ok(all > 0 && good / all >= share, JSON.stringify(misses.slice(0, 5)));
    });
  }
}

/** Tests on all lines that the heap has objects of Node's C++, and lacks nothing. */
export function haveNativeNodes(recorded: (line: ReleaseLine) => Promise<RecordedDump>): void {
  for (const line of releaseLines) {
    it(`have Node's own objects, Node ${line}`, async function () {
      this.timeout(120_000);
      const { dump, program } = await recorded(line);
      const heap = await openGraph(dump, { program });
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
}
