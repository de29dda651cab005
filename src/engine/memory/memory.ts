import { Fault } from '../absence.ts';
import { type Address, address, type Tagged } from '../address.ts';
import type { ByteSource } from '../dump/byte-source.ts';
import { Scratch } from './scratch.ts';
import { splice } from './splice.ts';

/**
 * A range of the dumped address space. With `source`, its bytes are there at `offset`; without, they are
 * known to have been mapped but are not to be had, and `reason` says why.
 */
export interface Region {
  readonly start: Address;
  readonly end: Address;
  /** PF_X 1, PF_W 2, PF_R 4. */
  readonly flags: number;
  readonly source: ByteSource | undefined;
  readonly offset: number;
  readonly reason: string;
}

const BLOCK_SHIFT = 16;
const BLOCK = 1 << BLOCK_SHIFT;
const PAGE = 4096;
const MAX_BLOCKS = 1024;

/** Bytes of one 64 KiB block. `valid[i]` is how many bytes of its page i are there; undefined = all. */
interface Block {
  readonly bytes: Buffer;
  readonly view: DataView;
  readonly valid: Uint16Array | undefined;
}

/**
 * The dumped process's memory, spliced from the dump and the files that were mapped:
 *
 *     dump     [======]      [==]        bytes that the kernel wrote
 *     files        [==========]          pages of executables and libraries that it left out
 *     memory   [======][====][==]        what is read: the dump first, then the file
 *
 * Reads go through a bounded cache of 64 KiB blocks (64 MiB at most). A read of something that is not there
 * throws a Fault with the reason; callers outside of the engine never see it (see absence.ts).
 */
export class Memory {
  readonly regions: readonly Region[];
  #starts: Float64Array;
  #blocks = new Map<number, Block>();
  /** Blocks of what `make` wrote; they are never evicted. */
  readonly #made = new Map<number, Block>();
  #scratch: Scratch | undefined;
  #lastIndex = Number.NaN;
  #last: Block = blockOf(Buffer.alloc(0), undefined);
  /** Where in its block the bytes stand that were reached last. */
  #offset = 0;

  /** `regions` may overlap: earlier ones win. */
  constructor(regions: readonly Region[]) {
    this.regions = splice(regions);
    this.#starts = Float64Array.from(this.regions, (r) => r.start);
  }

  u8(a: Address): number {
    return this.#reach(a, 1)!.getUint8(this.#offset);
  }

  u16(a: Address): number {
    return this.#reach(a, 2)?.getUint16(this.#offset, true) ?? this.bytes(a, 2).readUInt16LE(0);
  }

  u32(a: Address): number {
    return this.#reach(a, 4)?.getUint32(this.#offset, true) ?? this.bytes(a, 4).readUInt32LE(0);
  }

  i32(a: Address): number {
    return this.u32(a) | 0;
  }

  f64(a: Address): number {
    return this.#reach(a, 8)?.getFloat64(this.#offset, true) ?? this.bytes(a, 8).readDoubleLE(0);
  }

  u64(a: Address): bigint {
    return this.#reach(a, 8)?.getBigUint64(this.#offset, true) ?? this.bytes(a, 8).readBigUInt64LE(0);
  }

  /** A 64-bit word as an address. Words above 2^53 lose low bits: they are no user-space addresses anyway. */
  pointer(a: Address): Address {
    const view = this.#reach(a, 8);
    if (!view) return address(this.u32(a) + this.u32(address(a + 4)) * 0x1_0000_0000);
    return address(
      view.getUint32(this.#offset, true) + view.getUint32(this.#offset + 4, true) * 0x1_0000_0000,
    );
  }

  /** A word as V8 tags it; NaN if it is neither a Smi nor a pointer (see Tagged). */
  tagged(a: Address): Tagged {
    const view = this.#reach(a, 8);
    const low = view ? view.getUint32(this.#offset, true) : this.u32(a);
    const high = view ? view.getUint32(this.#offset + 4, true) : this.u32(address(a + 4));
    if (low === 0) return ((high | 0) * 0x1_0000_0000) as Tagged;
    return (high < 0x1_0000 ? high * 0x1_0000_0000 + low : Number.NaN) as Tagged;
  }

  /** `length` bytes; a copy, or a view that stays valid but must not be written to. */
  bytes(a: Address, length: number): Buffer {
    const offset = offsetOf(a);
    if (offset + length <= BLOCK) return this.#block(a, length).bytes.subarray(offset, offset + length);
    this.#requireMapped(a, length);
    const result = Buffer.allocUnsafe(length);
    for (let done = 0; done < length; ) {
      const from = address(a + done);
      const start = offsetOf(from);
      const n = Math.min(length - done, BLOCK - start);
      this.#block(from, n).bytes.copy(result, done, start, start + n);
      done += n;
    }
    return result;
  }

  /** Copies memory from `a` on into `target`, past the cache; returns how many bytes there are before the first gap. */
  copy(a: Address, target: Uint8Array): number {
    let done = 0;
    for (let i = Math.max(0, this.#indexAt(a)); done < target.length; i++) {
      const region = this.regions[i];
      const from = a + done;
      if (!region?.source || region.start > from || region.end <= from) break;
      const length = Math.min(target.length - done, region.end - from);
      const got = region.source.read(
        region.offset + (from - region.start),
        target.subarray(done, done + length),
      );
      done += got;
      if (got < length) break;
    }
    return done;
  }

  /** NUL-terminated UTF-8 text, cut after `max` bytes. */
  cString(a: Address, max = 4096): string {
    const first = Math.min(max, PAGE - (a % PAGE));
    const chunk = this.bytes(a, first);
    const end = chunk.indexOf(0);
    if (end >= 0) return chunk.toString('utf8', 0, end);
    const parts: Buffer[] = [chunk];
    for (let done = first; done < max; ) {
      const from = address(a + done);
      const n = Math.min(max - done, PAGE - (from % PAGE));
      const next = this.bytes(from, n);
      const stop = next.indexOf(0);
      parts.push(stop < 0 ? next : next.subarray(0, stop));
      if (stop >= 0) break;
      done += n;
    }
    return Buffer.concat(parts).toString('utf8');
  }

  /** True if all of the range can be read. */
  has(a: Address, length = 1): boolean {
    for (let done = 0; done < length; ) {
      const from = address(a + done);
      const n = Math.min(length - done, BLOCK - offsetOf(from));
      if (this.#load(from, n) === undefined) return false;
      done += n;
    }
    return true;
  }

  /**
   * A place for an object that the process never allocated (see Scratch), where reads will find what is put
   * into `content`. At most 64 KiB; undefined if there is no room.
   */
  make(bytes: number): { readonly at: Address; readonly content: Buffer } | undefined {
    this.#scratch ??= new Scratch(this.regions);
    // Made objects do not cross blocks.
    const used = Number(this.#scratch.allocate(0) ?? 0) % BLOCK;
    if (bytes > BLOCK) return undefined;
    if (used + bytes > BLOCK) this.#scratch.allocate(BLOCK - used);
    const at = this.#scratch.allocate(bytes);
    if (at === undefined) return undefined;
    const index = Math.floor(at / BLOCK);
    let block = this.#made.get(index);
    if (!block) {
      block = blockOf(Buffer.alloc(BLOCK), undefined);
      this.#made.set(index, block);
    }
    return { at, content: block.bytes.subarray(offsetOf(at), offsetOf(at) + bytes) };
  }

  /** True for the addresses of objects that were made: they mean nothing to the dumped process. */
  isMade(a: Address): boolean {
    return this.#scratch?.holds(a) ?? false;
  }

  /** The region that holds `a`, readable or not. */
  regionAt(a: Address): Region | undefined {
    const region = this.regions[this.#indexAt(a)];
    return region && a < region.end ? region : undefined;
  }

  /** Why `a` cannot be read. */
  whyAbsent(a: Address): string {
    const region = this.regionAt(a);
    if (!region) return 'not mapped';
    return region.reason || 'the file ends before it';
  }

  /** Throws a Fault before anything is allocated for a length that a damaged object made up. */
  #requireMapped(a: Address, length: number): void {
    let i = Math.max(0, this.#indexAt(a));
    for (let at = a as number; at < a + length; i++) {
      const region = this.regions[i];
      if (!region || region.start > at || region.end <= at || !region.source) {
        throw new Fault(address(at), this.whyAbsent(address(at)));
      }
      at = region.end;
    }
  }

  /** A view in which `length` bytes stand at `#offset`; undefined if they lie in two blocks. */
  #reach(a: Address, length: number): DataView | undefined {
    const offset = offsetOf(a);
    if (offset + length > BLOCK) return undefined;
    const { view } = this.#block(a, length);
    this.#offset = offset;
    return view;
  }

  #block(a: Address, length: number): Block {
    const block = this.#load(a, length);
    if (block === undefined) {
      const region = this.regionAt(a);
      const from = region?.source && region.end < a + length ? region.end : a;
      throw new Fault(from, this.whyAbsent(from));
    }
    return block;
  }

  #load(a: Address, length: number): Block | undefined {
    const index = Math.floor(a / BLOCK);
    let block = this.#last;
    if (index !== this.#lastIndex) {
      if (!(a >= 0 && a < 0x1_0000_0000_0000)) return undefined;
      const cached = this.#made.get(index) ?? this.#blocks.get(index);
      block = cached ?? this.#fill(index);
      this.#lastIndex = index;
      this.#last = block;
    }
    if (block.valid !== undefined && !covers(block.valid, offsetOf(a), length)) return undefined;
    return block;
  }

  #fill(index: number): Block {
    const start = index * BLOCK;
    const end = start + BLOCK;
    // Not cleared: what is not valid is never handed out.
    const bytes = Buffer.allocUnsafeSlow(BLOCK);
    const valid = new Uint16Array(BLOCK / PAGE);
    for (let i = Math.max(0, this.#indexAt(address(start))); i < this.regions.length; i++) {
      const region = this.regions[i]!;
      if (region.start >= end) break;
      if (!region.source || region.end <= start) continue;
      const from = Math.max(start, region.start);
      const to = Math.min(end, region.end);
      const target = bytes.subarray(from - start, to - start);
      const got = region.source.read(region.offset + (from - region.start), target);
      markValid(valid, from - start, got);
    }
    const block = blockOf(bytes, valid.every((n) => n === PAGE) ? undefined : valid);
    if (this.#blocks.size >= MAX_BLOCKS) this.#blocks.delete(this.#blocks.keys().next().value!);
    this.#blocks.set(index, block);
    return block;
  }

  /** Index of the last region with start <= a, or -1. */
  #indexAt(a: Address): number {
    let low = 0;
    let high = this.#starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#starts[middle]! <= a) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}

function blockOf(bytes: Buffer, valid: Uint16Array | undefined): Block {
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length), valid };
}

/** Offset of an address in its block. (The remainder of numbers that large is slow.) */
function offsetOf(a: number): number {
  return a - Math.floor(a / BLOCK) * BLOCK;
}

function covers(valid: Uint16Array, offset: number, length: number): boolean {
  const end = offset + length;
  for (let page = Math.floor(offset / PAGE); page * PAGE < end; page++) {
    if (valid[page]! < Math.min(PAGE, end - page * PAGE)) return false;
  }
  return true;
}

/** Regions start on page boundaries, so a page's valid bytes are a prefix of it. */
function markValid(valid: Uint16Array, offset: number, length: number): void {
  const end = offset + length;
  for (let page = Math.floor(offset / PAGE); page * PAGE < end; page++) {
    valid[page] = Math.max(valid[page]!, Math.min(PAGE, end - page * PAGE));
  }
}
