import { parseHex } from '../address.ts';
import { DayAfterError } from '../errors.ts';
import type { Heap } from '../graph/heap.ts';
import type { NodeOrdinal } from '../graph/types.ts';

/** The node that a user names by its id (`123` or `@123`) or, in graphs from cores, by address. Throws NO_SUCH_OBJECT. */
export function findNode(heap: Heap, text: string): NodeOrdinal {
  const { graph } = heap;
  const address = parseHex(text);
  if (address !== undefined) {
    const { addresses } = graph;
    const node = addresses ? addresses.find(address - (address % 2)) : -1;
    if (node >= 0) return node as NodeOrdinal;
    throw new DayAfterError(
      'NO_SUCH_OBJECT',
      `no object at ${text}`,
      addresses ? undefined : 'Heap snapshots hold no addresses: name the object by its id.',
    );
  }
  const id = /^@?\d{1,10}$/.test(text) ? Number(text.replace('@', '')) : Number.NaN;
  const node = Number.isNaN(id) ? null : heap.nodeOfId(id);
  if (node !== null) return node;
  throw new DayAfterError(
    'NO_SUCH_OBJECT',
    `no object ${text}`,
    'Ids are the numbers that the other heap commands show.',
  );
}
