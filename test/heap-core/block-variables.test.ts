import assert from 'node:assert/strict';
import { edgeText, isContext, nodeName } from '../../src/engine/analyses/describe.ts';
import { openGraph } from '../../src/engine/analyses/open-graph.ts';
import type { Heap } from '../../src/engine/graph/heap.ts';
import { reverseEdges, sourceOf } from '../../src/engine/graph/reverse-edges.ts';
import type { EdgeIndex, NodeOrdinal } from '../../src/engine/graph/types.ts';
import { recordCore } from '../support/cores.ts';
import { releaseLines } from '../support/releases.ts';

/** How contexts lead to the objects of these classes. */
function variables(heap: Heap): string[] {
  const { graph } = heap;
  const { first, edges } = reverseEdges(graph);
  const found: string[] = [];
  for (let node = 0 as NodeOrdinal; node < graph.nodeCount; node++) {
    const name = nodeName(heap, node as NodeOrdinal);
    if (name !== 'Kept' && name !== 'Caught') continue;
    for (let i = first[node]!; i < first[node + 1]!; i++) {
      const edge = edges[i]! as EdgeIndex;
      const from = sourceOf(graph, edge) as NodeOrdinal;
      if (isContext(heap, from)) found.push(`${edgeText(heap, edge, from)} → ${name}`);
    }
  }
  return found.filter((text) => !text.endsWith('.prototype')).sort();
}

describe('variables of blocks', () => {
  for (const line of releaseLines)
    it(`have their names, which V8 does not tell (Node ${line})`, async () => {
      const { core } = await recordCore(line, 'block-variables.cjs', { nodeFlags: [] });
      const ours = await openGraph(core);
      const asV8 = await openGraph(core, { asV8: true });
      const named = variables(ours);
      const nameless = variables(asV8);
      ours.close();
      asV8.close();
      assert.deepEqual(named, ['context caught → Caught', 'context each → Kept', 'context kept → Kept']);
      assert.deepEqual(
        nameless.map((text) => text.replace(/\d+/, 'n')),
        ['hidden n → Caught', 'hidden n → Kept', 'hidden n → Kept'],
      );
    });
});
