import { attemptOr } from '../absence.ts';
import { type Address, at } from '../address.ts';
import type { Memory } from '../memory/memory.ts';

/** Bytes of an import directory entry: names' table, times, name of the library, slots ("PE Format", .idata). */
const ENTRY = 20;
const MAX_LIBRARIES = 256;
const MAX_FUNCTIONS = 1 << 12;
const MAX_NAME = 200;
/** Of a name's entry: it is a number instead. */
const BY_ORDINAL = 0x8000_0000;

/** The slots that hold addresses of functions of other images, each with the function's name. */
export function importedSlots(
  memory: Memory,
  base: Address,
  directory: Address,
): [slot: number, name: string][] {
  const result: [number, string][] = [];
  attemptOr(undefined, () => {
    for (let n = 0; n < MAX_LIBRARIES; n++) {
      const entry = at(directory, n * ENTRY);
      const [names, slots] = [memory.u32(entry), memory.u32(at(entry, 16))];
      if (slots === 0) return;
      for (let i = 0; names !== 0 && i < MAX_FUNCTIONS; i++) {
        const name = at(base, names + 8 * i);
        const low = memory.u32(name);
        if (low === 0) break;
        if (memory.u32(at(name, 4)) < BY_ORDINAL)
          result.push([base + slots + 8 * i, memory.cString(at(base, low + 2), MAX_NAME)]);
      }
    }
  });
  return result;
}
