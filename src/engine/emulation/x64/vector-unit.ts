import type { GuestMemory } from '../guest-memory.ts';
import { Lanes128 } from '../lanes128.ts';
import { roundToEven } from '../rounding.ts';
import { type Instruction, NONE, OF_0F3A, VEX_0F } from './instruction.ts';
import { packedIntegers, shiftLanes } from './packed-integers.ts';
import { WideMoves } from './wide-moves.ts';

const HIGH = 0x1_0000_0000;
const roundings = [roundToEven, Math.floor, Math.ceil, Math.trunc] as const;

/**
 * Moves and the little arithmetic of SSE2 that compilers use for structures, zeroes and numbers with fractions; of the
 * latter only scalar ones.
 */
export class VectorUnit {
  /** Registers xmm0 to xmm15, four words each. */
  readonly words = new Int32Array(64);
  readonly #doubles = new Float64Array(this.words.buffer);
  readonly #floats = new Float32Array(this.words.buffer);
  readonly #memory: GuestMemory;
  readonly #general: Int32Array;
  /** Where the operand in memory is. */
  #where = 0;
  #whereHigh = 0;
  /** The second operand. */
  readonly #operand = new Int32Array(4);
  readonly #operandLanes = new Lanes128(this.#operand.buffer, 0);
  readonly #lanes: Lanes128[] = [];
  readonly #wide: WideMoves;
  readonly #operandDoubles = new Float64Array(this.#operand.buffer);
  readonly #operandFloats = new Float32Array(this.#operand.buffer);

  /** `general` are the halves of the general registers. */
  constructor(memory: GuestMemory, general: Int32Array) {
    this.#memory = memory;
    this.#general = general;
    this.#wide = new WideMoves(memory, this.words);
  }

  /**
   * Runs an instruction; its operand in memory, if it has one, is at (`low`, `high`). Returns -1 if it is not known, 0 if it is done,
   * and for comparisons 1 with the flags zero (2), parity (4) and carry (8).
   */
  run(i: Instruction, low: number, high: number): number {
    const { words } = this;
    if (i.opcode >= OF_0F3A) return this.#round(i);
    if (i.opcode >= VEX_0F) return this.#wide.run(i, low, high) ? 0 : -1;
    this.#where = low;
    this.#whereHigh = high;
    const to = 4 * i.reg;
    const { prefix } = i;
    switch (i.opcode) {
      case 0x110: {
        const bytes = prefix === 0xf3 ? 4 : prefix === 0xf2 ? 8 : 16;
        this.#read(i, bytes);
        // Of a register, the rest stays as it is.
        this.#put(to, i.rm !== NONE ? bytes : 16);
        return 0;
      }
      case 0x111:
        return this.#write(i, prefix === 0xf3 ? 4 : prefix === 0xf2 ? 8 : 16);
      case 0x128:
      case 0x16f:
        if (i.opcode === 0x16f && prefix === 0) return -1;
        this.#read(i, 16);
        this.#put(to, 16);
        return 0;
      case 0x129:
      case 0x12b:
      case 0x1e7:
        return this.#write(i, 16);
      case 0x17f:
        return prefix === 0 ? -1 : this.#write(i, 16);
      case 0x112:
        if (prefix >= 0xf2) return -1;
        if (i.rm !== NONE) this.#copy(4 * i.rm + 2, to);
        else {
          this.#read(i, 8);
          this.#put(to, 8);
        }
        return 0;
      case 0x116:
        if (prefix >= 0xf2) return -1;
        this.#read(i, 8);
        words[to + 2] = this.#operand[0]!;
        words[to + 3] = this.#operand[1]!;
        return 0;
      case 0x113:
        return prefix >= 0xf2 || i.rm !== NONE ? -1 : this.#write(i, 8);
      case 0x117:
        if (prefix >= 0xf2 || i.rm !== NONE) return -1;
        this.#store(0, words[to + 2]!, words[to + 3]!);
        return 0;
      case 0x16e:
        if (i.rm !== NONE) {
          this.#operand[0] = this.#general[2 * i.rm]!;
          this.#operand[1] = this.#general[2 * i.rm + 1]!;
        } else this.#read(i, i.size === 8 ? 8 : 4);
        words.fill(0, to, to + 4);
        words[to] = this.#operand[0]!;
        if (i.size === 8) words[to + 1] = this.#operand[1]!;
        return 0;
      case 0x17e:
        if (prefix === 0xf3) {
          this.#read(i, 8);
          this.#put(to, 16);
          return 0;
        }
        if (i.rm === NONE) return this.#write(i, i.size === 8 ? 8 : 4);
        this.#general[2 * i.rm] = words[to]!;
        this.#general[2 * i.rm + 1] = i.size === 8 ? words[to + 1]! : 0;
        return 0;
      case 0x1d6:
        if (i.rm === NONE) return this.#write(i, 8);
        words.fill(0, 4 * i.rm, 4 * i.rm + 4);
        words[4 * i.rm] = words[to]!;
        words[4 * i.rm + 1] = words[to + 1]!;
        return 0;
      case 0x170:
        if (prefix < 0xf2) return this.#whole(i);
        this.#read(i, 16);
        this.#put(to, 16);
        for (let n = 0; n < 4; n++) {
          const first = prefix === 0xf3 ? 4 : 0;
          this.#lanesOf(i.reg).u16[first + n] =
            this.#operandLanes.u16[first + ((i.immediate >> (2 * n)) & 3)]!;
        }
        return 0;
      default:
        return prefix === 0xf2 || prefix === 0xf3 || (i.opcode & ~1) === 0x12e
          ? this.#scalar(i)
          : this.#whole(i);
    }
  }

  /** Operations on all of a register, and on single lanes. */
  #whole(i: Instruction): number {
    const { words } = this;
    const to = 4 * i.reg;
    if (i.opcode >= 0x171 && i.opcode <= 0x173) {
      if (i.rm === NONE || i.prefix !== 0x66) return -1;
      return shiftLanes(i.opcode, i.reg & 7, this.#lanesOf(i.rm), i.immediate & 255) ? 0 : -1;
    }
    if (i.opcode === 0x1c4) {
      const word = i.rm === NONE ? this.#memory.u16(this.#where, this.#whereHigh) : this.#general[2 * i.rm]!;
      this.#lanesOf(i.reg).u16[i.immediate & 7] = word;
      return 0;
    }
    this.#read(i, 16);
    const lanes = this.#operandLanes;
    const own = this.#lanesOf(i.reg);
    switch (i.opcode) {
      // unpcklps and unpckhps move as punpckldq and punpckhdq do; those of doubles as the ones of quadwords.
      case 0x114:
        return packedIntegers(i.prefix === 0 ? 0x162 : 0x16c, own, lanes) ? 0 : -1;
      case 0x115:
        return packedIntegers(i.prefix === 0 ? 0x16a : 0x16d, own, lanes) ? 0 : -1;
      case 0x170:
        for (let n = 0; n < 4; n++) words[to + n] = this.#operand[(i.immediate >> (2 * n)) & 3]!;
        return 0;
      case 0x1c5:
        this.#general[2 * i.reg] = lanes.u16[i.immediate & 7]!;
        this.#general[2 * i.reg + 1] = 0;
        return 0;
      case 0x1c6: {
        const mine = Array.from(words.subarray(to, to + 4));
        const pick = (n: number) => (i.immediate >> (2 * n)) & 3;
        if (i.prefix === 0)
          words.set([mine[pick(0)]!, mine[pick(1)]!, this.#operand[pick(2)]!, this.#operand[pick(3)]!], to);
        else {
          const low = (i.immediate & 1) * 2;
          const high = (i.immediate & 2) === 0 ? 0 : 2;
          words.set([mine[low]!, mine[low + 1]!, this.#operand[high]!, this.#operand[high + 1]!], to);
        }
        return 0;
      }
      case 0x1d7: {
        let mask = 0;
        for (let n = 0; n < 16; n++) mask |= (lanes.u8[n]! >>> 7) << n;
        this.#general[2 * i.reg] = mask;
        this.#general[2 * i.reg + 1] = 0;
        return 0;
      }
      default:
        // Without the prefix, they are of registers of 64 bits; those of 0x154 to 0x157 have both forms.
        return (i.prefix === 0x66 || i.opcode >> 2 === 0x154 >> 2) && packedIntegers(i.opcode, own, lanes)
          ? 0
          : -1;
    }
  }

  #lanesOf(register: number): Lanes128 {
    this.#lanes[register] ??= new Lanes128(this.words.buffer, 16 * register);
    return this.#lanes[register];
  }

  /** Numbers with fractions, of which registers hold one. */
  #scalar(i: Instruction): number {
    const isSingle = i.prefix === 0xf3 || ((i.opcode & ~1) === 0x12e && i.prefix === 0);
    const bytes = isSingle ? 4 : 8;
    const own = isSingle ? this.#floats : this.#doubles;
    const to = isSingle ? 4 * i.reg : 2 * i.reg;
    if (i.opcode === 0x12a) {
      own[to] = this.#integer(i);
      return 0;
    }
    this.#read(i, bytes);
    const other = isSingle ? this.#operandFloats[0]! : this.#operandDoubles[0]!;
    switch (i.opcode) {
      case 0x12c:
      case 0x12d: {
        const value = i.opcode === 0x12c ? Math.trunc(other) : roundToEven(other);
        this.#general[2 * i.reg] = value | 0;
        this.#general[2 * i.reg + 1] = i.size === 8 ? Math.floor(value / HIGH) : 0;
        return 0;
      }
      case 0x12e:
      case 0x12f: {
        const mine = own[to]!;
        if (Number.isNaN(mine) || Number.isNaN(other)) return 1 | 2 | 4 | 8;
        return 1 | (mine === other ? 2 : 0) | (mine < other ? 8 : 0);
      }
      case 0x151:
        own[to] = Math.sqrt(other);
        return 0;
      case 0x158:
        own[to]! += other;
        return 0;
      case 0x159:
        own[to]! *= other;
        return 0;
      case 0x15c:
        own[to]! -= other;
        return 0;
      case 0x15e:
        own[to]! /= other;
        return 0;
      case 0x15d:
        own[to] = own[to]! < other ? own[to]! : other;
        return 0;
      case 0x15f:
        own[to] = own[to]! > other ? own[to]! : other;
        return 0;
      case 0x15a:
        if (isSingle) this.#doubles[2 * i.reg] = other;
        else this.#floats[4 * i.reg] = other;
        return 0;
      default:
        return -1;
    }
  }

  /** roundss and roundsd, in the way that their immediate tells. */
  #round(i: Instruction): number {
    const isSingle = i.opcode === OF_0F3A + 0x0a;
    const round = roundings[i.immediate & 7];
    if ((!isSingle && i.opcode !== OF_0F3A + 0x0b) || i.prefix !== 0x66 || !round) return -1;
    this.#read(i, isSingle ? 4 : 8);
    if (isSingle) this.#floats[4 * i.reg] = round(this.#operandFloats[0]!);
    else this.#doubles[2 * i.reg] = round(this.#operandDoubles[0]!);
    return 0;
  }

  #integer(i: Instruction): number {
    const wide = i.size === 8;
    if (i.rm === NONE) {
      if (!wide) return this.#memory.i32(this.#where, this.#whereHigh);
      const low = this.#memory.i64(this.#where, this.#whereHigh) >>> 0;
      return this.#memory.high * HIGH + low;
    }
    const low = this.#general[2 * i.rm]!;
    return wide ? this.#general[2 * i.rm + 1]! * HIGH + (low >>> 0) : low;
  }

  /** Reads the second operand, of that many bytes; the rest of it is zero. */
  #read(i: Instruction, bytes: number): void {
    const operand = this.#operand;
    operand.fill(0);
    if (i.rm !== NONE) {
      for (let n = 0; n < bytes / 4; n++) operand[n] = this.words[4 * i.rm + n]!;
      return;
    }
    if (bytes === 4) operand[0] = this.#memory.i32(this.#where, this.#whereHigh);
    for (let n = 0; n + 8 <= bytes; n += 8) {
      operand[n / 4] = this.#load(n);
      operand[n / 4 + 1] = this.#memory.high;
    }
  }

  /** Puts the first bytes of what was read into a register. */
  #put(to: number, bytes: number): void {
    for (let n = 0; n < bytes / 4; n++) this.words[to + n] = this.#operand[n]!;
  }

  #write(i: Instruction, bytes: number): number {
    const { words } = this;
    const from = 4 * i.reg;
    if (i.rm !== NONE) {
      for (let n = 0; n < bytes / 4; n++) words[4 * i.rm + n] = words[from + n]!;
      return 0;
    }
    if (bytes === 4) this.#memory.setI32(this.#where, this.#whereHigh, words[from]!);
    for (let n = 0; n + 8 <= bytes; n += 8) this.#store(n, words[from + n / 4]!, words[from + n / 4 + 1]!);
    return 0;
  }

  /** Eight bytes of the operand in memory, from byte `n` on. */
  #load(n: number): number {
    const low = (this.#where >>> 0) + n;
    return this.#memory.i64(low | 0, low >= HIGH ? this.#whereHigh + 1 : this.#whereHigh);
  }

  #store(n: number, value: number, valueHigh: number): void {
    const low = (this.#where >>> 0) + n;
    this.#memory.setI64(low | 0, low >= HIGH ? this.#whereHigh + 1 : this.#whereHigh, value, valueHigh);
  }

  #copy(from: number, to: number): void {
    this.words[to] = this.words[from]!;
    this.words[to + 1] = this.words[from + 1]!;
  }
}
