import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Heap } from '../../src/engine/graph/heap.ts';
import { hasNumber, type NodeOrdinal } from '../../src/engine/graph/types.ts';
import { type CoreHelper, startCoreHelper } from '../../src/engine/heap-graph/core-tasks.ts';
import { heapFromCore } from '../../src/engine/heap-graph/from-core.ts';
import { Helper, type MarkShare, MarkState } from '../../src/engine/heap-graph/mark-share.ts';
import { openDump } from '../../src/engine/session.ts';
import { heapPairs } from './pairs.ts';

/** The heap of the first isolate of a core, made together with a helper or without one. */
async function heapOf(core: string, helper?: CoreHelper): Promise<Heap> {
  const session = await openDump(core);
  try {
    const heap = await heapFromCore(session, session.isolateFor({ isolate: 0 }), { helper });
    heap.own(session);
    return heap;
  } finally {
    helper?.close();
  }
}

/** A helper that fails at a task, and from then on. */
function failingAt(task: string): CoreHelper {
  const helper = startCoreHelper();
  const run = helper.run.bind(helper);
  let hasFailed = false;
  helper.run = ((...args: Parameters<typeof run>) => {
    hasFailed ||= args[0] === task;
    if (!hasFailed) return run(...args);
    const failed = Promise.reject(new Error('no helper'));
    failed.catch(() => undefined);
    return failed;
  }) as typeof helper.run;
  return helper;
}

/** A thread that takes the first objects it is given to mark, and drops them. */
const careless = `
const { parentPort } = require('node:worker_threads');
parentPort.on('message', ({ state, cells, failed }) => {
  Atomics.store(state, cells.helper, 1);
  let taken = 0;
  while (taken === 0 && Atomics.load(state, cells.isOver) === 0) {
    const count = Atomics.load(state, cells.gift);
    if (count > 0 && Atomics.compareExchange(state, cells.gift, count, 0) === count) taken = count;
  }
  Atomics.store(state, cells.helper, failed);
  parentPort.postMessage(taken);
});
parentPort.postMessage('ready');`;

/** A helper that is lost while it marks, and how many objects it had taken by then. */
async function lostHelper(): Promise<{ helper: CoreHelper; taken: () => number }> {
  const helper = startCoreHelper();
  const thread = new Worker(careless, { eval: true });
  await once(thread, 'message');
  let taken = 0;
  const run = helper.run.bind(helper);
  helper.run = ((...args: Parameters<typeof run>) => {
    if (args[0] !== 'mark') return run(...args);
    const { state } = args[1] as MarkShare;
    thread.postMessage({ state, cells: MarkState, failed: Helper.failed });
    return once(thread, 'message').then(([count]) => {
      taken = count as number;
      void thread.terminate();
      throw new Error('lost');
    });
  }) as typeof helper.run;
  return { helper, taken: () => taken };
}

function assertEqualHeaps(ours: Heap, theirs: Heap): void {
  const [a, b] = [ours.graph, theirs.graph];
  for (const name of ['nodeType', 'nodeId', 'nodeSize', 'firstEdge', 'edgeType', 'edgeTo'] as const)
    assert.deepEqual(a[name], b[name], name);
  assert.deepEqual(a.gaps, b.gaps);
  assert.deepEqual(a.locations, b.locations);
  for (let i = 0; i < a.nodeCount; i++) {
    const node = i as NodeOrdinal;
    const address = a.addresses!.of(i);
    assert.equal(address, b.addresses!.of(i));
    if (address !== 0) assert.equal(a.addresses!.find(address), i);
    if (a.name(node) !== b.name(node)) assert.fail(`node ${i} is ${a.name(node)}, and ${b.name(node)}`);
    assert.equal(ours.retainedSize(node), theirs.retainedSize(node));
    assert.equal(ours.shallowSize(node), theirs.shallowSize(node));
  }
  for (let e = 0; e < a.edgeCount; e++) {
    const isNumber = hasNumber(a.edgeType[e]!);
    const [x, y] = [a, b].map((g) => (isNumber ? g.edgeName[e]! : g.strings.text(g.edgeName[e]!)));
    if (x !== y) assert.fail(`edge ${e} is ${x}, and ${y}`);
  }
}

describe('the heap of a core on two threads', () => {
  let core: string;
  let alone: Heap;

  before(async function () {
    this.timeout(400_000);
    core = (await heapPairs('zoo', 24))[0]!.core;
    alone = await heapOf(core);
  });

  it('is the same as on one', async () => {
    assertEqualHeaps(await heapOf(core, startCoreHelper()), alone);
  });

  it('is the same as on one where there are many kinds of objects', async () => {
    const [pair] = await heapPairs('varied', 22);
    assertEqualHeaps(await heapOf(pair!.core, startCoreHelper()), await heapOf(pair!.core));
  });

  it('has each text once', async () => {
    const { graph } = await heapOf(core, startCoreHelper());
    graph.internNames();
    const seen = new Map<string, number>();
    const check = (id: number) => {
      const text = graph.strings.text(id);
      assert.equal(seen.get(text) ?? id, id, text);
      seen.set(text, id);
    };
    for (let i = 0; i < graph.nodeCount; i++) check(graph.nodeName[i]!);
    for (let e = 0; e < graph.edgeCount; e++) if (!hasNumber(graph.edgeType[e]!)) check(graph.edgeName[e]!);
  });

  for (const task of ['load', 'embedder', 'mark', 'connect', 'assemble', 'dominators'])
    it(`is the same where the other thread fails at "${task}"`, async () => {
      assertEqualHeaps(await heapOf(core, failingAt(task)), alone);
    });

  it('is the same where the other thread is lost while it marks', async () => {
    const { helper, taken } = await lostHelper();
    assertEqualHeaps(await heapOf(core, helper), alone);
    assert.ok(taken() > 0);
  });
});
