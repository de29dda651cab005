import { type DominatorInput, dominatorInput, isEphemeronEdge, isTableEdge } from './dominator-input.ts';
import type { HeapGraph } from './heap-graph.ts';
import { EdgeType } from './types.ts';

/** The dominator tree: the nodes that every path from the root to a node leads through. */
export interface Dominators {
  /** By ordinal: the immediate dominator's ordinal; the root's is the root. */
  readonly dominator: Uint32Array;
  /** Ordinals so that every node comes behind its dominator; nodes that no owning path reaches are left out. */
  readonly order: Uint32Array;
  /** Memory of the computation that is free again, for what is made next. */
  readonly spare: SpareMemory;
}

/** Dominators without methods, which a thread can give to another one with all their memory. */
export interface PlainDominators {
  readonly dominator: Uint32Array;
  readonly order: Uint32Array;
  readonly doubles: ArrayBuffer;
  readonly words: readonly Uint32Array[];
}

/** Hands out arrays whose memory was used before: a process gives memory back late. */
export class SpareMemory {
  #doubles: ArrayBuffer | null;
  readonly #words: Uint32Array[];

  constructor(doubles: ArrayBuffer | null, words: Uint32Array[]) {
    this.#doubles = doubles;
    this.#words = words;
  }

  /** Not cleared. */
  doubles(length: number): Float64Array {
    const buffer = this.#doubles;
    this.#doubles = null;
    return buffer && buffer.byteLength >= 8 * length
      ? new Float64Array(buffer, 0, length)
      : new Float64Array(length);
  }

  /** Zeros. */
  words(length: number): Uint32Array {
    const at = this.#words.findIndex((words) => words.length >= length);
    const found = this.#words[at];
    if (!found) return new Uint32Array(length);
    this.#words[at] = found.subarray(length);
    return found.subarray(0, length).fill(0);
  }

  /** Not cleared, and free again as soon as something else is made: for a computation that keeps none of it. */
  borrow(length: number): Uint32Array {
    return (
      this.#words.find((words) => words.length >= length)?.subarray(0, length) ?? new Uint32Array(length)
    );
  }
}

/**
 * Dominators over the edges that own, which are the ones Chrome DevTools takes (HeapSnapshot.ts,
 * computeIsEssentialEdge): not weak ones, not those to the node itself, shortcuts only from the root, not
 * the table's edge to a WeakMap entry's value, and none from a node that the global objects don't reach to
 * one that they do. Nodes that only weak edges lead to hang below the root.
 *
 * SEMI-NCA (Georgiadis, Linear-Time Algorithms for Dominators and Related Problems, 2005, section 2.3) in
 * depth-first numbers, where an edge from a lower to a higher number needs no look-up: its source is the
 * semidominator candidate. Only the others are kept: the only one of a node with the node, more of them as lists
 * in one log. Nothing recurses; memory for n nodes and m edges is 20 n + 8 (m - n) bytes at most and the
 * depth-first stack; untouched pages take none.
 */
export function computeDominators(graph: HeapGraph): Dominators {
  return dominatorsOf(plainDominators(dominatorInput(graph)));
}

/**
 * As `computeDominators`, from and to what passes between threads. `used` is memory that nobody needs any more: to
 * get more of it from the system takes longer than to clear it.
 */
export function plainDominators(input: DominatorInput, used: readonly Uint32Array[] = []): PlainDominators {
  const search = new Search(input, new SpareMemory(null, [...used]));
  search.run();
  return solve(search);
}

export function dominatorsOf({ dominator, order, doubles, words }: PlainDominators): Dominators {
  return { dominator, order, spare: new SpareMemory(doubles, [...words]) };
}

/** Numbers of nodes and of entries are less. */
const ALONE = 2 ** 31;

/** Depth-first numbering; what the solver needs of each edge is noted on the way. */
class Search {
  readonly graph: DominatorInput;
  /** By ordinal: depth-first number (from 1, 0 unvisited). */
  readonly numbers: Uint32Array;
  /** By number: ordinal. */
  readonly vertex: Uint32Array;
  /** By number: number of the parent in the depth-first tree. */
  readonly parent: Uint32Array;
  /** By number, twice: least number of a source below the node's own; last entry of the log, or the only source + ALONE. */
  readonly marks: Uint32Array<ArrayBuffer>;
  /** Twice: number of the source, entry before of the same target. */
  readonly log: Uint32Array;
  /** Of the depth-first search: where each node on the way goes on. */
  readonly stack: Uint32Array;
  count = 0;
  /** Nodes up to this number can only be reached by the node of number 2: the one global object. 0 if it is not so. */
  lastEnclosed = 0;
  #entries = 1;
  /** Nodes up to this number are reached from the global objects. */
  #lastUserNumber = 0xffffffff;
  /** Nodes that only non-owning edges reach from the global objects; rarely any. */
  #alsoUser: Uint8Array | null = null;
  readonly #hasEphemerons: boolean;

  constructor(graph: DominatorInput, memory: SpareMemory) {
    this.graph = graph;
    const n = graph.nodeCount;
    this.numbers = memory.words(n + 1);
    this.vertex = memory.words(n + 1);
    this.parent = memory.words(n + 1);
    this.marks = new Uint32Array(2 * (n + 1));
    this.log = new Uint32Array(2 * (graph.edgeCount + 1));
    this.stack = new Uint32Array(n + 1);
    this.#hasEphemerons = graph.ephemerons.names.length > 0;
  }

  run(): void {
    const { firstEdge, edgeType, edgeTo, userEdges } = this.graph;
    this.#visit(0, 0);
    const rootEnd = firstEdge[1]!;
    const doubtful: number[] = [];
    for (const edge of userEdges) this.#from(edgeTo[edge]!, 1, doubtful);
    this.#lastUserNumber = this.count;
    if (userEdges.length === 1) this.lastEnclosed = this.count;
    this.#markAlsoUser(doubtful);
    for (let e = 0; e < rootEnd; e++) {
      const to = edgeTo[e]!;
      if (edgeType[e] !== EdgeType.weak && to !== 0) this.#from(to, 1, null);
    }
    this.#orphans();
  }

  #visit(node: number, parent: number): void {
    const number = ++this.count;
    this.numbers[node] = number;
    this.vertex[number] = node;
    this.parent[number] = parent;
    this.marks[2 * number] = parent;
  }

  /** Searches from `start`, a target of the node of number `source`. Targets of edges that don't own go to `doubtful`. */
  #from(start: number, source: number, doubtful: number[] | null): void {
    const seen = this.numbers[start]!;
    if (seen !== 0) {
      if (seen > source && source < this.marks[2 * seen]!) {
        this.marks[2 * seen] = source;
        if (seen <= this.lastEnclosed) this.lastEnclosed = 0;
      }
      return;
    }
    this.#visit(start, source);
    const { firstEdge, edgeType, edgeTo, edgeName } = this.graph;
    const { isEphemeron } = this.graph.ephemerons;
    const { numbers, vertex, parent, marks, log, stack } = this;
    const hasEphemerons = this.#hasEphemerons;
    const lastUser = this.#lastUserNumber;
    const alsoUser = this.#alsoUser;
    let count = this.count;
    let entries = this.#entries;
    let depth = 0;
    let node = start;
    let number = count;
    const { lastEnclosed } = this;
    let edge = firstEdge[node]!;
    let end = firstEdge[node + 1]!;
    let isUser = number <= lastUser || (alsoUser !== null && alsoUser[node] === 1);
    for (;;) {
      if (edge === end) {
        if (depth === 0) break;
        number = parent[number]!;
        node = vertex[number]!;
        edge = stack[--depth]!;
        end = firstEdge[node + 1]!;
        isUser = number <= lastUser || (alsoUser !== null && alsoUser[node] === 1);
        continue;
      }
      const type = edgeType[edge]!;
      const to = edgeTo[edge]!;
      if (type >= EdgeType.shortcut) {
        if (type === EdgeType.shortcut && doubtful !== null) doubtful.push(to);
        edge++;
        continue;
      }
      if (to === node) {
        edge++;
        continue;
      }
      if (hasEphemerons && type === EdgeType.internal) {
        const name = edgeName[edge]!;
        if (((isEphemeron[name >>> 3]! >>> (name & 7)) & 1) === 1 && isTableEdge(this.graph, node, edge)) {
          if (doubtful !== null) doubtful.push(to);
          edge++;
          continue;
        }
      }
      const seen = numbers[to]!;
      if (!isUser && ((seen !== 0 && seen <= lastUser) || (alsoUser !== null && alsoUser[to] === 1))) {
        edge++;
        continue;
      }
      edge++;
      if (seen === 0) {
        stack[depth++] = edge;
        count++;
        numbers[to] = count;
        vertex[count] = to;
        parent[count] = number;
        marks[2 * count] = number;
        node = to;
        number = count;
        edge = firstEdge[node]!;
        end = firstEdge[node + 1]!;
        if (alsoUser !== null) isUser = number <= lastUser || alsoUser[node] === 1;
        else isUser = number <= lastUser;
      } else if (seen > number) {
        if (number < marks[2 * seen]!) marks[2 * seen] = number;
      } else {
        if (seen <= lastEnclosed) this.lastEnclosed = 0;
        let last = marks[2 * seen + 1]!;
        if (last === 0) {
          marks[2 * seen + 1] = number + ALONE;
          continue;
        }
        if (last >= ALONE) {
          log[2 * entries] = last - ALONE;
          last = entries++;
        }
        log[2 * entries] = number;
        log[2 * entries + 1] = last;
        marks[2 * seen + 1] = entries++;
      }
    }
    this.count = count;
    this.#entries = entries;
  }

  /** The reach of the global objects also goes over shortcuts and over the table's edges of WeakMaps. */
  #markAlsoUser(targets: readonly number[]): void {
    const { firstEdge, edgeType, edgeTo, nodeCount } = this.graph;
    const stack = targets.filter((node) => this.numbers[node] === 0);
    if (stack.length === 0) return;
    const marks = new Uint8Array(nodeCount);
    for (const node of stack) marks[node] = 1;
    while (stack.length > 0) {
      const node = stack.pop()!;
      for (let e = firstEdge[node]!; e < firstEdge[node + 1]!; e++) {
        const to = edgeTo[e]!;
        if (marks[to] === 1 || this.numbers[to] !== 0 || edgeType[e] === EdgeType.weak) continue;
        marks[to] = 1;
        stack.push(to);
      }
    }
    this.#alsoUser = marks;
  }

  /** Nodes that no owning edge leads to are taken as held by the root. */
  #orphans(): void {
    const { nodeCount, firstEdge, edgeTo } = this.graph;
    if (this.count === nodeCount) return;
    const held = new Uint8Array(nodeCount);
    for (let node = 0; node < nodeCount; node++) {
      if (this.numbers[node] !== 0) continue;
      for (let e = firstEdge[node]!; e < firstEdge[node + 1]!; e++)
        if (this.#owns(node, e)) held[edgeTo[e]!] = 1;
    }
    for (let node = 0; node < nodeCount; node++)
      if (this.numbers[node] === 0 && held[node] === 0) this.#from(node, 1, null);
  }

  #isUser(node: number): boolean {
    const number = this.numbers[node]!;
    return (number !== 0 && number <= this.#lastUserNumber) || this.#alsoUser?.[node] === 1;
  }

  #owns(node: number, edge: number): boolean {
    const type = this.graph.edgeType[edge]!;
    const to = this.graph.edgeTo[edge]!;
    if (type >= EdgeType.shortcut || to === node) return false;
    if (isEphemeronEdge(this.graph, edge) && isTableEdge(this.graph, node, edge)) return false;
    return this.#isUser(node) || !this.#isUser(to);
  }
}

function solve(found: Search): PlainDominators {
  const { vertex, parent, marks, log, stack, count, lastEnclosed } = found;
  // By number: ancestor of a linked node. The numbers have done their work: it takes their memory. A node's
  // mark of the log is read once, when the node is linked; from then on it is the least semidominator on the
  // way to the ancestor.
  const ancestor = found.numbers;
  ancestor.set(parent.subarray(0, count + 1));
  for (let w = count; w > 1; w--) {
    let least = marks[2 * w]!;
    // No semidominator is lower.
    const lowest = w <= lastEnclosed ? 2 : 1;
    for (let entry = marks[2 * w + 1]!; entry !== 0 && least > lowest; ) {
      const isAlone = entry >= ALONE;
      let v = isAlone ? entry - ALONE : log[2 * entry]!;
      entry = isAlone ? 0 : log[2 * entry + 1]!;
      // Path compression: afterwards the source's ancestor is not linked yet, so at most w.
      let depth = 0;
      let above = ancestor[v]!;
      while (above > w) {
        stack[depth++] = v;
        v = above;
        above = ancestor[v]!;
      }
      let label = marks[2 * v + 1]!;
      while (depth > 0) {
        v = stack[--depth]!;
        if (label < marks[2 * v + 1]!) marks[2 * v + 1] = label;
        else label = marks[2 * v + 1]!;
        ancestor[v] = above;
      }
      if (label < least) least = label;
    }
    marks[2 * w] = least;
    marks[2 * w + 1] = least;
  }
  const dominator = ancestor.subarray(0, found.graph.nodeCount).fill(0);
  for (let w = 2; w <= count; w++) {
    let d = parent[w]!;
    const s = marks[2 * w]!;
    while (d > s) d = parent[d]!;
    parent[w] = d;
    dominator[vertex[w]!] = vertex[d]!;
  }
  return {
    dominator,
    order: vertex.subarray(1, count + 1),
    doubles: marks.buffer,
    // The stack comes last: most of its memory was never touched.
    words: [parent, log, stack],
  };
}

/** By ordinal: bytes of the node and of all that it dominates; `sizes` are the nodes' own, `large` those beyond 2^32. */
export function sumRetained(
  { dominator, order, spare }: Dominators,
  sizes: Uint32Array,
  large: ReadonlyMap<number, number>,
): Float64Array {
  const retained = spare.doubles(sizes.length);
  for (let node = 0; node < sizes.length; node++) retained[node] = sizes[node]!;
  for (const [node, size] of large) retained[node] = size;
  for (let i = order.length - 1; i > 0; i--) {
    const node = order[i]!;
    const above = dominator[node]!;
    retained[above] = retained[above]! + retained[node]!;
  }
  if (order.length < sizes.length) {
    const reached = new Uint8Array(sizes.length);
    for (const node of order) reached[node] = 1;
    for (let node = 0; node < sizes.length; node++)
      if (reached[node] === 0) retained[0] = retained[0]! + retained[node]!;
  }
  return retained;
}

/** The dominator tree downward, in compressed rows. */
export interface DominatedNodes {
  /** `nodeCount + 1` positions in `nodes`. */
  readonly first: Uint32Array;
  /** Ordinals, ascending within a row. */
  readonly nodes: Uint32Array;
}

export function dominatedNodes({ dominator, spare }: Dominators): DominatedNodes {
  const n = dominator.length;
  const first = spare.words(n + 1);
  for (let node = 1; node < n; node++) {
    const above = dominator[node]!;
    first[above] = first[above]! + 1;
  }
  let sum = 0;
  for (let node = 0; node < n; node++) {
    sum += first[node]!;
    first[node] = sum;
  }
  first[n] = sum;
  const nodes = spare.words(sum);
  for (let node = n - 1; node > 0; node--) {
    const above = dominator[node]!;
    const at = first[above]! - 1;
    first[above] = at;
    nodes[at] = node;
  }
  return { first, nodes };
}
