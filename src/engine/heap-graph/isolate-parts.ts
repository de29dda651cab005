import { type Address, address, at } from '../address.ts';
import type { Isolate } from '../v8/isolate.ts';

/** Bytes of the Isolate, and of each part, that are read. */
const BEHIND_HEAP = 0x4000;
const PART_BYTES = 64;
/** Parts that lie so close together are read at once. */
const WINDOW = 1 << 15;

/** Native memory that the Isolate points to. */
export interface IsolatePart {
  readonly address: Address;
  /** The word at an offset below 64; 0 where it cannot be read. */
  word(offset: number): Address;
}

/**
 * What the words of an Isolate lead to. Objects that belong to it are told by what they begin with, since no
 * symbol names the Isolate's fields. All is read by few large reads past the memory's cache, which would fill
 * up with blocks that nobody needs.
 */
export class IsolateParts implements Iterable<IsolatePart> {
  /** The Isolate's own bytes. */
  readonly own: Buffer;
  readonly #isolate: Isolate;
  readonly #parts: readonly IsolatePart[];

  constructor(isolate: Isolate) {
    const { memory, layout } = isolate.runtime;
    this.#isolate = isolate;
    const own = Buffer.alloc(layout.pages.heapInIsolate + BEHIND_HEAP);
    this.own = own.subarray(0, memory.copy(isolate.address, own) & ~7);
    this.#parts = this.#read();
  }

  [Symbol.iterator](): Iterator<IsolatePart> {
    return this.#parts[Symbol.iterator]();
  }

  /** Addresses of native objects that point back to the Isolate by their first word. */
  get native(): Address[] {
    const { address: isolate } = this.#isolate;
    return this.#parts.filter((p) => p.address !== isolate && p.word(0) === isolate).map((p) => p.address);
  }

  #read(): IsolatePart[] {
    const { memory } = this.#isolate.runtime;
    const order: Address[] = [];
    for (let offset = 0; offset < this.own.length; offset += 8) {
      const part = wordOf(this.own, offset);
      if (part !== 0 && part % 8 === 0) order.push(part);
    }
    const sorted = [...new Set(order)].sort((a, b) => a - b);
    const found = new Map<Address, IsolatePart>();
    const window = Buffer.alloc(WINDOW + PART_BYTES);
    for (let i = 0; i < sorted.length; ) {
      const start = sorted[i]!;
      if (!memory.regionAt(start)?.source) {
        i++;
        continue;
      }
      let last = i;
      while (last + 1 < sorted.length && sorted[last + 1]! - start <= WINDOW) last++;
      const length = sorted[last]! - start + PART_BYTES;
      const got = memory.copy(start, window.subarray(0, length));
      for (const from = i; i <= last; i++) {
        const part = sorted[i]!;
        // A gap ends what was read: what lies behind it is read by itself.
        if (i > from && part - start >= got) break;
        const bytes = Buffer.from(window.subarray(part - start, Math.min(got, part - start + PART_BYTES)));
        found.set(part, { address: part, word: (offset) => wordOf(bytes, offset) });
      }
    }
    return [...new Set(order)].flatMap((part) => found.get(part) ?? []);
  }
}

/** The word at an offset of little-endian bytes, as an address; 0 behind their end. */
export function wordOf(bytes: Buffer, offset: number): Address {
  if (offset + 8 > bytes.length) return address(0);
  return at(address(bytes.readUInt32LE(offset)), bytes.readUInt32LE(offset + 4) * 0x1_0000_0000);
}
