import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openGraph } from '../../src/engine/analyses/open-graph.ts';
import type { Heap } from '../../src/engine/graph/heap.ts';
import { type NodeOrdinal, NodeType } from '../../src/engine/graph/types.ts';
import { writeSnapshot } from '../../src/engine/snapshot/writer.ts';
import { loadWithDevTools } from '../heap/devtools-oracle.ts';
import { classesOfVsCode, sizesOfMemlab } from '../heap/peers.ts';
import { shopPair } from './pairs.ts';

describe('a .heapsnapshot of a core', () => {
  let folder: string;
  let file: string;
  let ours: Heap;
  const steps: [number, number][] = [];

  before(async function () {
    this.timeout(400_000);
    folder = mkdtempSync(join(tmpdir(), 'dayafter-'));
    file = join(folder, 'out.heapsnapshot');
    ours = await openGraph((await shopPair(24)).core, { progress: (...told) => steps.push(told) });
    writeSnapshot(ours.graph, file);
  });

  after(() => {
    ours.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is made with its progress told, from the first page to the last', () => {
    assert.ok(steps.length > 10);
    const total = steps[0]![1];
    assert.ok(total > 1e6 && steps.every(([, all]) => all === total));
    for (const [i, [done]] of steps.entries()) assert.ok(done >= (steps[i - 1]?.[0] ?? 0), `step ${i}`);
    assert.equal(steps.at(-1)![0], total);
  });

  it('reads back as the same graph', async () => {
    const back = await openGraph(file);
    const columns = ['nodeType', 'nodeId', 'nodeSize', 'firstEdge', 'edgeType', 'edgeTo'] as const;
    for (const name of columns)
      assert.ok(Buffer.from(bytes(back.graph[name])).equals(bytes(ours.graph[name])), `${name} differs`);
    for (let i = 0; i < ours.graph.nodeCount; i += 7)
      assert.equal(back.graph.name(i as NodeOrdinal), ours.graph.name(i as NodeOrdinal));
    for (let i = 0; i < ours.graph.nodeCount; i++)
      assert.equal(back.retainedSize(i as NodeOrdinal), ours.retainedSize(i as NodeOrdinal));
    back.close();
  });

  it("opens in DevTools' own engine, with the same retained sizes", async () => {
    const theirs = await loadWithDevTools(file);
    assert.equal(theirs.nodeCount, ours.graph.nodeCount);
    for (let i = 0; i < theirs.nodeCount; i++)
      assert.equal(theirs.retainedSizes[i], ours.retainedSize(i as NodeOrdinal), `node ${i}`);
  });

  it("opens in the parser of VS Code's own viewer, with all bytes of objects", async () => {
    const classes = await classesOfVsCode(readFileSync(file));
    const self = classes.reduce((sum, group) => sum + group.self, 0);
    assert.ok(classes.some(({ name, children }) => name === 'Product' && children >= 2000));
    assert.equal(self, ownSizes(ours));
  });

  it('opens in memlab, with all nodes and bytes', async () => {
    const { nodes, size } = await sizesOfMemlab(file);
    assert.equal(nodes, ours.graph.nodeCount);
    assert.equal(size, ownSizes(ours));
  });

  it('keeps the addresses of objects in fields of its own', () => {
    const { meta } = JSON.parse(`${readFileSync(file, 'latin1').split('\n', 1)[0]!.slice(0, -1)}}`).snapshot;
    assert.deepEqual(meta.node_fields.slice(-2), ['address_low', 'address_high']);
  });

  it('has the same bytes when it is made again', async () => {
    const again = await openGraph((await shopPair(24)).core);
    const second = join(folder, 'again.heapsnapshot');
    writeSnapshot(again.graph, second);
    again.close();
    assert.ok(readFileSync(second).equals(readFileSync(file)));
  });

  it('keeps no content of a string when it is redacted', async () => {
    const redacted = join(folder, 'redacted.heapsnapshot');
    writeSnapshot(ours.graph, redacted, { redact: true });
    const text = readFileSync(redacted, 'latin1');
    for (const secret of ['product 1234', 'cart-321', 'note for 77', 'secret of product'])
      assert.ok(!text.includes(secret), `${secret} is still there`);
    const back = await openGraph(redacted);
    let contents = 0;
    for (let i = 0; i < ours.graph.nodeCount; i++) {
      if (ours.graph.nodeType[i] !== NodeType.string) continue;
      const [before, after] = [ours, back].map((heap) => heap.graph.name(i as NodeOrdinal));
      assert.equal(after!.length, before!.length);
      // Short ones, and those without letters and digits, may come out as they were.
      if (before!.replace(/[^a-z0-9]/gi, '').length < 8) continue;
      contents++;
      assert.notEqual(after, before);
    }
    assert.ok(contents > 1000);
    assert.equal(back.totalSize, ours.totalSize);
    back.close();
  });
});

function ownSizes({ graph }: Heap): number {
  let sum = 0;
  for (let i = 0; i < graph.nodeCount; i++) sum += graph.ownSize(i as NodeOrdinal);
  return sum;
}

function bytes(column: Uint8Array | Uint32Array): Uint8Array {
  return new Uint8Array(column.buffer, column.byteOffset, column.byteLength);
}
