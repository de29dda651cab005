import type { Heap } from '../../graph/heap.ts';
import { sourceOf } from '../../graph/reverse-edges.ts';
import { type EdgeIndex, EdgeType, type NodeOrdinal, NodeType } from '../../graph/types.ts';
import { isContext, nodeName } from '../describe.ts';
import { positionOf, type SourcePosition } from '../positions.ts';
import type { Fillers } from './fillers.ts';
import { isOwnCode } from './own-code.ts';

/** A function and where it stands. */
export interface NamedPosition {
  readonly name: string;
  readonly position: SourcePosition;
  /** How likely it is to have filled the place; 0 where nothing is known. */
  readonly score: number;
  /** One of its closures; null where there is none. */
  readonly closure: NodeOrdinal | null;
}

/** What looks through a heap for functions keeps to these. */
const MOST_RETAINERS = 200_000;
const MOST_CONTEXTS = 2_000;
/** Contexts of one scope of the text: what is made in one is mostly made in each. */
const MOST_ALIKE = 50;
const DEPTH = 4;

/** Functions by their places: those that likely filled a place first, then your own code, by position. */
export class Functions {
  readonly #heap: Heap;
  readonly #fillers: Fillers;
  readonly #found = new Map<string, NamedPosition>();

  constructor(heap: Heap, fillers: Fillers) {
    this.#heap = heap;
    this.#fillers = fillers;
  }

  add(node: NodeOrdinal): void {
    const position = positionOf(this.#heap.graph, node);
    const closure = functionOf(this.#heap, node);
    const place = position ?? (closure === null ? null : positionOf(this.#heap.graph, closure));
    if (!place) return;
    const score = closure === null ? 0 : this.#fillers.score(closure);
    const key = `${place.scriptId}:${place.line}:${place.column}`;
    const known = this.#found.get(key);
    if (known && known.score >= score) return;
    this.#found.set(key, { name: nodeName(this.#heap, closure ?? node), position: place, score, closure });
  }

  get size(): number {
    return this.#found.size;
  }

  sorted(): NamedPosition[] {
    return [...this.#found.values()].sort(
      (a, b) =>
        Number(isOwnCode(b.position)) - Number(isOwnCode(a.position)) ||
        // The function around a module names and sees everything in it.
        Number(isModuleFunction(a)) - Number(isModuleFunction(b)) ||
        b.score - a.score ||
        a.position.scriptId - b.position.scriptId ||
        a.position.line - b.position.line ||
        a.position.column - b.position.column,
    );
  }
}

/** The closure itself, or that of a suspended generator or async function. */
function functionOf(heap: Heap, node: NodeOrdinal): NodeOrdinal | null {
  return heap.graph.nodeType[node] === NodeType.closure ? node : heap.graph.internalTarget(node, 'function');
}

export function isModuleFunction({ position }: NamedPosition): boolean {
  return position.line === 1 && position.column === 1;
}

/** Adds the closures that see a context's variables: made in it, or in a scope inside of it. */
export function addClosuresOf(heap: Heap, context: NodeOrdinal, functions: Functions): void {
  const { graph } = heap;
  const { first, edges } = heap.reverse;
  const seen = new Set<number>([context]);
  const alike = new Map<number, number>();
  const isOneOfMany = (scope: NodeOrdinal): boolean => {
    const info = graph.internalTarget(scope, 'scope_info');
    if (info === null) return false;
    const count = (alike.get(info) ?? 0) + 1;
    alike.set(info, count);
    return count > MOST_ALIKE;
  };
  let level = [context];
  for (let depth = 0; depth < DEPTH && level.length > 0; depth++) {
    const inner: NodeOrdinal[] = [];
    for (const scope of level) {
      const end = Math.min(first[scope + 1]!, first[scope]! + MOST_RETAINERS);
      for (let i = first[scope]!; i < end; i++) {
        const edge = edges[i] as EdgeIndex;
        if (graph.edgeType[edge] !== EdgeType.internal) continue;
        const label = graph.edgeLabel(edge);
        const from = sourceOf(graph, edge) as NodeOrdinal;
        if (label === 'context') functions.add(from);
        else if (
          label === 'previous' &&
          isContext(heap, from) &&
          !seen.has(from) &&
          seen.size < MOST_CONTEXTS &&
          !isOneOfMany(from)
        ) {
          seen.add(from);
          inner.push(from);
        }
      }
    }
    level = inner;
  }
}

/** Adds the functions of an ECMAScript module: its scope leads to it. */
export function addModuleFunctions(heap: Heap, module: NodeOrdinal, functions: Functions): void {
  const { graph } = heap;
  const { first, edges } = heap.reverse;
  for (let i = first[module]!; i < first[module + 1]!; i++) {
    const edge = edges[i] as EdgeIndex;
    const from = sourceOf(graph, edge) as NodeOrdinal;
    if (isContext(heap, from)) addClosuresOf(heap, from, functions);
  }
}

const byFile = new WeakMap<Heap, ReadonlyMap<string, readonly NodeOrdinal[]>>();

/** One closure for each place of the program's own code, by the file's path or URL. */
export function ownClosures(heap: Heap): ReadonlyMap<string, readonly NodeOrdinal[]> {
  const known = byFile.get(heap);
  if (known) return known;
  const { graph } = heap;
  const found = new Map<string, NodeOrdinal[]>();
  const seen = new Set<string>();
  for (const node of graph.locations.ordinals) {
    if (graph.nodeType[node] !== NodeType.closure) continue;
    const position = positionOf(graph, node as NodeOrdinal);
    if (!position || !isOwnCode(position)) continue;
    const place = `${position.scriptId}:${position.line}:${position.column}`;
    if (seen.has(place)) continue;
    seen.add(place);
    const source = position.source!;
    const ofFile = found.get(source);
    if (ofFile) ofFile.push(node as NodeOrdinal);
    else found.set(source, [node as NodeOrdinal]);
  }
  byFile.set(heap, found);
  return found;
}

/** Adds the closures whose code stands in a file. */
export function addFunctionsOfFile(heap: Heap, file: string, functions: Functions): void {
  const files = ownClosures(heap);
  for (const closure of files.get(file) ?? files.get(`file://${file}`) ?? []) functions.add(closure);
}

/**
 * Adds the functions that name a global variable: their constants hold the name. The string leads back over
 * the constant pool and the bytecode to the function's SharedFunctionInfo and from there to closures.
 */
export function addFunctionsNaming(heap: Heap, name: string, functions: Functions): void {
  const { graph } = heap;
  const text = stringNode(heap, name);
  if (text === null) return;
  const { first, edges } = heap.reverse;
  let level: { node: number; isShared: boolean }[] = [{ node: text, isShared: false }];
  const seen = new Set<number>([text]);
  for (let depth = 0; depth < 7 && level.length > 0; depth++) {
    const next: typeof level = [];
    for (const { node, isShared } of level) {
      for (let i = first[node]!; i < first[node + 1]! && next.length < 5000; i++) {
        const edge = edges[i] as EdgeIndex;
        if (graph.edgeType[edge] === EdgeType.weak) continue;
        const holder = sourceOf(graph, edge) as NodeOrdinal;
        const label = String(graph.edgeLabel(edge));
        const type = graph.nodeType[holder];
        if (type === NodeType.closure && (label === 'shared' || label === 'code')) functions.add(holder);
        else if (!isShared && (type === NodeType.code || type === NodeType.array) && !seen.has(holder)) {
          seen.add(holder);
          next.push({
            node: holder,
            isShared: label === 'function_data' || label === 'trusted_function_data',
          });
        }
      }
    }
    level = next;
  }
}

function stringNode(heap: Heap, name: string): NodeOrdinal | null {
  heap.graph.internNames();
  const { nodeType, nodeName: names, nodeCount, strings } = heap.graph;
  const seen = new Uint8Array(strings.count);
  for (let node = 0; node < nodeCount; node++) {
    const id = names[node]!;
    if (nodeType[node] !== NodeType.string || seen[id] === 1) continue;
    seen[id] = 1;
    if (strings.text(id) === name) return node as NodeOrdinal;
  }
  return null;
}
