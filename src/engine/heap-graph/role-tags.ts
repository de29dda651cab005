import type { NodeColumns } from './node-columns.ts';

/** Names that nodes get from the role in which another one holds them, by ordinal; in shared memory. */
export interface RoleColumns {
  /** Ids of names; 0 where there is none. */
  readonly names: Uint32Array;
  /** Ordinal of the node that gives the name. */
  readonly owners: Uint32Array;
}

/** Columns for so many nodes; memory that is never written to costs nothing. */
export function roleColumns(nodes: number): RoleColumns {
  const column = () => new Uint32Array(new SharedArrayBuffer(4 * nodes));
  return { names: column(), owners: column() };
}

/** For roles that leave the type as it is. */
export const KEEP_TYPE = 255;

/**
 * Names and types by roles. The first node that gives a name counts, and the last one that gives a type, in the
 * order of ordinals, in whatever order they come.
 */
export class RoleTags implements RoleColumns {
  readonly names: Uint32Array;
  readonly owners: Uint32Array;
  /** NodeType + 1; 0 where there is none. */
  readonly #types: Uint8Array;
  readonly #typeOwners: Uint32Array;

  constructor(nodes: number) {
    ({ names: this.names, owners: this.owners } = roleColumns(nodes));
    this.#types = new Uint8Array(nodes);
    this.#typeOwners = new Uint32Array(nodes);
  }

  add(ordinal: number, name: number, type: number, owner: number): void {
    if (this.names[ordinal] === 0 || owner < this.owners[ordinal]!) {
      this.names[ordinal] = name;
      this.owners[ordinal] = owner;
    }
    if (type === KEEP_TYPE || owner < this.#typeOwners[ordinal]!) return;
    this.#types[ordinal] = type + 1;
    this.#typeOwners[ordinal] = owner;
  }

  /**
   * Gives nodes their types, and names to those that have none of their own, which is `unnamed`; `others` are
   * names that another thread has found.
   */
  apply({ name, type }: NodeColumns, unnamed: number, others: RoleColumns | undefined): void {
    const { names, owners } = this;
    const types = this.#types;
    for (let i = 0; i < names.length; i++) {
      if (name[i] === unnamed) {
        const own = names[i]!;
        const other = others?.names[i] ?? 0;
        const isOthers = other !== 0 && (own === 0 || others!.owners[i]! < owners[i]!);
        if (isOthers) name[i] = other;
        else if (own !== 0) name[i] = own;
      }
      if (types[i] !== 0) type[i] = types[i]! - 1;
    }
  }
}
