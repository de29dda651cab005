import type { Heap } from '../../graph/heap.ts';
import { sourceOf } from '../../graph/reverse-edges.ts';
import { type EdgeIndex, EdgeType, type NodeOrdinal, NodeType } from '../../graph/types.ts';
import { edgeText, isContext, nodeName } from '../describe.ts';
import { type Step, waysOf } from '../paths.ts';
import { positionOf, type SourcePosition } from '../positions.ts';

/** How a program names what holds an accumulation point, and where in the source to look. */
export interface Holder {
  /** The object that people know: the Map of a table, the Array of elements. */
  readonly owner: NodeOrdinal;
  /** From the roots to the owner. */
  readonly path: readonly Step[];
  /** As code would write it from the nearest variable on: `leaked`, `app.router.stack`, `Pool.idle`. */
  readonly expression: string;
  /** The variable that the expression begins with. */
  readonly variable: string | null;
  readonly scope: 'context' | 'global' | null;
  /** Functions in whose sight the variable is, or that name it; your own code first. */
  readonly functions: readonly NamedPosition[];
  /** The best place to look: code of the program's own where there is any. */
  readonly position: NamedPosition | null;
}

export interface NamedPosition {
  readonly name: string;
  readonly position: SourcePosition;
}

export function holderOf(heap: Heap, accumulation: NodeOrdinal): Holder {
  const owner = ownerOf(heap, accumulation);
  const path = waysOf(heap).to(owner);
  const named = nameAlong(heap, path);
  const functions =
    named.context !== null
      ? closuresOf(heap, named.context)
      : named.variable !== null
        ? functionsNaming(heap, named.variable)
        : [];
  return {
    owner,
    path,
    expression: named.expression || nodeName(heap, owner),
    variable: named.variable,
    scope: named.context !== null ? 'context' : named.variable !== null ? 'global' : null,
    functions,
    position: functions.find((f) => isOwnCode(f.position)) ?? onTheWay(heap, path) ?? functions[0] ?? null,
  };
}

/** From V8's tables and backing stores to the object that has them. */
function ownerOf(heap: Heap, node: NodeOrdinal): NodeOrdinal {
  const { nodeType } = heap.graph;
  const { dominator } = heap.dominators;
  let at = node;
  for (let steps = 0; steps < 10 && at !== 0; steps++) {
    const type = nodeType[at];
    if (type !== NodeType.array && type !== NodeType.hidden && type !== NodeType.native) break;
    const above = dominator[at] as NodeOrdinal;
    if (above === 0 || nodeType[above] === NodeType.synthetic) break;
    at = above;
  }
  return at;
}

interface Naming {
  readonly expression: string;
  readonly variable: string | null;
  readonly context: NodeOrdinal | null;
}

function nameAlong(heap: Heap, path: readonly Step[]): Naming {
  const { graph } = heap;
  let expression = '';
  let variable: string | null = null;
  let context: NodeOrdinal | null = null;
  path.forEach(({ edge, node }, i) => {
    const from = path[i - 1]?.node;
    if (edge === null || from === undefined) return;
    const text = edgeText(heap, edge, from);
    const type = graph.edgeType[edge];
    if (type === EdgeType.context) {
      variable = String(graph.edgeLabel(edge));
      expression = variable;
      context = from;
    } else if (type === EdgeType.property) {
      if (isGlobalStep(heap, path, i - 1)) {
        variable = String(graph.edgeLabel(edge));
        expression = variable;
        context = null;
      } else expression += text;
    } else if (type === EdgeType.element) expression += text;
    else if (type === EdgeType.internal && (text.startsWith('get(') || text.startsWith('entry ')))
      expression += `.${text}`;
    else if (graph.nodeType[node] === NodeType.closure && expression === '')
      expression = nodeName(heap, node);
  });
  return { expression, variable, context };
}

/** Whether a step leads to the global object: by the root's shortcut, or from the realm's context. */
function isGlobalStep(heap: Heap, path: readonly Step[], i: number): boolean {
  const edge = path[i]?.edge;
  if (edge == null) return false;
  if (heap.graph.edgeType[edge] === EdgeType.shortcut) return true;
  return /^global_(proxy_)?object$/.test(String(heap.graph.edgeLabel(edge)));
}

/** Closures that were made in a context, and so see its variables. */
function closuresOf(heap: Heap, context: NodeOrdinal): NamedPosition[] {
  const { graph } = heap;
  const { first, edges } = heap.reverse;
  const found = new Map<string, NamedPosition>();
  const end = Math.min(first[context + 1]!, first[context]! + 20000);
  for (let i = first[context]!; i < end; i++) {
    const edge = edges[i] as EdgeIndex;
    if (graph.edgeType[edge] !== EdgeType.internal || graph.edgeLabel(edge) !== 'context') continue;
    const closure = sourceOf(graph, edge) as NodeOrdinal;
    const position = positionOf(graph, closure) ?? generatorPosition(heap, closure);
    if (position) addPosition(found, nodeName(heap, closure), position);
  }
  return sortPositions(found);
}

/** Of a suspended generator or async function: its function's. */
function generatorPosition(heap: Heap, generator: NodeOrdinal): SourcePosition | null {
  const edge = heap.graph.edgeNamed(generator, EdgeType.internal, 'function');
  return edge === null ? null : positionOf(heap.graph, heap.graph.edgeTo[edge] as NodeOrdinal);
}

/**
 * Functions that name a global variable: their constants hold the name. The string leads back over the
 * constant pool and the bytecode to the function's SharedFunctionInfo and from there to closures.
 */
function functionsNaming(heap: Heap, name: string): NamedPosition[] {
  const { graph } = heap;
  const text = stringNode(heap, name);
  if (text === null) return [];
  const { first, edges } = heap.reverse;
  const found = new Map<string, NamedPosition>();
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
        if (type === NodeType.closure && (label === 'shared' || label === 'code')) {
          const position = positionOf(graph, holder);
          if (position) addPosition(found, nodeName(heap, holder), position);
        } else if (!isShared && (type === NodeType.code || type === NodeType.array) && !seen.has(holder)) {
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
  return sortPositions(found);
}

function stringNode(heap: Heap, name: string): NodeOrdinal | null {
  const { nodeType, nodeName: names, nodeCount, strings } = heap.graph;
  const id = -1;
  for (let node = 0; node < nodeCount; node++) {
    if (nodeType[node] !== NodeType.string) continue;
    if (id >= 0) {
      if (names[node] === id) return node as NodeOrdinal;
    } else if (strings.text(names[node]!) === name) return node as NodeOrdinal;
  }
  return null;
}

function addPosition(found: Map<string, NamedPosition>, name: string, position: SourcePosition): void {
  const key = `${position.scriptId}:${position.line}:${position.column}`;
  if (!found.has(key)) found.set(key, { name, position });
}

function sortPositions(found: Map<string, NamedPosition>): NamedPosition[] {
  return [...found.values()].sort(
    (a, b) =>
      Number(isOwnCode(b.position)) - Number(isOwnCode(a.position)) ||
      // The function around a module names and sees everything in it.
      Number(isModuleFunction(a)) - Number(isModuleFunction(b)) ||
      a.position.scriptId - b.position.scriptId ||
      a.position.line - b.position.line ||
      a.position.column - b.position.column,
  );
}

function isModuleFunction({ position }: NamedPosition): boolean {
  return position.line === 1 && position.column === 1;
}

/** Not Node's and not V8's own. */
export function isOwnCode({ source }: SourcePosition): boolean {
  return source !== null && source !== '' && !/^(node:|internal\/|v8\/|evalmachine)/.test(source);
}

/** The last place of the program's own code on a path. */
function onTheWay(heap: Heap, path: readonly Step[]): NamedPosition | null {
  for (let i = path.length - 1; i >= 0; i--) {
    const { node } = path[i]!;
    if (isContext(heap, node)) {
      const closure = closuresOf(heap, node).find((f) => isOwnCode(f.position));
      if (closure) return closure;
    }
    const position = positionOf(heap.graph, node);
    if (position && isOwnCode(position)) return { name: nodeName(heap, node), position };
  }
  return null;
}
