import type { Heap } from '../../src/engine/graph/heap.ts';
import type { HeapGraph } from '../../src/engine/graph/heap-graph.ts';
import {
  type EdgeIndex,
  EdgeType,
  edgeTypeNames,
  type NodeOrdinal,
  NodeType,
} from '../../src/engine/graph/types.ts';

/** How far a graph agrees with V8's own in one respect. */
export interface Measure {
  readonly name: string;
  /** Of `all`, what both have alike. Objects, bytes or edges. */
  readonly good: number;
  readonly all: number;
  /** Where they differ, the worst first. */
  readonly misses: readonly Miss[];
}

export interface Miss {
  readonly label: string;
  readonly theirs: number;
  readonly ours: number;
}

/** A multiset of labels: how much there is of each. */
type Tally = Map<string, number>;

const objectTypes: readonly number[] = [NodeType.object, NodeType.regexp];
const stringTypes: readonly number[] = [NodeType.string, NodeType.consString, NodeType.slicedString];

/**
 * Compares the graph made from a core with the snapshot that V8 wrote of the same heap. Nodes and edges are
 * compared as multisets of what they say, since neither ids nor the order are the same.
 */
export function compareHeaps(theirs: Heap, ours: Heap): Measure[] {
  const both = (name: string, tally: (heap: Heap) => Tally) => measure(name, tally(theirs), tally(ours));
  const edgeKinds = [EdgeType.property, EdgeType.element, EdgeType.context];
  const furtherKinds = [EdgeType.internal, EdgeType.hidden, EdgeType.weak, EdgeType.shortcut];
  return [
    both('objects by constructor', (heap) => nodes(heap, objectTypes, one)),
    both('shallow size of objects', (heap) => nodes(heap, objectTypes, bytes)),
    both('closures by function', (heap) => nodes(heap, [NodeType.closure], one)),
    both('strings by content', (heap) => nodes(heap, stringTypes, one)),
    both('shallow size of strings', (heap) => nodes(heap, stringTypes, bytes)),
    ...edgeKinds.map((kind) => both(`${edgeTypeNames[kind]} edges`, ({ graph }) => edges(graph, kind))),
    both('retained size of named objects', retainedOfNamed),
    both('all nodes by type and name', (heap) => nodes(heap, undefined, one)),
    both('edges of Node’s native nodes', ({ graph }) => edges(graph, undefined, true)),
    both('all bytes by type and name', (heap) => nodes(heap, undefined, bytes)),
    ...furtherKinds.map((kind) => both(`${edgeTypeNames[kind]} edges`, ({ graph }) => edges(graph, kind))),
  ];
}

function one(): number {
  return 1;
}

function bytes(graph: HeapGraph, node: number): number {
  return graph.ownSize(node as NodeOrdinal);
}

function nodes(
  { graph }: Heap,
  types: readonly number[] | undefined,
  weight: (graph: HeapGraph, node: number) => number,
): Tally {
  const tally: Tally = new Map();
  for (let i = 0; i < graph.nodeCount; i++) {
    if (types === undefined || types.includes(graph.nodeType[i]!))
      count(tally, label(graph, i), weight(graph, i));
  }
  return tally;
}

function edges(graph: HeapGraph, kind: number | undefined, ofNatives = false): Tally {
  const labels: string[] = [];
  const tally: Tally = new Map();
  for (let from = 0; from < graph.nodeCount; from++) {
    // How roots are grouped and numbered is not the heap's.
    if (
      graph.nodeType[from] === NodeType.synthetic ||
      (graph.nodeType[from] === NodeType.native) !== ofNatives
    )
      continue;
    for (let e = graph.firstEdge[from]!; e < graph.firstEdge[from + 1]!; e++) {
      if (kind !== undefined && graph.edgeType[e] !== kind) continue;
      const to = graph.edgeTo[e]!;
      labels[from] ??= label(graph, from);
      labels[to] ??= label(graph, to);
      const name = withoutIds(asV8Writes(String(graph.edgeLabel(e as EdgeIndex))));
      count(tally, `${labels[from]} —${name}→ ${labels[to]}`, 1);
    }
  }
  return tally;
}

/**
 * The bytes that go with the program's global object `subject` and with each object that it names, to depth 2;
 * nothing where there is none.
 */
function retainedOfNamed(heap: Heap): Tally {
  const tally: Tally = new Map();
  const { graph } = heap;
  const visit = (node: NodeOrdinal, path: string, depth: number) => {
    tally.set(path, heap.retainedSize(node));
    if (depth === 0) return;
    for (let e = graph.firstEdge[node]!; e < graph.firstEdge[node + 1]!; e++) {
      const to = graph.edgeTo[e] as NodeOrdinal;
      const name = graph.edgeLabel(e as EdgeIndex);
      if (graph.edgeType[e] !== EdgeType.property || name === '__proto__') continue;
      if (objectTypes.includes(graph.nodeType[to]!)) visit(to, `${path}.${name}`, depth - 1);
    }
  };
  for (let i = 0; i < graph.nodeCount; i++) {
    if (!/^global($| \()/.test(graph.name(i as NodeOrdinal))) continue;
    const edge = graph.edgeNamed(i as NodeOrdinal, EdgeType.property, 'subject');
    if (edge !== null) visit(graph.edgeTo[edge] as NodeOrdinal, 'subject', 2);
  }
  return tally;
}

function label(graph: HeapGraph, node: number): string {
  return `${graph.typeName(node as NodeOrdinal)}:${withoutIds(asV8Writes(graph.name(node as NodeOrdinal)))}`;
}

/**
 * A text as V8 writes it into a snapshot: without NULs, code points above the BMP cut to 16 bits, one question
 * mark for each byte of what has no UTF-8 (HeapSnapshotJSONSerializer::SerializeString). Names made from a core
 * are the whole text.
 */
function asV8Writes(text: string): string {
  return text
    .replaceAll('\0', ' ')
    .replace(/[\ud800-\udbff][\udc00-\udfff]/g, (pair) => String.fromCharCode(pair.codePointAt(0)! & 0xffff))
    .replace(/[\ud800-\udfff\ufffd]/g, '???');
}

function withoutIds(name: string): string {
  return name
    .slice(0, 300)
    .replace(/^\d+ \/ part of key/, 'part of key')
    .replace(/@\d+/g, '@')
    .slice(0, 120);
}

function count(tally: Tally, key: string, weight: number): void {
  tally.set(key, (tally.get(key) ?? 0) + weight);
}

function measure(name: string, theirs: Tally, ours: Tally): Measure {
  let good = 0;
  let all = 0;
  const misses: Miss[] = [];
  for (const key of new Set([...theirs.keys(), ...ours.keys()])) {
    const [a, b] = [theirs.get(key) ?? 0, ours.get(key) ?? 0];
    good += Math.min(a, b);
    all += Math.max(a, b);
    if (a !== b) misses.push({ label: key, theirs: a, ours: b });
  }
  misses.sort((p, q) => Math.abs(q.theirs - q.ours) - Math.abs(p.theirs - p.ours));
  return { name, good, all, misses };
}
