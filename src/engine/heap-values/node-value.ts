import type { Tagged } from '../address.ts';
import type { NodeOrdinal } from '../graph/types.ts';
import type { Value } from '../v8/inspect.ts';

/** A node itself, or one of the lists that are shown of it. */
export const View = {
  node: 0,
  /** Edges that no program names. */
  internals: 1,
  /** Who holds it. */
  retainers: 2,
  /** What would go with it. */
  dominated: 3,
  /** From the roots to it. */
  path: 4,
} as const;

export type View = (typeof View)[keyof typeof View];

const VIEWS = 16;

/** Nodes of a graph as values: their words are no addresses, and only `HeapInspector` knows them. */
export function nodeValue(node: NodeOrdinal, view: View = View.node): Value {
  // Never a multiple of 2^32, which would be a Smi.
  return { kind: 'tagged', word: ((node + 1) * VIEWS + 1 + view) as Tagged };
}

/** The node and view that a value stands for; null for a value of another kind. */
export function nodeOf(value: Value): { readonly node: NodeOrdinal; readonly view: View } | null {
  if (value.kind !== 'tagged' || !(value.word > VIEWS)) return null;
  const view = (value.word % VIEWS) - 1;
  return { node: (Math.floor(value.word / VIEWS) - 1) as NodeOrdinal, view: view as View };
}
