import type { OriginalPlace } from '../contract.ts';
import { LargeNumbers } from './large-numbers.ts';
import type { NodeAddresses } from './node-addresses.ts';
import type { StringTable } from './string-table.ts';
import { type EdgeIndex, EdgeType, hasNumber, type NodeOrdinal, nodeTypeNames } from './types.ts';

/** Where the code of a node stands, 0-based as V8 writes it. */
export interface CodeLocation {
  readonly scriptId: number;
  readonly line: number;
  readonly column: number;
}

/** Original places of scripts' places, by source maps; line and column from 1. */
export type OriginalPlaces = (scriptId: number, line: number, column: number) => OriginalPlace | undefined;

/** Allocation stacks (a snapshot taken while allocations were tracked). */
export interface AllocationTraces {
  /** Trace node of each node, 0 for none. */
  readonly nodeTrace: Uint32Array;
  /** By trace node id: its parent trace node, 0 at the top. */
  readonly parent: Uint32Array;
  /** By trace node id: position in `functions`. */
  readonly functionOf: Uint32Array;
  readonly functions: readonly AllocationFunction[];
}

export interface AllocationFunction {
  readonly name: number;
  readonly scriptName: number;
  readonly scriptId: number;
  /** 0-based, or -1. */
  readonly line: number;
  readonly column: number;
}

/** The columns of a graph. Arrays may lie in shared memory. */
export interface GraphColumns {
  /** NodeType, or a position in `nodeTypeNames` beyond it. */
  readonly nodeType: Uint8Array;
  /** String ids. */
  readonly nodeName: Uint32Array;
  /** Snapshot object ids: stable between snapshots of one process. */
  readonly nodeId: Uint32Array;
  /** Bytes, modulo 2^32; the whole ones in `largeSizes`. */
  readonly nodeSize: Uint32Array;
  /** `nodeCount + 1` edge indexes. */
  readonly firstEdge: Uint32Array;
  readonly edgeType: Uint8Array;
  /** String id, or the number of an element or hidden edge. */
  readonly edgeName: Uint32Array;
  /** Ordinals. */
  readonly edgeTo: Uint32Array;
}

/** What is only sometimes there. */
export interface GraphExtras {
  readonly strings: StringTable;
  readonly nodeTypeNames: readonly string[];
  readonly largeSizes: LargeNumbers;
  /** By ordinal: 1 attached, 2 detached. */
  readonly detachedness: ReadonlyMap<number, number>;
  /** Ordinals ascending, and their locations. */
  readonly locations: Locations;
  readonly traces: AllocationTraces | null;
  /** Pairs (µs since start, last id assigned until then). */
  readonly samples: Float64Array;
  /** Bytes outside of any node. */
  readonly extraNativeBytes: number;
  readonly ephemerons: Ephemerons;
  /** Of graphs made from cores. */
  readonly addresses: NodeAddresses | null;
  /** What is missing in this graph, in words; empty where it is whole. */
  readonly gaps: readonly string[];
}

/**
 * Edges of WeakMap entries, told by their names: the value hangs on the key and on the table by edges of
 * the names `<n> / part of key (…) -> value (…) pair in WeakMap (table @<id>)`.
 */
export interface Ephemerons {
  /** One bit a string id. */
  readonly isEphemeron: Uint8Array;
  /** Ascending string ids. */
  readonly names: Uint32Array;
  /** By position in `names`: id of the table's node. */
  readonly tables: Uint32Array;
  /** By position in `names`: the same number for the two edges of one entry. */
  readonly pairs: Float64Array;
}

/** Source positions of nodes, sorted by ordinal; few nodes have one. */
export class Locations {
  readonly ordinals: Uint32Array;
  readonly #scripts: Uint32Array;
  readonly #lines: Uint32Array;
  readonly #columns: Uint32Array;

  constructor(ordinals: Uint32Array, scripts: Uint32Array, lines: Uint32Array, columns: Uint32Array) {
    this.ordinals = ordinals;
    this.#scripts = scripts;
    this.#lines = lines;
    this.#columns = columns;
  }

  static readonly none = new Locations(
    new Uint32Array(0),
    new Uint32Array(0),
    new Uint32Array(0),
    new Uint32Array(0),
  );

  /** From columns in any order; the last row of an ordinal counts. Columns in order are taken as they are. */
  static from(
    ordinals: Uint32Array,
    scripts: Uint32Array,
    lines: Uint32Array,
    columns: Uint32Array,
  ): Locations {
    let ascending = true;
    for (let i = 1; i < ordinals.length && ascending; i++) ascending = ordinals[i - 1]! < ordinals[i]!;
    if (ascending) return new Locations(ordinals, scripts, lines, columns);
    const rows = ordinals.length;
    // Numbers that sort by ordinal and then by row, exact up to 2^53: no comparison runs in JavaScript.
    const order = new Float64Array(rows);
    for (let i = 0; i < rows; i++) order[i] = ordinals[i]! * rows + i;
    order.sort();
    const kept = new Uint32Array(rows);
    let count = 0;
    for (let i = 0; i < rows; i++) {
      const row = order[i]! % rows;
      if (count > 0 && ordinals[kept[count - 1]!] === ordinals[row]) count--;
      kept[count++] = row;
    }
    const pick = (column: Uint32Array) => kept.subarray(0, count).map((row) => column[row]!);
    return new Locations(pick(ordinals), pick(scripts), pick(lines), pick(columns));
  }

  of(ordinal: NodeOrdinal): CodeLocation | null {
    const i = search(this.ordinals, ordinal);
    return i < 0 ? null : this.at(i);
  }

  /** What `at` gives, piece by piece, for loops over many. */
  scriptAt(i: number): number {
    return this.#scripts[i]!;
  }

  lineAt(i: number): number {
    return this.#lines[i]!;
  }

  columnAt(i: number): number {
    return this.#columns[i]!;
  }

  at(i: number): CodeLocation {
    return { scriptId: this.#scripts[i]!, line: this.#lines[i]!, column: this.#columns[i]! };
  }
}

/** Position of `value` in ascending `array`, or -1. */
export function search(array: Uint32Array, value: number): number {
  let low = 0;
  let high = array.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const found = array[middle]!;
    if (found === value) return middle;
    if (found < value) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

/** A heap as V8 tells it: nodes, and edges in compressed rows. Read-only. */
export class HeapGraph implements GraphColumns, GraphExtras {
  readonly nodeCount: number;
  readonly edgeCount: number;
  readonly nodeType: Uint8Array;
  readonly nodeName: Uint32Array;
  readonly nodeId: Uint32Array;
  readonly nodeSize: Uint32Array;
  readonly firstEdge: Uint32Array;
  readonly edgeType: Uint8Array;
  readonly edgeName: Uint32Array;
  readonly edgeTo: Uint32Array;
  readonly strings: StringTable;
  readonly nodeTypeNames: readonly string[];
  readonly largeSizes: LargeNumbers;
  readonly detachedness: ReadonlyMap<number, number>;
  readonly traces: AllocationTraces | null;
  readonly samples: Float64Array;
  readonly extraNativeBytes: number;
  readonly ephemerons: Ephemerons;
  readonly addresses: NodeAddresses | null;
  readonly gaps: readonly string[];
  #locations: Locations | (() => Locations);
  #originals: OriginalPlaces | undefined;

  constructor(columns: GraphColumns, extras: GraphExtras) {
    this.nodeCount = columns.nodeType.length;
    this.edgeCount = columns.edgeTo.length;
    this.nodeType = columns.nodeType;
    this.nodeName = columns.nodeName;
    this.nodeId = columns.nodeId;
    this.nodeSize = columns.nodeSize;
    this.firstEdge = columns.firstEdge;
    this.edgeType = columns.edgeType;
    this.edgeName = columns.edgeName;
    this.edgeTo = columns.edgeTo;
    this.strings = extras.strings;
    this.nodeTypeNames = extras.nodeTypeNames;
    this.largeSizes = extras.largeSizes;
    this.detachedness = extras.detachedness;
    this.#locations = extras.locations;
    this.traces = extras.traces;
    this.samples = extras.samples;
    this.extraNativeBytes = extras.extraNativeBytes;
    this.ephemerons = extras.ephemerons;
    this.addresses = extras.addresses;
    this.gaps = extras.gaps;
  }

  get locations(): Locations {
    if (typeof this.#locations === 'function') this.#locations = this.#locations();
    return this.#locations;
  }

  /** Has the locations read when they are first asked for. */
  locateBy(read: () => Locations): void {
    this.#locations = read;
  }

  /** Where a place in a script came from, by its source map; null without one. Line and column from 1. */
  originalOf(scriptId: number, line: number, column: number): OriginalPlace | null {
    return this.#originals?.(scriptId, line, column) ?? null;
  }

  /** Has source maps read when they are first asked for. */
  originalsBy(read: OriginalPlaces): void {
    this.#originals = read;
  }

  typeName(node: NodeOrdinal): string {
    return this.nodeTypeNames[this.nodeType[node]!] ?? 'unknown';
  }

  /** The name that V8 gave: constructor, function, text of a string, "system / …". */
  name(node: NodeOrdinal): string {
    return this.strings.text(this.nodeName[node]!);
  }

  /** For who compares ids instead of texts: from now on equal contents of strings have equal ones. */
  internNames(): void {
    this.strings.intern?.(this.nodeName);
  }

  /** Bytes as V8 counted them. */
  ownSize(node: NodeOrdinal): number {
    return this.largeSizes.whole(node, this.nodeSize[node]!);
  }

  /** The edge's name, or its number. */
  edgeLabel(edge: EdgeIndex): string | number {
    const name = this.edgeName[edge]!;
    return hasNumber(this.edgeType[edge]!) ? name : this.strings.text(name);
  }

  /** True for the two edges that hold a WeakMap entry's value. */
  isEphemeronEdge(edge: EdgeIndex): boolean {
    if (this.edgeType[edge] !== EdgeType.internal) return false;
    const name = this.edgeName[edge]!;
    return ((this.ephemerons.isEphemeron[name >>> 3]! >>> (name & 7)) & 1) === 1;
  }

  /** The first edge from `node` of that type and name. */
  edgeNamed(node: NodeOrdinal, type: number, name: string | number): EdgeIndex | null {
    for (let e = this.firstEdge[node]!; e < this.firstEdge[node + 1]!; e++) {
      if (this.edgeType[e] === type && this.edgeLabel(e as EdgeIndex) === name) return e as EdgeIndex;
    }
    return null;
  }

  /** Where the first internal edge of that name leads; null without one. */
  internalTarget(node: NodeOrdinal, name: string): NodeOrdinal | null {
    const edge = this.edgeNamed(node, EdgeType.internal, name);
    return edge === null ? null : (this.edgeTo[edge] as NodeOrdinal);
  }

  close(): void {
    this.strings.close();
  }
}

export const noEphemerons: Ephemerons = {
  isEphemeron: new Uint8Array(0),
  names: new Uint32Array(0),
  tables: new Uint32Array(0),
  pairs: new Float64Array(0),
};

/** What a plain graph without extras has. */
export function plainExtras(strings: StringTable): GraphExtras & { gaps: string[] } {
  return {
    strings,
    nodeTypeNames,
    largeSizes: new LargeNumbers(),
    detachedness: new Map(),
    locations: Locations.none,
    traces: null,
    samples: new Float64Array(0),
    extraNativeBytes: 0,
    ephemerons: noEphemerons,
    addresses: null,
    gaps: [],
  };
}
