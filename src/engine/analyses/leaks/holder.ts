import type { Heap } from '../../graph/heap.ts';
import { sourceOf } from '../../graph/reverse-edges.ts';
import { type EdgeIndex, EdgeType, type NodeOrdinal, NodeType } from '../../graph/types.ts';
import { edgeText, isContext, isStack, nodeName, propertyAccess, quotedName } from '../describe.ts';
import { type Step, waysOf } from '../paths.ts';
import { positionOf } from '../positions.ts';
import { FILLS, Fillers } from './fillers.ts';
import { isOwnCode } from './own-code.ts';
import {
  addClosuresOf,
  addFunctionsNaming,
  addFunctionsOfFile,
  addModuleFunctions,
  Functions,
  isModuleFunction,
  type NamedPosition,
} from './sight.ts';
import type { Told } from './texts.ts';

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
  readonly scope: 'context' | 'module' | 'global' | 'stack' | null;
  /** The scope that has the variable: a context, or a module. */
  readonly home: NodeOrdinal | null;
  /** The module whose exports lead to it, where no variable does. */
  readonly file: string | null;
  /** Functions in whose sight the variable is, or that name it; those that fill it first. */
  readonly functions: readonly NamedPosition[];
  /** The best place to look: code of the program's own where there is any. */
  readonly position: NamedPosition | null;
  /** What the program's text says of the variable; null where it was not asked or is not there. */
  readonly told: Told | null;
}

/** `members` are what gathers at `accumulation`. */
export function holderOf(heap: Heap, accumulation: NodeOrdinal, members: readonly NodeOrdinal[]): Holder {
  const owner = ownerOf(heap, accumulation);
  const path = waysOf(heap).to(owner);
  const named = nameAlong(heap, path);
  const functions = functionsOf(heap, named, new Fillers(heap, members, owner));
  const best = functions.find((f) => isOwnCode(f.position));
  // The function around a module sees everything: what lies on the way says more.
  const vague = best !== undefined && isModuleFunction(best) && named.scope?.kind !== 'global';
  return {
    owner,
    path,
    expression: named.expression || quotedName(heap, owner),
    variable: named.variable,
    scope: kindOf(named.scope),
    home: named.scope && 'node' in named.scope ? named.scope.node : null,
    file: named.scope?.kind === 'file' ? named.scope.file : null,
    functions,
    position: (vague ? undefined : best) ?? onTheWay(heap, path) ?? best ?? functions[0] ?? null,
    told: null,
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
    const isRoot = above === 0 || nodeType[above] === NodeType.synthetic;
    const next = isRoot ? storeOf(heap, at) : above;
    if (next === null) break;
    at = next;
  }
  return at;
}

/** The object whose backing store a node is, where a stack, too, holds that; null if it is none's. */
function storeOf(heap: Heap, node: NodeOrdinal): NodeOrdinal | null {
  const { graph } = heap;
  const { first, edges } = heap.reverse;
  const end = Math.min(first[node + 1]!, first[node]! + MOST_RETAINERS);
  for (let at = first[node]!; at < end; at++) {
    const edge = edges[at] as EdgeIndex;
    if (graph.edgeType[edge] !== EdgeType.internal) continue;
    if (/^(elements|table|properties)$/.test(String(graph.edgeLabel(edge))))
      return sourceOf(graph, edge) as NodeOrdinal;
  }
  return null;
}

/** Whose variable an expression begins with. */
type Scope =
  | { readonly kind: 'context' | 'module' | 'function'; readonly node: NodeOrdinal }
  | { readonly kind: 'file'; readonly file: string }
  | { readonly kind: 'stack'; readonly closure: NodeOrdinal | null }
  | { readonly kind: 'global' };

interface Naming {
  readonly expression: string;
  readonly variable: string | null;
  readonly scope: Scope | null;
}

function kindOf(scope: Scope | null): Holder['scope'] {
  switch (scope?.kind) {
    case 'context':
    case 'module':
    case 'global':
    case 'stack':
      return scope.kind;
    default:
      return null;
  }
}

function nameAlong(heap: Heap, path: readonly Step[]): Naming {
  const { graph } = heap;
  let naming: Naming = { expression: '', variable: null, scope: null };
  const from = (name: string, scope: Scope): Naming => ({ expression: name, variable: name, scope });
  const then = (text: string): Naming => ({ ...naming, expression: naming.expression + text });
  path.forEach(({ edge, node }, i) => {
    const before = path[i - 1]?.node;
    if (edge === null || before === undefined) return;
    if (isStack(heap, before)) {
      const variable = heap.variableOf(node);
      const expression = variable?.name ?? edgeText(heap, edge, before);
      const scope: Scope = { kind: 'stack', closure: variable?.closure ?? null };
      naming = { expression, variable: variable?.name ?? null, scope };
      return;
    }
    if (graph.nodeType[before] === NodeType.synthetic && graph.edgeType[edge] === EdgeType.element) return;
    const text = edgeText(heap, edge, before);
    const label = String(graph.edgeLabel(edge));
    switch (graph.edgeType[edge]) {
      case EdgeType.context:
        naming = from(isNodesProcess(heap, path, i) ? 'process' : label, { kind: 'context', node: before });
        break;
      case EdgeType.property: {
        const file = label === 'exports' ? fileOfModule(heap, before) : null;
        if (file !== null) naming = { expression: 'exports', variable: null, scope: { kind: 'file', file } };
        else if (isGlobalStep(heap, path, i - 1))
          naming = { ...from(label, { kind: 'global' }), expression: plainAccess(label) };
        else naming = then(text);
        break;
      }
      case EdgeType.element:
        naming = then(text);
        break;
      case EdgeType.internal: {
        const exported = exportOf(heap, path, i);
        if (exported) naming = exported;
        else if (text.startsWith('get(') || text.startsWith('entry ')) naming = then(`.${text}`);
        break;
      }
    }
    // What hangs on a function of the program, as a class's static fields do, is known by the function's name.
    const position = graph.nodeType[node] === NodeType.closure ? positionOf(graph, node) : null;
    const name = position && isOwnCode(position) ? graph.name(node) : '';
    const isVariable = naming.variable !== null && naming.expression === naming.variable;
    if (name !== '' && !isVariable && graph.edgeLabel(edge) !== 'constructor')
      naming = from(name, { kind: 'function', node });
  });
  return naming;
}

/** `a.b`, `["a-b"]`, `[Symbol(x)]`: a global by its bare name where it has one. */
function plainAccess(label: string): string {
  return propertyAccess(label).replace(/^\./, '');
}

/** Whether a step leads to the global object: by the root's shortcut, or from the realm's context. */
function isGlobalStep(heap: Heap, path: readonly Step[], i: number): boolean {
  const edge = path[i]?.edge;
  if (edge == null) return false;
  if (heap.graph.edgeType[edge] === EdgeType.shortcut) return true;
  return /^global_(proxy_)?object$/.test(String(heap.graph.edgeLabel(edge)));
}

/** The process object is reached over the global's getter, whose variable for it no program knows. */
function isNodesProcess(heap: Heap, path: readonly Step[], i: number): boolean {
  const getter = path[i - 2]?.edge;
  return getter != null && heap.graph.edgeLabel(getter) === 'get process';
}

/** The file of one of Node's Module objects; null for other objects. */
function fileOfModule(heap: Heap, node: NodeOrdinal): string | null {
  const { graph } = heap;
  if (graph.name(node) !== 'Module') return null;
  const edge = graph.edgeNamed(node, EdgeType.property, 'filename');
  return edge === null ? null : graph.name(graph.edgeTo[edge] as NodeOrdinal);
}

/** Retainers of a cell that are looked at. */
const MOST_RETAINERS = 100;

/**
 * The exported variable of an ECMAScript module whose cell a step leaves: the module's table of exports has
 * the name right before the cell (src/objects/source-text-module.h: an ObjectHashTable from names to cells).
 */
function exportOf(heap: Heap, path: readonly Step[], i: number): Naming | null {
  const { graph } = heap;
  const cell = path[i - 1]!.node;
  if (graph.name(cell) !== 'system / Cell' || graph.edgeLabel(path[i]!.edge!) !== 'value') return null;
  const { first, edges } = heap.reverse;
  const end = Math.min(first[cell + 1]!, first[cell]! + MOST_RETAINERS);
  for (let at = first[cell]!; at < end; at++) {
    const edge = edges[at] as EdgeIndex;
    const table = sourceOf(graph, edge) as NodeOrdinal;
    const key = edge - 1;
    if (graph.nodeType[table] !== NodeType.array || key < graph.firstEdge[table]!) continue;
    const name = graph.edgeTo[key] as NodeOrdinal;
    const isKey = Number(graph.edgeLabel(edge)) - Number(graph.edgeLabel(key as EdgeIndex)) === 1;
    if (!isKey || graph.nodeType[name] !== NodeType.string) continue;
    const module = moduleOf(heap, table);
    const variable = graph.name(name);
    if (module !== null) return { expression: variable, variable, scope: { kind: 'module', node: module } };
  }
  return null;
}

function moduleOf(heap: Heap, table: NodeOrdinal): NodeOrdinal | null {
  const { first, edges } = heap.reverse;
  for (let at = first[table]!; at < first[table + 1]!; at++) {
    const holder = sourceOf(heap.graph, edges[at]!) as NodeOrdinal;
    if (heap.graph.name(holder) === 'system / SourceTextModule') return holder;
  }
  return null;
}

function functionsOf(heap: Heap, { scope, variable }: Naming, fillers: Fillers): NamedPosition[] {
  const functions = new Functions(heap, fillers);
  switch (scope?.kind) {
    case 'context':
      addClosuresOf(heap, scope.node, functions);
      return functions.sorted();
    case 'module':
      addModuleFunctions(heap, scope.node, functions);
      return functions.sorted();
    case 'global':
      addFunctionsNaming(heap, variable!, functions);
      return functions.sorted();
    case 'function': {
      const source = positionOf(heap.graph, scope.node)?.source;
      if (source != null) addFunctionsOfFile(heap, source, functions);
      const filling = functions.sorted().filter((f) => f.score >= FILLS);
      const own = new Functions(heap, fillers);
      own.add(scope.node);
      return [...filling, ...own.sorted()];
    }
    case 'stack':
      if (scope.closure !== null) functions.add(scope.closure);
      return functions.sorted();
    case 'file':
      addFunctionsOfFile(heap, scope.file, functions);
      return functions.sorted().filter((f) => f.score >= FILLS);
    default:
      return [];
  }
}

/** The last place of the program's own code on a path. */
function onTheWay(heap: Heap, path: readonly Step[]): NamedPosition | null {
  for (let i = path.length - 1; i >= 0; i--) {
    const { node } = path[i]!;
    if (isContext(heap, node)) {
      const functions = new Functions(heap, new Fillers(heap, [], node));
      addClosuresOf(heap, node, functions);
      const closure = functions.sorted().find((f) => isOwnCode(f.position) && !isModuleFunction(f));
      if (closure) return closure;
    }
    const position = positionOf(heap.graph, node);
    if (position && isOwnCode(position))
      return { name: nodeName(heap, node), position, score: 0, closure: null };
  }
  return null;
}
