import { isContext, stringText } from '../analyses/describe.ts';
import type { ValueType } from '../contract.ts';
import type { Heap } from '../graph/heap.ts';
import { type NodeOrdinal, NodeType } from '../graph/types.ts';

/** What a node is to a program. */
export type NodeKind =
  /** Objects, functions and scopes: they have named things. */
  | { readonly kind: 'object'; readonly type: 'object' | 'function'; readonly subtype: string | undefined }
  | {
      readonly kind: 'primitive';
      readonly type: ValueType;
      readonly primitive: string | number | boolean | null | undefined;
    }
  /** A text that V8 cut. */
  | { readonly kind: 'cut'; readonly text: string }
  | { readonly kind: 'symbol'; readonly description: string }
  /** A primitive that snapshots hold without its value. */
  | { readonly kind: 'unknown'; readonly reason: string }
  /** V8's own: code, shapes, backing stores, roots. */
  | { readonly kind: 'internal' };

/** V8 cuts names of nodes here (src/profiler/heap-profiler.cc, kMaxNameSize). */
export const CUT = 1024;

const subtypes: ReadonlyMap<string, string> = new Map([
  ['Map', 'map'],
  ['Set', 'set'],
]);

const oddballs: ReadonlyMap<string, boolean | null | undefined> = new Map<string, boolean | null | undefined>(
  [
    ['undefined', undefined],
    ['null', null],
    ['true', true],
    ['false', false],
  ],
);

export function kindOf(heap: Heap, node: NodeOrdinal): NodeKind {
  const { graph } = heap;
  const name = (): string => graph.name(node);
  switch (graph.nodeType[node]) {
    case NodeType.closure:
      return { kind: 'object', type: 'function', subtype: undefined };
    case NodeType.object:
    case NodeType.wasmObject:
    case NodeType.regexp:
      return { kind: 'object', type: 'object', subtype: subtypes.get(name()) };
    case NodeType.string:
    case NodeType.consString:
    case NodeType.slicedString: {
      const text = stringText(heap, node);
      return text.length < CUT
        ? { kind: 'primitive', type: 'string', primitive: text }
        : { kind: 'cut', text };
    }
    case NodeType.number:
      return numberKind(name());
    case NodeType.bigint:
      return { kind: 'unknown', reason: 'a bigint: heap snapshots do not hold its value' };
    case NodeType.symbol:
      return { kind: 'symbol', description: name() };
    default:
      return otherKind(heap, node, name());
  }
}

function numberKind(name: string): NodeKind {
  const value = name === '' ? Number.NaN : Number(name);
  return name === 'NaN' || !Number.isNaN(value)
    ? { kind: 'primitive', type: 'number', primitive: value }
    : { kind: 'unknown', reason: 'a number: this snapshot was written without the values of numbers' };
}

function otherKind(heap: Heap, node: NodeOrdinal, name: string): NodeKind {
  const type = heap.graph.nodeType[node];
  if (type !== NodeType.hidden && type !== NodeType.native) return { kind: 'internal' };
  if (oddballs.has(name)) {
    const primitive = oddballs.get(name);
    return {
      kind: 'primitive',
      type: primitive === undefined ? 'undefined' : primitive === null ? 'object' : 'boolean',
      primitive,
    };
  }
  if (name === 'system / Oddball')
    return { kind: 'unknown', reason: 'undefined, null, true or false: this snapshot does not tell which' };
  return isContext(heap, node)
    ? { kind: 'object', type: 'object', subtype: undefined }
    : { kind: 'internal' };
}
