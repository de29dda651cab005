import type { Heap } from '../graph/heap.ts';
import { sourceOf } from '../graph/reverse-edges.ts';
import { type EdgeIndex, EdgeType, type NodeOrdinal, NodeType } from '../graph/types.ts';
import { describeNode, edgeText, isContext, type NodeInfo } from './describe.ts';

/** One step of a path: the edge as code writes it, and the node that it leads to. */
export interface PathStep {
  /** Empty at the path's start. */
  readonly edge: string;
  readonly node: NodeInfo;
}

/** A step by its place in the graph; the first has no edge. */
export interface Step {
  readonly edge: EdgeIndex | null;
  readonly node: NodeOrdinal;
}

/** Edges by which V8 gets from one object to others' common machinery: no programmer would go that way. */
const machinery = new Set([
  'map',
  'code',
  'shared',
  'feedback_cell',
  'feedback_vector',
  'initial_map',
  'prototype_info',
  'constructor',
  'constructor_or_back_pointer',
  'dependent_code',
  'script',
  'script_or_debug_info',
  'scope_info',
  'native_context',
  'descriptors',
  'transition',
  'back_pointer',
  'function_data',
  'trusted_function_data',
  'previous',
]);

const NONE = 0xffffffff;

/**
 * A shortest way from the roots to every node, by edges that mean something in the program where there are
 * such: first from the global objects, then from the other roots, then from scope to enclosing scope. What only lies on a
 * stack or in a handle comes after these, since nothing names it there: but for functions and scopes, whose variables
 * have names. Only then come ways through V8's machinery.
 */
export class Ways {
  readonly #heap: Heap;
  /** By ordinal: the edge on the way that leads to the node. */
  readonly #edge: Uint32Array;
  readonly #from: Uint32Array;

  constructor(heap: Heap) {
    this.#heap = heap;
    const { graph } = heap;
    this.#edge = new Uint32Array(graph.nodeCount).fill(NONE);
    this.#from = new Uint32Array(graph.nodeCount);
    this.#search();
  }

  /** The way to a node, the root first; only the node where nothing owns it. */
  to(node: NodeOrdinal): Step[] {
    const steps: Step[] = [];
    let at = node;
    while (at !== 0 && this.#edge[at] !== NONE && steps.length <= this.#edge.length) {
      steps.push({ edge: this.#edge[at] as EdgeIndex, node: at });
      at = this.#from[at] as NodeOrdinal;
    }
    steps.push({ edge: null, node: at });
    return steps.reverse();
  }

  /** The node before on the way; null at its start. */
  before(node: NodeOrdinal): NodeOrdinal | null {
    return node === 0 || this.#edge[node] === NONE ? null : (this.#from[node] as NodeOrdinal);
  }

  #search(): void {
    const { graph } = this.#heap;
    const { firstEdge, edgeType, edgeTo, edgeName, nodeCount, nodeType } = graph;
    const { machinery: isMachinery, previous } = this.#machineryNames();
    const queue = new Uint32Array(nodeCount);
    const seen = new Uint8Array(nodeCount);
    seen[0] = 1;
    let end = 0;
    const visit = (node: number, edge: number, from: number) => {
      seen[node] = 1;
      this.#edge[node] = edge;
      this.#from[node] = from;
      queue[end++] = node;
    };
    /** Stacks and handles; and of scopes by turns an enclosing one, the edge that leads there, and the inner one. */
    const nameless: number[] = [];
    let enclosing: number[] = [];
    let begin = 0;
    const spread = (all: boolean) => {
      for (; begin < end; begin++) {
        const node = queue[begin]!;
        const isNameless = !all && nodeType[node] === NodeType.synthetic && this.#isNameless(node);
        if (isNameless) nameless.push(node);
        for (let e = firstEdge[node]!; e < firstEdge[node + 1]!; e++) {
          const to = edgeTo[e]!;
          if (seen[to] === 1) continue;
          const type = edgeType[e]!;
          if (type === EdgeType.weak || type === EdgeType.shortcut) continue;
          if (isNameless && !this.#hasVariables(to)) continue;
          if (!all && type === EdgeType.internal && isMachinery.has(edgeName[e]!)) {
            if (edgeName[e] === previous) enclosing.push(to, e, node);
            continue;
          }
          if (
            !all &&
            type === EdgeType.hidden &&
            nodeType[node] === NodeType.hidden &&
            nodeType[to] === NodeType.hidden
          )
            continue;
          visit(to, e, node);
        }
      }
    };
    for (let e = 0; e < firstEdge[1]!; e++)
      if (edgeType[e] === EdgeType.shortcut && seen[edgeTo[e]!] === 0) visit(edgeTo[e]!, e, 0);
    spread(false);
    for (let e = 0; e < firstEdge[1]!; e++)
      if (edgeType[e] !== EdgeType.weak && seen[edgeTo[e]!] === 0) visit(edgeTo[e]!, e, 0);
    spread(false);
    const spreadToEnclosing = () => {
      while (enclosing.length > 0) {
        const found = enclosing;
        enclosing = [];
        for (let i = 0; i < found.length; i += 3)
          if (seen[found[i]!] === 0) visit(found[i]!, found[i + 1]!, found[i + 2]!);
        spread(false);
      }
    };
    spreadToEnclosing();
    for (const node of nameless)
      for (let e = firstEdge[node]!; e < firstEdge[node + 1]!; e++)
        if (edgeType[e] !== EdgeType.weak && seen[edgeTo[e]!] === 0) visit(edgeTo[e]!, e, node);
    spread(false);
    spreadToEnclosing();
    begin = 0;
    spread(true);
  }

  /** True for the roots by which nothing has a name: what lies on stacks, and what C++ holds for the moment. */
  #isNameless(node: number): boolean {
    return /^\((Stack roots|Handle scope)\)$/.test(this.#heap.graph.name(node as NodeOrdinal));
  }

  #hasVariables(node: number): boolean {
    const { nodeType } = this.#heap.graph;
    return nodeType[node] === NodeType.closure || isContext(this.#heap, node as NodeOrdinal);
  }

  #machineryNames(): { readonly machinery: ReadonlySet<number>; readonly previous: number } {
    const { edgeType, edgeName, edgeCount, strings, ephemerons } = this.#heap.graph;
    const seen = new Uint8Array(strings.count);
    const found = new Set<number>();
    let previous = -1;
    for (let e = 0; e < edgeCount; e++) {
      if (edgeType[e] !== EdgeType.internal) continue;
      const name = edgeName[e]!;
      if (seen[name] !== 0) continue;
      seen[name] = 1;
      if (((ephemerons.isEphemeron[name >>> 3]! >>> (name & 7)) & 1) === 1) continue;
      const text = strings.text(name);
      if (machinery.has(text)) found.add(name);
      if (text === 'previous') previous = name;
    }
    return { machinery: found, previous };
  }
}

const known = new WeakMap<Heap, Ways>();

export function waysOf(heap: Heap): Ways {
  let ways = known.get(heap);
  if (!ways) {
    ways = new Ways(heap);
    known.set(heap, ways);
  }
  return ways;
}

export function describeSteps(heap: Heap, steps: readonly Step[]): PathStep[] {
  return steps.map(({ edge, node }, i) => ({
    edge: edge === null ? '' : edgeText(heap, edge, steps[i - 1]?.node ?? (0 as NodeOrdinal)),
    node: describeNode(heap, node),
  }));
}

/**
 * Paths from the roots to a node: a shortest one first, then one through each further node that holds it, up
 * to `limit`.
 */
export function pathsToRoots(heap: Heap, node: NodeOrdinal, limit = 5): PathStep[][] {
  const { graph } = heap;
  const ways = waysOf(heap);
  const shortest = ways.to(node);
  const paths = [shortest];
  const { first, edges } = heap.reverse;
  const used = new Set<number>([shortest.at(-2)?.node ?? -1]);
  const others: Step[][] = [];
  for (let i = first[node]!; i < first[node + 1]! && others.length < 2000; i++) {
    const edge = edges[i] as EdgeIndex;
    if (graph.edgeType[edge] === EdgeType.weak) continue;
    const holder = sourceOf(graph, edge) as NodeOrdinal;
    if (used.has(holder) || holder === node) continue;
    used.add(holder);
    const way = ways.to(holder);
    // A way that comes from the node itself is none.
    if (way.some((step) => step.node === node) || way[0]!.node !== 0) continue;
    others.push([...way, { edge, node }]);
  }
  others.sort((a, b) => a.length - b.length);
  paths.push(...others.slice(0, Math.max(0, limit - 1)));
  return paths.map((path) => describeSteps(heap, path));
}

/** The paths of many nodes merged into a tree: how many of them lead through each step. */
export interface MergedPath {
  readonly node: NodeInfo;
  readonly edge: string;
  readonly count: number;
  readonly children: readonly MergedPath[];
}

/** Merges the shortest ways of `nodes`; of each step the `width` most used continuations are kept. */
export function mergePaths(heap: Heap, nodes: readonly NodeOrdinal[], width = 3, depth = 30): MergedPath {
  const ways = waysOf(heap);
  const counts = new Map<number, number>();
  const next = new Map<number, Map<number, EdgeIndex>>();
  for (const node of nodes.slice(0, 10000)) {
    const way = ways.to(node);
    way.forEach((step, i) => {
      counts.set(step.node, (counts.get(step.node) ?? 0) + 1);
      const before = way[i - 1];
      if (!before || step.edge === null) return;
      const after = next.get(before.node) ?? new Map<number, EdgeIndex>();
      next.set(before.node, after);
      after.set(step.node, step.edge);
    });
  }
  const root = 0 as NodeOrdinal;
  interface Building {
    node: NodeInfo;
    edge: string;
    count: number;
    children: Building[];
  }
  const made: Building = {
    node: describeNode(heap, root),
    edge: '',
    count: counts.get(0) ?? 0,
    children: [],
  };
  let level: [NodeOrdinal, Building][] = [[root, made]];
  for (let i = 0; i < depth && level.length > 0; i++) {
    const below: [NodeOrdinal, Building][] = [];
    for (const [node, building] of level) {
      const after = [...(next.get(node) ?? [])]
        .sort((a, b) => counts.get(b[0])! - counts.get(a[0])! || a[0] - b[0])
        .slice(0, width);
      for (const [to, edge] of after) {
        const child: Building = {
          node: describeNode(heap, to as NodeOrdinal),
          edge: edgeText(heap, edge, node),
          count: counts.get(to)!,
          children: [],
        };
        building.children.push(child);
        below.push([to as NodeOrdinal, child]);
      }
    }
    level = below;
  }
  return made;
}
