import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type ClassRow, count, histogram } from '../../src/engine/analyses/histogram.ts';
import { openGraph } from '../../src/engine/analyses/open-graph.ts';
import { shapes } from '../../src/engine/analyses/shapes.ts';
import type { Heap } from '../../src/engine/graph/heap.ts';
import type { ReleaseLine } from '../support/releases.ts';
import { type DevToolsSnapshot, loadWithDevTools } from './devtools-oracle.ts';
import { programs, recordSnapshot } from './snapshots.ts';

const lines: readonly ReleaseLine[] = [18, 20, 22, 24, 26];

describe("a snapshot's sizes against Chrome DevTools' own engine", () => {
  for (const line of lines) {
    describe(`Node ${line}`, () => {
      let ours: Heap;
      let theirs: DevToolsSnapshot;

      before(async function () {
        this.timeout(300_000);
        // The two newest are large enough to be read by two threads.
        const size = line >= 24 ? '20000' : '4000';
        const file = await recordSnapshot(line, join(programs, 'service.cjs'), [size]);
        theirs = await loadWithDevTools(file);
        ours = await openGraph(file);
      });

      after(() => ours.close());

      it('has the same nodes, in their order', () => {
        assert.equal(ours.graph.nodeCount, theirs.nodeCount);
        assert.deepEqual(
          differences(ours.graph.nodeId, (i) =>
            theirs.nodes.getValue(i * theirs.nodeFieldCount + theirs.nodeIdOffset),
          ),
          [],
        );
      });

      it('gives every node the same shallow size', () => {
        assert.deepEqual(
          differences(ours.shallowSizes, (i) =>
            theirs.nodes.getValue(i * theirs.nodeFieldCount + theirs.nodeSelfSizeOffset),
          ),
          [],
        );
      });

      it('gives every node the same retained size, to the byte', () => {
        assert.deepEqual(
          differences(ours.retainedSizes, (i) => theirs.retainedSizes[i]!),
          [],
        );
        assert.equal(ours.totalSize, theirs.totalSize);
      });

      it('gives every node the same dominator', () => {
        assert.deepEqual(
          differences(ours.dominators.dominator, (i) => theirs.dominatorsTree[i]!),
          [],
        );
      });

      it('gives every node the same distance', () => {
        assert.deepEqual(
          differences(ours.distances.distance, (i) => theirs.nodeDistances[i]!),
          [],
        );
      });

      it('counts the same by shape', () => {
        assert.deepEqual(rows(count(ours, shapes(ours)).classes), theirRows(theirs));
      });

      it('counts the same by constructor', () => {
        theirs.applyInterfaceDefinitions([]);
        assert.deepEqual(rows(histogram(ours).classes), theirRows(theirs));
      });
    });
  }
});

/** The first few positions at which two columns differ, with both values. */
function differences(ours: ArrayLike<number>, theirs: (i: number) => number): string[] {
  const found: string[] = [];
  for (let i = 0; i < ours.length && found.length < 5; i++)
    if (ours[i] !== theirs(i)) found.push(`${i}: ${ours[i]} instead of ${theirs(i)}`);
  return found;
}

function rows(classes: readonly ClassRow[]): string[] {
  return classes.map((c) => `${c.name} ${c.count} ${c.shallowSize} ${c.retainedSize}`).sort();
}

function theirRows(snapshot: DevToolsSnapshot): string[] {
  return Object.values(snapshot.aggregatesWithFilter({}))
    .map((c) => `${c.name} ${c.count} ${c.self} ${c.maxRet}`)
    .sort();
}
