/** What is told of nodes, by ordinal; shared by all threads. */
export interface NodeColumns {
  readonly type: Uint8Array;
  /** Ids of names. */
  readonly name: Uint32Array;
  /** Bytes, modulo 2^32. */
  readonly size: Uint32Array;
}

/** Columns with room for so many nodes; memory that is never touched costs nothing. */
export function nodeColumns(nodes: number): NodeColumns {
  return {
    type: new Uint8Array(new SharedArrayBuffer(nodes)),
    name: new Uint32Array(new SharedArrayBuffer(4 * nodes)),
    size: new Uint32Array(new SharedArrayBuffer(4 * nodes)),
  };
}
