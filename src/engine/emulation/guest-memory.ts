import { Fault } from '../absence.ts';
import { type Address, address } from '../address.ts';
import type { Memory } from '../memory/memory.ts';

const PAGE = 4096;
const PAGE_SHIFT = 12;
const OFFSET = PAGE - 1;
/** Pages that are found without the table. */
const RECENT = 256;
const HIGH = 0x1_0000_0000;
/** Where what the guest allocates lies: no process has anything at addresses of that many bits. */
const HEAP = 2 ** 49;
const STACK = 2 ** 50;
const STACK_SIZE = 4 << 20;
/** Bytes that a guest may touch, so that no dump makes it take all of the host's memory. */
const MAX_PAGES = (1 << 28) / PAGE;

/**
 * A dump's memory as code that is emulated sees it: pages are copied when they are first touched, and written on the
 * copies. All reads and writes throw a Fault where there is no memory. Addresses and values of 64 bits are told in two
 * halves, since numbers of that size are slow: of values, the low half is returned, the upper one left in `high`.
 */
export class GuestMemory {
  /** Upper half of what was read last. */
  high = 0;
  readonly #memory: Memory;
  /** By number. */
  readonly #pages = new Map<number, DataView>();
  readonly #recentLow = new Int32Array(RECENT).fill(-1);
  readonly #recentHigh = new Int32Array(RECENT).fill(-1);
  readonly #recentPages: DataView[];
  #heapEnd = HEAP;

  constructor(memory: Memory) {
    this.#memory = memory;
    this.#recentPages = new Array<DataView>(RECENT).fill(new DataView(new ArrayBuffer(0)));
  }

  /** Where an empty stack begins. */
  get stackTop(): Address {
    return address(STACK + STACK_SIZE - PAGE);
  }

  /** Zeroed memory of the guest's own, at a multiple of 16. */
  allocate(bytes: number): Address {
    if (!(bytes >= 0 && bytes < MAX_PAGES * PAGE))
      throw new Fault(address(HEAP), 'more memory is asked for than there is');
    const result = this.#heapEnd;
    this.#heapEnd += Math.max(16, Math.ceil(bytes / 16) * 16);
    return address(result);
  }

  u8(low: number, high: number): number {
    return this.#page(low, high).getUint8(low & OFFSET);
  }

  u16(low: number, high: number): number {
    const offset = low & OFFSET;
    if (offset > PAGE - 2) return this.u8(low, high) | (this.#nextU8(low, high) << 8);
    return this.#page(low, high).getUint16(offset, true);
  }

  i32(low: number, high: number): number {
    const offset = low & OFFSET;
    if (offset > PAGE - 4) return this.#slowly(low, high, 4);
    return this.#page(low, high).getInt32(offset, true);
  }

  /** Low half; the upper one is in `high`. */
  i64(low: number, high: number): number {
    const offset = low & OFFSET;
    if (offset > PAGE - 8) {
      const result = this.#slowly(low, high, 4);
      const from = (low >>> 0) + 4;
      this.high = this.#slowly(from | 0, from >= HIGH ? high + 1 : high, 4);
      return result;
    }
    const page = this.#page(low, high);
    this.high = page.getInt32(offset + 4, true);
    return page.getInt32(offset, true);
  }

  setU8(low: number, high: number, value: number): void {
    this.#page(low, high).setUint8(low & OFFSET, value);
  }

  setU16(low: number, high: number, value: number): void {
    this.#setSlowly(low, high, value, 2);
  }

  setI32(low: number, high: number, value: number): void {
    const offset = low & OFFSET;
    if (offset > PAGE - 4) this.#setSlowly(low, high, value, 4);
    else this.#page(low, high).setInt32(offset, value, true);
  }

  setI64(low: number, high: number, value: number, valueHigh: number): void {
    const offset = low & OFFSET;
    if (offset > PAGE - 8) {
      this.#setSlowly(low, high, value, 4);
      const from = (low >>> 0) + 4;
      this.#setSlowly(from | 0, from >= HIGH ? high + 1 : high, valueHigh, 4);
      return;
    }
    const page = this.#page(low, high);
    page.setInt32(offset, value, true);
    page.setInt32(offset + 4, valueHigh, true);
  }

  /** A value of 1, 2, 4 or 8 bytes, as `i64` gives it; those of one and two bytes have no sign. */
  load(low: number, high: number, size: number): number {
    if (size === 8) return this.i64(low, high);
    this.high = 0;
    if (size === 4) return this.i32(low, high);
    return size === 1 ? this.u8(low, high) : this.u16(low, high);
  }

  store(low: number, high: number, size: number, value: number, valueHigh: number): void {
    if (size === 8) this.setI64(low, high, value, valueHigh);
    else if (size === 4) this.setI32(low, high, value);
    else if (size === 1) this.setU8(low, high, value);
    else this.setU16(low, high, value);
  }

  /** Reads `count` words of four bytes, an even number, from an address in two halves on. */
  readWords(low: number, high: number, target: Int32Array, count: number): void {
    for (let n = 0; n < count; n += 2) {
      const at = (low >>> 0) + 4 * n;
      target[n] = this.i64(at | 0, at >= HIGH ? high + 1 : high);
      target[n + 1] = this.high;
    }
  }

  /** Writes `count` of the words that are in `words` from `first` on. */
  writeWords(low: number, high: number, words: Int32Array, first: number, count: number): void {
    for (let n = 0; n < count; n += 2) {
      const at = (low >>> 0) + 4 * n;
      this.setI64(at | 0, at >= HIGH ? high + 1 : high, words[first + n]!, words[first + n + 1]!);
    }
  }

  byte(a: number): number {
    return this.u8(a | 0, Math.floor(a / HIGH));
  }

  setByte(a: number, value: number): void {
    this.setU8(a | 0, Math.floor(a / HIGH), value);
  }

  pointer(a: number): Address {
    const low = this.i64(a | 0, Math.floor(a / HIGH)) >>> 0;
    return address((this.high >>> 0) * HIGH + low);
  }

  setPointer(a: number, value: number): void {
    this.setI64(a | 0, Math.floor(a / HIGH), value | 0, Math.floor(value / HIGH));
  }

  /** The bytes at an address, as many of `count` as there are. */
  bytes(a: number, count: number): Uint8Array {
    const page = this.#page(a | 0, Math.floor(a / HIGH));
    const offset = (a | 0) & OFFSET;
    if (offset + count <= PAGE) return new Uint8Array(page.buffer, offset, count);
    const result: number[] = [];
    try {
      for (let i = 0; i < count; i++) result.push(this.byte(a + i));
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
    }
    return Uint8Array.from(result);
  }

  /** The text at an address up to its zero, of `max` bytes at most. */
  cString(a: number, max = 4096): string {
    const bytes: number[] = [];
    for (let i = 0; i < max; i++) {
      const byte = this.byte(a + i);
      if (byte === 0) break;
      bytes.push(byte);
    }
    return Buffer.from(bytes).toString('utf8');
  }

  #nextU8(low: number, high: number): number {
    const from = (low >>> 0) + 1;
    return this.u8(from | 0, from >= HIGH ? high + 1 : high);
  }

  /** Byte by byte, over the end of a page. */
  #slowly(low: number, high: number, bytes: number): number {
    let result = 0;
    for (let n = 0; n < bytes; n++) {
      const from = (low >>> 0) + n;
      result |= this.u8(from | 0, from >= HIGH ? high + 1 : high) << (8 * n);
    }
    return result;
  }

  #setSlowly(low: number, high: number, value: number, bytes: number): void {
    for (let n = 0; n < bytes; n++) {
      const to = (low >>> 0) + n;
      this.setU8(to | 0, to >= HIGH ? high + 1 : high, value >>> (8 * n));
    }
  }

  #page(low: number, high: number): DataView {
    const lowNumber = low >>> PAGE_SHIFT;
    const recent = lowNumber & (RECENT - 1);
    if (this.#recentLow[recent] === lowNumber && this.#recentHigh[recent] === high)
      return this.#recentPages[recent]!;
    const number = (high >>> 0) * (HIGH / PAGE) + lowNumber;
    let page = this.#pages.get(number);
    if (!page) {
      page = this.#load(number);
      this.#pages.set(number, page);
    }
    this.#recentLow[recent] = lowNumber;
    this.#recentHigh[recent] = high;
    this.#recentPages[recent] = page;
    return page;
  }

  #load(number: number): DataView {
    const start = number * PAGE;
    if (this.#pages.size >= MAX_PAGES)
      throw new Fault(address(Math.min(start, HEAP)), 'more memory is needed than there is');
    const isOwn = (start >= HEAP && start < this.#heapEnd) || (start >= STACK && start < STACK + STACK_SIZE);
    if (isOwn) return new DataView(new ArrayBuffer(PAGE));
    if (!(start > 0 && start < HEAP && this.#memory.has(address(start), PAGE)))
      throw new Fault(address(Math.min(start, HEAP)), 'is not in the dump');
    return new DataView(Uint8Array.from(this.#memory.bytes(address(start), PAGE)).buffer);
  }
}
