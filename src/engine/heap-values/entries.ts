import { absent } from '../absence.ts';
import { entryOf, tableLayout } from '../analyses/tables.ts';
import type { Heap } from '../graph/heap.ts';
import type { EdgeIndex, NodeOrdinal } from '../graph/types.ts';
import type { Value } from '../v8/inspect.ts';
import { nodeValue } from './node-value.ts';

/** Entries of a Map or Set that hold a heap object: one row each of key and value, -1 for what is no object. */
interface Table {
  readonly isMap: boolean;
  readonly keys: Int32Array;
  readonly values: Int32Array;
}

const none: Table = { isMap: false, keys: new Int32Array(0), values: new Int32Array(0) };

/** Tables that are kept. */
const KEPT = 8;

export class EntryTables {
  readonly #heap: Heap;
  readonly #tables = new Map<NodeOrdinal, Table>();

  constructor(heap: Heap) {
    this.#heap = heap;
  }

  count(node: NodeOrdinal): number {
    return this.#table(node).keys.length;
  }

  slice(node: NodeOrdinal, start: number, count: number): { key: Value | undefined; value: Value }[] {
    const { isMap, keys, values } = this.#table(node);
    const found: { key: Value | undefined; value: Value }[] = [];
    for (let i = Math.max(0, start); i < Math.min(keys.length, start + count); i++) {
      const key = part(keys[i]!);
      found.push(isMap ? { key, value: part(values[i]!) } : { key: undefined, value: key });
    }
    return found;
  }

  #table(node: NodeOrdinal): Table {
    let table = this.#tables.get(node);
    if (!table) {
      table = readTable(this.#heap, node);
      if (this.#tables.size >= KEPT) this.#tables.clear();
      this.#tables.set(node, table);
    }
    return table;
  }
}

function part(node: number): Value {
  return node < 0
    ? { kind: 'absent', absence: absent('a number, boolean, null or undefined: not in the snapshot') }
    : nodeValue(node as NodeOrdinal);
}

function readTable(heap: Heap, node: NodeOrdinal): Table {
  const { graph } = heap;
  const store = heap.graph.internalTarget(node, 'table');
  const layout = store === null ? null : tableLayout(heap, store);
  if (store === null || layout === null) return none;
  const keys: number[] = [];
  const values: number[] = [];
  let last = -1;
  for (let e = graph.firstEdge[store]!; e < graph.firstEdge[store + 1]!; e++) {
    const entry = entryOf(heap, layout, store, e as EdgeIndex);
    if (!entry) continue;
    if (entry.index !== last) {
      keys.push(-1);
      values.push(-1);
      last = entry.index;
    }
    if (entry.kind === 'value') values[values.length - 1] = graph.edgeTo[e]!;
    else keys[keys.length - 1] = graph.edgeTo[e]!;
  }
  return { isMap: layout.owner === 'map', keys: Int32Array.from(keys), values: Int32Array.from(values) };
}
