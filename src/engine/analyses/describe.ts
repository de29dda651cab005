import { hex } from '../address.ts';
import type { Heap } from '../graph/heap.ts';
import type { StackVariable } from '../graph/stack-variables.ts';
import { type EdgeIndex, EdgeType, type NodeOrdinal, NodeType } from '../graph/types.ts';
import { positionOf, positionText } from './positions.ts';
import { tableEntry } from './tables.ts';

/** A node as every output shows it. Sizes in bytes. */
export interface NodeInfo {
  /** Snapshot object id. */
  readonly id: number;
  /** Constructor, function, text or V8's own name. */
  readonly name: string;
  /** As snapshots spell it. */
  readonly type: string;
  readonly shallowSize: number;
  readonly retainedSize: number;
  /** `0x…`; null in graphs that have no addresses, and for nodes that stand nowhere in memory. */
  readonly address: string | null;
  /** Where the code stands, which properties there are, … */
  readonly detail: string | null;
}

/** Characters of a text that a name shows. */
const NAME_TEXT = 200;
const DETAIL_PROPERTIES = 6;

export function describeNode(heap: Heap, node: NodeOrdinal): NodeInfo {
  const { graph } = heap;
  return {
    id: graph.nodeId[node]!,
    name: nodeName(heap, node),
    type: graph.typeName(node),
    shallowSize: heap.shallowSize(node),
    retainedSize: heap.retainedSize(node),
    address: addressText(heap, node),
    detail: nodeDetail(heap, node),
  };
}

function addressText({ graph }: Heap, node: NodeOrdinal): string | null {
  const address = graph.addresses?.of(node) ?? 0;
  return address === 0 ? null : hex(address);
}

/** The name that people know a node by. */
export function nodeName(heap: Heap, node: NodeOrdinal): string {
  const { graph } = heap;
  if (node === 0) return '(root)';
  switch (graph.nodeType[node]) {
    case NodeType.consString:
    case NodeType.slicedString:
    case NodeType.string:
      return cutText(stringText(heap, node));
    case NodeType.closure:
      return graph.name(node) || '(anonymous)';
    default:
      if (isContext(heap, node)) return contextName(heap, node);
      return cutText(graph.name(node)) || `(${graph.typeName(node)})`;
  }
}

function cutText(text: string): string {
  return text.length > NAME_TEXT ? `${text.slice(0, NAME_TEXT)}…` : text;
}

/** A string node's text as far as the graph has it: concatenated ones are put together, up to 1,024 characters. */
export function stringText(heap: Heap, node: NodeOrdinal): string {
  const { graph } = heap;
  if (graph.nodeType[node] !== NodeType.consString) return graph.name(node);
  const stack = [node];
  let text = '';
  for (let steps = 0; stack.length > 0 && text.length < 1024 && steps < 10000; steps++) {
    const part = stack.pop()!;
    if (graph.nodeType[part] !== NodeType.consString) {
      text += graph.name(part);
      continue;
    }
    const second = graph.edgeNamed(part, EdgeType.internal, 'second');
    const first = graph.edgeNamed(part, EdgeType.internal, 'first');
    if (second !== null) stack.push(graph.edgeTo[second] as NodeOrdinal);
    if (first !== null) stack.push(graph.edgeTo[first] as NodeOrdinal);
  }
  return text;
}

export function isContext(heap: Heap, node: NodeOrdinal): boolean {
  const type = heap.graph.nodeType[node];
  if (type !== NodeType.object && type !== NodeType.hidden) return false;
  const name = heap.graph.name(node);
  return name === 'system / Context' || name.startsWith('system / Context / ');
}

function contextName(heap: Heap, node: NodeOrdinal): string {
  const names = contextVariables(heap, node, 4);
  return names.length === 0 ? 'Context' : `Context { ${names.join(', ')} }`;
}

function contextVariables(heap: Heap, node: NodeOrdinal, limit: number): string[] {
  const names: string[] = [];
  const { graph } = heap;
  for (let e = graph.firstEdge[node]!; e < graph.firstEdge[node + 1]!; e++) {
    if (graph.edgeType[e] !== EdgeType.context) continue;
    if (names.length === limit) {
      names.push('…');
      break;
    }
    names.push(String(graph.edgeLabel(e as EdgeIndex)));
  }
  return names;
}

function nodeDetail(heap: Heap, node: NodeOrdinal): string | null {
  const { graph } = heap;
  const position = positionOf(graph, node);
  if (graph.nodeType[node] === NodeType.closure) return position && positionText(position);
  if (graph.nodeType[node] !== NodeType.object || isContext(heap, node)) return null;
  const name = graph.name(node);
  if (name === 'Object') return propertyList(heap, node);
  return position && `constructed by ${positionText(position)}`;
}

function propertyList(heap: Heap, node: NodeOrdinal): string {
  const { graph } = heap;
  const names: string[] = [];
  for (let e = graph.firstEdge[node]!; e < graph.firstEdge[node + 1]!; e++) {
    if (graph.edgeType[e] !== EdgeType.property) continue;
    const name = String(graph.edgeLabel(e as EdgeIndex));
    if (name === '__proto__') continue;
    if (names.length === DETAIL_PROPERTIES) {
      names.push('…');
      break;
    }
    names.push(cutText(name));
  }
  return `{${names.join(', ')}}`;
}

/** `variable rows`, or of which function it is. */
function variableText({ graph }: Heap, { name, closure }: StackVariable): string {
  if (name !== null) return `variable ${name}`;
  const owner = closure === null ? '' : graph.name(closure);
  return owner === '' ? 'a variable on the stack' : `a variable of ${owner}`;
}

/** True for the root that stands for the stacks of threads. */
export function isStack({ graph }: Heap, node: NodeOrdinal): boolean {
  return graph.nodeType[node] === NodeType.synthetic && graph.name(node) === '(Stack roots)';
}

/** An edge as code would write it: `.cache`, `[3]`, `get("k1")`, `context originalThing`. */
export function edgeText(heap: Heap, edge: EdgeIndex, from: NodeOrdinal): string {
  const { graph } = heap;
  const label = graph.edgeLabel(edge);
  if (isStack(heap, from)) {
    const variable = heap.variableOf(graph.edgeTo[edge] as NodeOrdinal);
    return variable ? variableText(heap, variable) : 'on the stack';
  }
  switch (graph.edgeType[edge]) {
    case EdgeType.property:
      return propertyAccess(String(label));
    case EdgeType.shortcut:
      return from === 0 ? `global ${label}` : propertyAccess(String(label));
    case EdgeType.element:
      return `[${label}]`;
    case EdgeType.context:
      return `context ${label}`;
    case EdgeType.internal:
      return internalText(heap, edge, from, String(label));
    case EdgeType.weak:
      return `weak ${label}`;
    default:
      return `hidden ${label}`;
  }
}

function internalText(heap: Heap, edge: EdgeIndex, from: NodeOrdinal, label: string): string {
  if (heap.graph.isEphemeronEdge(edge)) return 'WeakMap value';
  const entry = tableEntry(heap, from, edge);
  if (!entry) return /^\d+$/.test(label) ? `slot ${label}` : `internal ${label}`;
  if (entry.kind === 'set') return `entry ${entry.index}`;
  if (entry.kind === 'key') return `key ${entry.index}`;
  return `get(${entry.key === null ? '…' : quotedName(heap, entry.key)})`;
}

/** As `nodeName`, in one line: texts are quoted, and at most `longest` characters of them shown. */
export function quotedName(heap: Heap, node: NodeOrdinal, longest = NAME_TEXT): string {
  const type = heap.graph.nodeType[node];
  const name = nodeName(heap, node);
  const isText = type === NodeType.string || type === NodeType.consString || type === NodeType.slicedString;
  if (!isText) return name;
  return JSON.stringify(name.length > longest ? `${name.slice(0, longest)}…` : name);
}

/** `.name`, `["a-b"]` or `[Symbol(x)]`. */
export function propertyAccess(name: string): string {
  if (/^[\p{ID_Start}$_#][\p{ID_Continue}$]*$/u.test(name)) return `.${name}`;
  const symbol = /^<symbol ?(.*)>$/s.exec(name);
  return symbol ? `[Symbol(${symbol[1]})]` : `[${JSON.stringify(name)}]`;
}
