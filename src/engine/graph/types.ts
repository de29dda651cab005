/**
 * Numbers and kinds of a heap graph. A node is named by its ordinal (position among the nodes, the root is
 * 0), an edge by its index (position among the edges, which lie node by node).
 */
declare const brand: unique symbol;

/** Position of a node in the graph, from 0. */
export type NodeOrdinal = number & { readonly [brand]: 'NodeOrdinal' };

/** Position of an edge in the graph, from 0. */
export type EdgeIndex = number & { readonly [brand]: 'EdgeIndex' };

/** Position of a text in the graph's string table. */
export type StringId = number & { readonly [brand]: 'StringId' };

export const ROOT = 0 as NodeOrdinal;

/** Node kinds in V8's own order (include/v8-profiler.h, HeapGraphNode::Type, 12.4 to 14.x). */
export const NodeType = {
  hidden: 0,
  array: 1,
  string: 2,
  object: 3,
  code: 4,
  closure: 5,
  regexp: 6,
  number: 7,
  native: 8,
  synthetic: 9,
  consString: 10,
  slicedString: 11,
  symbol: 12,
  bigint: 13,
  objectShape: 14,
  wasmObject: 15,
} as const;

/** As snapshots spell them; the index is the NodeType. */
export const nodeTypeNames: readonly string[] = [
  'hidden',
  'array',
  'string',
  'object',
  'code',
  'closure',
  'regexp',
  'number',
  'native',
  'synthetic',
  'concatenated string',
  'sliced string',
  'symbol',
  'bigint',
  'object shape',
  'wasm object',
];

/** Edge kinds in V8's own order (include/v8-profiler.h, HeapGraphEdge::Type). */
export const EdgeType = {
  context: 0,
  element: 1,
  property: 2,
  internal: 3,
  hidden: 4,
  shortcut: 5,
  weak: 6,
} as const;

/** As snapshots spell them; the index is the EdgeType. */
export const edgeTypeNames: readonly string[] = [
  'context',
  'element',
  'property',
  'internal',
  'hidden',
  'shortcut',
  'weak',
];

/** Element and hidden edges carry a number; all others a string id. */
export function hasNumber(edgeType: number): boolean {
  return edgeType === EdgeType.element || edgeType === EdgeType.hidden;
}
