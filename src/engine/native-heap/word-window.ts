import { type Address, address } from '../address.ts';
import type { Memory } from '../memory/memory.ts';

const WINDOW = 1 << 22;
const PAGE = 4096;
const HIGH = 0x1_0000_0000;

/** Reads words on the way through much memory, past the memory's cache, which would fill up with what nobody needs again. */
export class WordWindow {
  readonly #memory: Memory;
  readonly #bytes = Buffer.alloc(WINDOW);
  #start = 0;
  #end = 0;

  constructor(memory: Memory) {
    this.#memory = memory;
  }

  /** The word at an address that is a multiple of 8; NaN where the dump has none. Exact below 2^53. */
  word(a: number): number {
    if (!(a >= this.#start && a + 8 <= this.#end) && !this.#load(a)) return Number.NaN;
    const offset = a - this.#start;
    return this.#bytes.readUInt32LE(offset) + HIGH * this.#bytes.readUInt32LE(offset + 4);
  }

  /** Calls `visit` with all words of a range that are there: their halves, and where they are. */
  scan(start: number, end: number, visit: (low: number, high: number, at: number) => void): void {
    for (let a = start; a + 8 <= end; ) {
      if (!(a >= this.#start && a + 8 <= this.#end) && !this.#load(a)) {
        a = (Math.floor(a / PAGE) + 1) * PAGE;
        continue;
      }
      const stop = Math.min(end, this.#end);
      const words = new Int32Array(
        this.#bytes.buffer,
        this.#bytes.byteOffset + (a - this.#start),
        2 * Math.floor((stop - a) / 8),
      );
      for (let i = 0; i < words.length; i += 2) visit(words[i]!, words[i + 1]!, a + 4 * i);
      a += 4 * words.length;
    }
  }

  /** Bytes of the pages of a range that are not all zero. */
  touched(start: number, end: number): number {
    let bytes = 0;
    let last = -1;
    this.scan(start, end, (low, high, at) => {
      if ((low | high) === 0) return;
      const page = Math.floor(at / PAGE);
      if (page !== last) bytes += Math.min(end, (page + 1) * PAGE) - Math.max(start, page * PAGE);
      last = page;
    });
    return bytes;
  }

  #load(a: number): boolean {
    const got = this.#memory.copy(address(a), this.#bytes) & ~7;
    this.#start = a as Address;
    this.#end = a + got;
    return got > 0;
  }
}
