import type { NodeColumns } from './node-columns.ts';

/** Names and types that nodes get from the role in which another one holds them, by ordinal; in shared memory. */
export interface RoleColumns {
  /** Ids of names; 0 where there is none. */
  readonly names: Uint32Array;
  /** Ordinal of the node that gives the name. */
  readonly owners: Uint32Array;
  /** NodeType + 1; 0 where there is none. */
  readonly types: Uint8Array;
  /** Ordinal of the node that gives the type. */
  readonly typeOwners: Uint32Array;
}

/** Columns for so many nodes; memory that is never written to costs nothing. */
export function roleColumns(nodes: number): RoleColumns {
  const column = () => new Uint32Array(new SharedArrayBuffer(4 * nodes));
  const types = new Uint8Array(new SharedArrayBuffer(nodes));
  return { names: column(), owners: column(), types, typeOwners: column() };
}

/** For roles that leave the type as it is. */
export const KEEP_TYPE = 255;

/**
 * Gives a node a name, and a type unless it is KEEP_TYPE, by the role in which `owner` holds it. The first node that
 * gives a name counts, and the last one that gives a type, in the order of ordinals, in whatever order they come.
 */
export function addRole(
  roles: RoleColumns,
  ordinal: number,
  name: number,
  type: number,
  owner: number,
): void {
  if (roles.names[ordinal] === 0 || owner < roles.owners[ordinal]!) {
    roles.names[ordinal] = name;
    roles.owners[ordinal] = owner;
  }
  if (type === KEEP_TYPE || owner < roles.typeOwners[ordinal]!) return;
  roles.types[ordinal] = type + 1;
  roles.typeOwners[ordinal] = owner;
}

/**
 * Gives nodes the types of their roles, and the names to those that have none of their own, which is `unnamed`;
 * `others` are roles that another thread has found.
 */
export function applyRoles(
  roles: RoleColumns,
  others: RoleColumns | undefined,
  { name, type }: NodeColumns,
  unnamed: number,
): void {
  const { names, owners, types, typeOwners } = roles;
  for (let i = 0; i < names.length; i++) {
    if (name[i] === unnamed) {
      const own = names[i]!;
      const other = others?.names[i] ?? 0;
      const isOthers = other !== 0 && (own === 0 || others!.owners[i]! < owners[i]!);
      if (isOthers) name[i] = other;
      else if (own !== 0) name[i] = own;
    }
    const own = types[i]!;
    const other = others?.types[i] ?? 0;
    const isOthers = other !== 0 && (own === 0 || others!.typeOwners[i]! > typeOwners[i]!);
    if (isOthers) type[i] = other - 1;
    else if (own !== 0) type[i] = own - 1;
  }
}
