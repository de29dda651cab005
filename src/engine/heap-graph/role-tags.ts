import type { NodeColumns } from './node-columns.ts';

/** Names and types that nodes get from the role in which another one holds them, by ordinal; in shared memory. */
export interface TagColumns {
  /** Ids of names; 0 where there is none. */
  readonly names: Uint32Array;
  /** NodeType + 1; 0 where there is none. */
  readonly types: Uint8Array;
}

/** For roles that leave the type as it is. */
export const KEEP_TYPE = 255;

export class RoleTags implements TagColumns {
  readonly names: Uint32Array;
  readonly types: Uint8Array;

  /** Memory that is never written to costs nothing. */
  constructor(nodes: number) {
    this.names = new Uint32Array(new SharedArrayBuffer(4 * nodes));
    this.types = new Uint8Array(new SharedArrayBuffer(nodes));
  }

  /** The first name of a node counts. */
  add(ordinal: number, name: number, type: number): void {
    if (this.names[ordinal] === 0) this.names[ordinal] = name;
    if (type !== KEEP_TYPE) this.types[ordinal] = type + 1;
  }
}

/** Names nodes that have no name of their own by their roles. `unnamed` is the id of their name. */
export function applyTags({ names, types }: TagColumns, columns: NodeColumns, unnamed: number): void {
  const { name, type } = columns;
  for (let i = 0; i < names.length; i++) {
    if (names[i] !== 0 && name[i] === unnamed) name[i] = names[i]!;
    if (types[i] !== 0) type[i] = types[i]! - 1;
  }
}
