import { Fault } from '../absence.ts';
import { type Address, address } from '../address.ts';
import type { Memory } from '../memory/memory.ts';

/** Base address of the DW_EH_PE_datarel encoding, and of DW_EH_PE_funcrel. */
export interface EncodingBases {
  readonly data?: Address;
  readonly function?: Address;
}

const OMIT = 0xff;
const INDIRECT = 0x80;

/** A cursor over DWARF data in memory: LEB128 numbers and encoded pointers (LSB core 10.5.1). */
export class DwarfReader {
  readonly memory: Memory;
  position: Address;
  readonly end: Address;

  /** A read at or beyond `end` throws a Fault. */
  constructor(memory: Memory, position: Address, end: Address) {
    this.memory = memory;
    this.position = position;
    this.end = end;
  }

  get atEnd(): boolean {
    return this.position >= this.end;
  }

  u8(): number {
    return this.memory.u8(this.#take(1));
  }

  u16(): number {
    return this.memory.u16(this.#take(2));
  }

  u32(): number {
    return this.memory.u32(this.#take(4));
  }

  u64(): bigint {
    return this.memory.u64(this.#take(8));
  }

  skip(bytes: number): void {
    this.#take(bytes);
  }

  uleb(): number {
    let result = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = this.u8();
      result += (byte & 0x7f) * shift;
      if (byte < 0x80) return result;
      if (shift > 2 ** 63) throw new Fault(this.position, 'a LEB128 number without an end');
    }
  }

  sleb(): number {
    let result = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = this.u8();
      result += (byte & 0x7f) * shift;
      if (byte < 0x80) return byte & 0x40 ? result - shift * 128 : result;
      if (shift > 2 ** 63) throw new Fault(this.position, 'a LEB128 number without an end');
    }
  }

  /** A pointer in one of the DW_EH_PE encodings; undefined if it is omitted. */
  encoded(encoding: number, bases: EncodingBases = {}): Address | undefined {
    if (encoding === OMIT) return undefined;
    if ((encoding & 0x70) === 0x50) this.position = address(Math.ceil(this.position / 8) * 8);
    const at = this.position;
    const raw = this.#value(encoding & 0x0f);
    let base = 0;
    switch (encoding & 0x70) {
      case 0x00:
      case 0x50:
        break;
      case 0x10:
        base = at;
        break;
      case 0x30:
        base = bases.data ?? 0;
        break;
      case 0x40:
        base = bases.function ?? 0;
        break;
      default:
        throw new Fault(at, `pointer encoding 0x${encoding.toString(16)}`);
    }
    // A zero stands for "none" in every encoding.
    if (raw === 0) return address(0);
    const target = address(raw + base);
    return encoding & INDIRECT ? this.memory.pointer(target) : target;
  }

  #value(format: number): number {
    switch (format) {
      case 0x00:
      case 0x04:
        return Number(this.u64());
      case 0x01:
        return this.uleb();
      case 0x02:
        return this.u16();
      case 0x03:
        return this.u32();
      case 0x09:
        return this.sleb();
      case 0x0a:
        return (this.u16() << 16) >> 16;
      case 0x0b:
        return this.u32() | 0;
      case 0x0c:
        return Number(BigInt.asIntN(64, this.u64()));
      default:
        throw new Fault(this.position, `pointer format 0x${format.toString(16)}`);
    }
  }

  #take(bytes: number): Address {
    const at = this.position;
    if (at + bytes > this.end) throw new Fault(at, 'DWARF data ends here');
    this.position = address(at + bytes);
    return at;
  }
}
