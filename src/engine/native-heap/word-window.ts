import { address } from '../address.ts';
import type { Memory } from '../memory/memory.ts';

const WINDOW = 1 << 22;
const PAGE = 4096;
const HIGH = 0x1_0000_0000;
const zeros = Buffer.alloc(PAGE);

/** The word of these halves. Exact below 2^53. */
export function wordOf(low: number, high: number): number {
  return (low >>> 0) + HIGH * (high >>> 0);
}

/** Reads words on the way through much memory, past the memory's cache, which would fill up with what nobody needs again. */
export class WordWindow {
  readonly #memory: Memory;
  readonly #bytes = Buffer.alloc(WINDOW);
  readonly #halves = new Int32Array(this.#bytes.buffer, this.#bytes.byteOffset, WINDOW / 4);
  #start = 0;
  #end = 0;

  constructor(memory: Memory) {
    this.#memory = memory;
  }

  /** The word at an address that is a multiple of 8; NaN where the dump has none. Exact below 2^53. */
  word(a: number): number {
    if (!(a >= this.#start && a + 8 <= this.#end) && !this.#load(a)) return Number.NaN;
    const i = (a - this.#start) / 4;
    return wordOf(this.#halves[i]!, this.#halves[i + 1]!);
  }

  /** The 32 bits at an address that is a multiple of 4, with a sign; NaN where the dump has none. */
  half(a: number): number {
    const word = a - (a % 8);
    if (Number.isNaN(this.word(word))) return Number.NaN;
    return this.#halves[(a - this.#start) / 4]!;
  }

  /**
   * Calls `visit` with the words of a range that are there: their halves, and where they are. Words of zero may be left
   * out; pages of nothing else are.
   */
  scan(start: number, end: number, visit: (low: number, high: number, at: number) => void): void {
    const halves = this.#halves;
    this.#pieces(start, end, (from, to) => {
      const first = (from - this.#start) / 4;
      const behind = first + 2 * Math.floor((to - from) / 8);
      for (let i = first; i < behind; i += 2) visit(halves[i]!, halves[i + 1]!, from + 4 * (i - first));
    });
  }

  /** Bytes of the pages of a range that are not all zero. */
  touched(start: number, end: number): number {
    let bytes = 0;
    this.#pieces(start, end, (from, to) => {
      bytes += to - from;
    });
    return bytes;
  }

  /** Calls `visit` with the parts of pages that are there and not all zero, while the window has them. */
  #pieces(start: number, end: number, visit: (from: number, to: number) => void): void {
    for (let a = start; a + 8 <= end; ) {
      const next = Math.min(end, (Math.floor(a / PAGE) + 1) * PAGE);
      // A page at the end of the window is loaded anew, whole.
      if ((a >= this.#start && next <= this.#end) || this.#load(a)) {
        const to = Math.min(next, this.#end);
        const offset = a - this.#start;
        const length = to - a;
        if (this.#bytes.compare(zeros, 0, length, offset, offset + length) !== 0) visit(a, to);
      }
      a = next;
    }
  }

  #load(a: number): boolean {
    const got = this.#memory.copy(address(a), this.#bytes) & ~7;
    this.#start = a;
    this.#end = a + got;
    return got > 0;
  }
}
