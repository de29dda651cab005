import { EdgeType, NodeType } from './types.ts';

/** The columns that ownership is told from; they may lie in shared memory. */
export interface OwnershipInput {
  readonly nodeType: Uint8Array;
  readonly nodeName: Uint32Array;
  readonly nodeSize: Uint32Array;
  readonly firstEdge: Uint32Array;
  readonly edgeType: Uint8Array;
  readonly edgeTo: Uint32Array;
  /** Text id of "system / ExternalStringData", or -1. */
  readonly externalStringName: number;
}

const UNVISITED = 0xffffffff;
const SHARED = 0xfffffffe;

/**
 * Who owns each node, as DevTools tells it (HeapSnapshot.ts, calculateShallowSizes): a node that V8 made for
 * another one's sake (hidden, array, or the data of an external string), and that only this other one leads
 * to, belongs to it. Returns the owner's ordinal where it is another node that may take the size, else the
 * node's own ordinal.
 */
export function findOwners(
  input: OwnershipInput,
  owners: Uint32Array = new Uint32Array(input.nodeType.length),
): Uint32Array {
  const { nodeType, nodeName, firstEdge, edgeType, edgeTo, externalStringName } = input;
  const count = nodeType.length;
  for (let i = 0; i < count; i++) {
    const type = nodeType[i]!;
    const ownable =
      type === NodeType.hidden ||
      type === NodeType.array ||
      (type === NodeType.native && nodeName[i] === externalStringName);
    owners[i] = ownable ? UNVISITED : i;
  }
  // Each node comes twice at most: with its owner, and once it turns out to be shared. Untouched pages take nothing.
  const stack = new Uint32Array(2 * count + 1);
  for (let start = 0; start < count; start++) {
    if (owners[start] !== start) continue;
    let depth = 0;
    let node = start;
    for (;;) {
      const owner = owners[node]!;
      const end = firstEdge[node + 1]!;
      for (let e = firstEdge[node]!; e < end; e++) {
        const target = edgeTo[e]!;
        const present = owners[target]!;
        if (present === target || present === owner || present === SHARED) continue;
        if (edgeType[e] === EdgeType.weak) continue;
        owners[target] = present === UNVISITED ? owner : SHARED;
        stack[depth++] = target;
      }
      if (depth === 0) break;
      node = stack[--depth]!;
    }
  }
  for (let i = 0; i < count; i++) {
    const owner = owners[i]!;
    if (owner === UNVISITED || owner === SHARED || owner === 0 || nodeType[owner] === NodeType.synthetic)
      owners[i] = i;
  }
  return owners;
}

/**
 * Shallow sizes with what each node owns counted to it, modulo 2^32, in shared memory. Sizes beyond 2^32 are
 * the caller's matter: see `Heap.shallowSize`.
 */
export function ownShallowSizes(input: OwnershipInput): Uint32Array {
  const { nodeSize } = input;
  const count = nodeSize.length;
  // The owners' memory becomes that of the sizes: a bit tells which of both a word is.
  const words = findOwners(input, new Uint32Array(new SharedArrayBuffer(4 * count)));
  const isOwned = new Uint8Array((count >>> 3) + 1);
  for (let i = 0; i < count; i++) {
    if (words[i] === i) words[i] = nodeSize[i]!;
    else isOwned[i >>> 3]! |= 1 << (i & 7);
  }
  for (let i = 0; i < count; i++) {
    if (((isOwned[i >>> 3]! >>> (i & 7)) & 1) === 0) continue;
    const owner = words[i]!;
    words[owner] = words[owner]! + nodeSize[i]!;
    words[i] = 0;
  }
  return words;
}
