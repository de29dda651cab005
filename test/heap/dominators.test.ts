import assert from 'node:assert/strict';
import { computeDominators } from '../../src/engine/graph/dominators.ts';
import { HeapGraph, plainExtras } from '../../src/engine/graph/heap-graph.ts';
import { EdgeType, NodeType } from '../../src/engine/graph/types.ts';
import { random } from '../support/random.ts';

interface Edge {
  readonly from: number;
  readonly to: number;
  readonly type: number;
}

/** A graph whose root leads to the global objects by shortcuts, and to some other nodes. */
function randomEdges(seed: number, nodes: number): Edge[] {
  const next = random(seed);
  const edges: Edge[] = [];
  const globals = 1 + (seed % 3 === 0 ? next(3) : 0);
  for (let i = 0; i < globals; i++) edges.push({ from: 0, to: 1 + next(nodes - 1), type: EdgeType.shortcut });
  for (let i = next(4); i >= 0; i--) edges.push({ from: 0, to: 1 + next(nodes - 1), type: EdgeType.element });
  for (let from = 1; from < nodes; from++)
    for (let i = next(4); i > 0; i--) {
      // Most edges lead to nodes near by: deep graphs are the difficult ones.
      const to = next(3) === 0 ? 1 + next(nodes - 1) : 1 + ((from + next(6) - 2 + nodes) % (nodes - 1));
      edges.push({ from, to, type: next(8) === 0 ? EdgeType.weak : EdgeType.property });
    }
  return edges;
}

function graphOf(edges: readonly Edge[], nodes: number): HeapGraph {
  const sorted = [...edges].sort((a, b) => a.from - b.from);
  const firstEdge = new Uint32Array(nodes + 1);
  for (const { from } of sorted) firstEdge[from + 1]!++;
  for (let i = 0; i < nodes; i++) firstEdge[i + 1]! += firstEdge[i]!;
  return new HeapGraph(
    {
      nodeType: new Uint8Array(nodes).fill(NodeType.object),
      nodeName: new Uint32Array(nodes),
      nodeId: Uint32Array.from({ length: nodes }, (_, i) => 2 * i + 1),
      nodeSize: new Uint32Array(nodes).fill(16),
      firstEdge,
      edgeType: Uint8Array.from(sorted, (e) => e.type),
      edgeName: new Uint32Array(sorted.length),
      edgeTo: Uint32Array.from(sorted, (e) => e.to),
    },
    plainExtras({ count: 1, text: () => '', close() {} }),
  );
}

/** Nodes that edges lead to from `start`, as far as they may be taken and do not lead over `without`. */
function reach(
  edges: readonly Edge[],
  starts: readonly number[],
  mayTake: (edge: Edge) => boolean,
  without = -1,
): Set<number> {
  const found = new Set(starts.filter((s) => s !== without));
  for (let size = -1; size !== found.size; ) {
    size = found.size;
    for (const edge of edges)
      if (found.has(edge.from) && edge.to !== without && mayTake(edge)) found.add(edge.to);
  }
  return found;
}

/** By node: its immediate dominator, by what can be reached without each of the others; only of nodes that the root owns. */
function expected(plain: readonly Edge[], nodes: number): Map<number, number> {
  const isPlain = ({ from, to, type }: Edge) => from !== 0 && from !== to && type === EdgeType.property;
  const globals = plain.filter((e) => e.type === EdgeType.shortcut).map((e) => e.to);
  const user = reach(plain, globals, isPlain);
  const owns = (e: Edge) => e.from === 0 || (isPlain(e) && (user.has(e.from) || !user.has(e.to)));
  const owned = reach(plain, [0], owns);
  // What nothing owns is held by the root.
  const isHeld = (node: number) =>
    plain.some((e) => e.to === node && e.from !== 0 && !owned.has(e.from) && owns(e));
  const orphans = [...Array(nodes).keys()].filter((node) => !owned.has(node) && !isHeld(node));
  const edges = [...plain, ...orphans.map((to) => ({ from: 0, to, type: EdgeType.element }))];
  const all = reach(edges, [0], owns);
  const above = new Map<number, number[]>();
  for (const node of all) above.set(node, []);
  for (const node of all) {
    const left = reach(edges, [0], owns, node);
    for (const other of all) if (other !== node && !left.has(other)) above.get(other)!.push(node);
  }
  const result = new Map<number, number>();
  // The nearest of the dominators is the one that has most itself.
  for (const [node, others] of above)
    if (node !== 0)
      result.set(
        node,
        others.reduce((a, b) => (above.get(b)!.length > above.get(a)!.length ? b : a), 0),
      );
  return result;
}

describe('dominators', () => {
  it('are those that nodes cannot be reached without, in random graphs', () => {
    let compared = 0;
    for (let seed = 1; seed <= 400; seed++) {
      const nodes = 4 + (seed % 40);
      const edges = randomEdges(seed, nodes);
      const { dominator } = computeDominators(graphOf(edges, nodes));
      for (const [node, above] of expected(edges, nodes)) {
        assert.equal(dominator[node], above, `graph ${seed}, node ${node}`);
        compared++;
      }
    }
    assert.ok(compared > 4000);
  });
});
