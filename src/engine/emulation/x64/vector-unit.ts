import type { GuestMemory } from '../guest-memory.ts';
import { Lanes128 } from '../lanes128.ts';
import { roundToEven } from '../rounding.ts';
import { type Instruction, NONE, OF_0F3A, OF_0F38, VEX_0F, VEX_0F38 } from './instruction.ts';
import { chosenLanes, laterIntegers, operandBytes } from './later-integers.ts';
import { packedIntegers, shiftLanes } from './packed-integers.ts';
import {
  combined,
  compared,
  conversionBytes,
  isPackedNumbers,
  packedNumbers,
  wordOf,
} from './packed-numbers.ts';
import { REGISTERS, VexUnit } from './vex-unit.ts';
import { WideMoves } from './wide-moves.ts';

const HIGH = 0x1_0000_0000;
const roundings = [roundToEven, Math.floor, Math.ceil, Math.trunc] as const;

/**
 * Moves and the arithmetic of SSE2 to SSE4.1 that compilers use for structures, zeroes and numbers with fractions.
 */
export class VectorUnit {
  /** Registers xmm0 to xmm15, four words each. */
  readonly words = new Int32Array(4 * REGISTERS);
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
  readonly #vex: VexUnit;
  readonly #operandDoubles = new Float64Array(this.#operand.buffer);
  readonly #operandFloats = new Float32Array(this.#operand.buffer);

  /** `general` are the halves of the general registers. */
  constructor(memory: GuestMemory, general: Int32Array) {
    this.#memory = memory;
    this.#general = general;
    const upper = new Int32Array(this.words.length);
    this.#wide = new WideMoves(memory, this.words, upper);
    this.#vex = new VexUnit(memory, this.words, upper, general, (i, low, high) => this.run(i, low, high));
  }

  /**
   * Runs an instruction; its operand in memory, if it has one, is at (`low`, `high`). Returns -1 if it is not known, 0 if it is done,
   * and for comparisons 1 with the flags zero (2), parity (4) and carry (8).
   */
  run(i: Instruction, low: number, high: number): number {
    const { words } = this;
    if (i.opcode >= VEX_0F38 || (i.opcode >= VEX_0F && i.opcode < OF_0F3A))
      return this.#wide.run(i, low, high) ? 0 : this.#vex.run(i, low, high);
    this.#where = low;
    this.#whereHigh = high;
    if (i.opcode >= OF_0F3A && i.prefix !== 0x66) return -1;
    if (i.opcode >= OF_0F38) return this.#later(i);
    if (i.opcode >= OF_0F3A) return this.#withImmediate(i);
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
        if (prefix >= 0xf2) return this.#duplicate(i);
        if (i.rm !== NONE) this.#copy(4 * i.rm + 2, to);
        else {
          this.#read(i, 8);
          this.#put(to, 8);
        }
        return 0;
      case 0x116:
        if (prefix >= 0xf2) return this.#duplicate(i);
        this.#read(i, 8);
        words[to + 2] = this.#operand[0]!;
        words[to + 3] = this.#operand[1]!;
        return 0;
      case 0x113:
        return prefix >= 0xf2 || i.rm !== NONE ? -1 : this.#write(i, 8);
      case 0x117:
        if (prefix >= 0xf2 || i.rm !== NONE) return -1;
        this.#memory.writeWords(this.#where, this.#whereHigh, words, to + 2, 2);
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
        if (isPackedNumbers(i.opcode, prefix)) return this.#numbers(i);
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
    const { words } = this;
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
        const isCut = i.opcode === 0x12c;
        const value = isCut ? Math.trunc(other) : roundToEven(other);
        const fits = value >= -(2 ** 63) && value < 2 ** 63;
        this.#general[2 * i.reg] = i.size === 4 ? wordOf(other, isCut) : fits ? value | 0 : 0;
        this.#general[2 * i.reg + 1] = i.size === 4 ? 0 : fits ? Math.floor(value / HIGH) : -0x8000_0000;
        return 0;
      }
      case 0x12e:
      case 0x12f: {
        const mine = own[to]!;
        if (Number.isNaN(mine) || Number.isNaN(other)) return 1 | 2 | 4 | 8;
        return 1 | (mine === other ? 2 : 0) | (mine < other ? 8 : 0);
      }
      case 0x1c2: {
        const result = compared(i.immediate, own[to]!, other) ? -1 : 0;
        words.fill(result, 4 * i.reg, 4 * i.reg + bytes / 4);
        return 0;
      }
      case 0x15a:
        if (isSingle) this.#doubles[2 * i.reg] = other;
        else this.#floats[4 * i.reg] = other;
        return 0;
      default: {
        const result = combined(i.opcode, own[to]!, other);
        if (result === undefined) return -1;
        own[to] = result;
        return 0;
      }
    }
  }

  /** Operations on all numbers with fractions of a register. */
  #numbers(i: Instruction): number {
    this.#read(i, conversionBytes(i.opcode, i.prefix));
    if (i.opcode !== 0x150)
      return packedNumbers(i.opcode, i.prefix, this.#lanesOf(i.reg), this.#operandLanes, i.immediate)
        ? 0
        : -1;
    // movmskps and movmskpd
    const words = i.prefix === 0 ? [0, 1, 2, 3] : [1, 3];
    let mask = 0;
    for (const [n, word] of words.entries()) mask |= (this.#operand[word]! >>> 31) << n;
    this.#general[2 * i.reg] = mask;
    this.#general[2 * i.reg + 1] = 0;
    return 0;
  }

  /** Operations of the map 0F 38: those of SSSE3 and SSE4 on integers. */
  #later(i: Instruction): number {
    const opcode = i.opcode - OF_0F38;
    this.#read(i, operandBytes(opcode));
    const own = this.#lanesOf(i.reg);
    const other = this.#operandLanes;
    if (opcode !== 0x17) return laterIntegers(opcode, own, other, this.#lanesOf(0)) ? 0 : -1;
    // ptest
    const isZero = own.i32.every((word, n) => (word & other.i32[n]!) === 0);
    const isCarry = own.i32.every((word, n) => (~word & other.i32[n]!) === 0);
    return 1 | (isZero ? 2 : 0) | (isCarry ? 8 : 0);
  }

  /** Operations of the map 0F 3A: roundings, choices of lanes, and single lanes. */
  #withImmediate(i: Instruction): number {
    const opcode = i.opcode - OF_0F3A;
    if (opcode >= 0x14 && opcode <= 0x17) return this.#extract(i, opcode);
    if (opcode >= 0x20 && opcode <= 0x22) return this.#insert(i, opcode);
    if (opcode < 0x08 || opcode > 0x0b) {
      this.#read(i, 16);
      return chosenLanes(opcode, this.#lanesOf(i.reg), this.#operandLanes, i.immediate & 255) ? 0 : -1;
    }
    const round = roundings[i.immediate & 7];
    if (!round) return -1;
    const isSingle = (opcode & 1) === 0;
    const count = opcode >= 0x0a ? 1 : isSingle ? 4 : 2;
    this.#read(i, count * (isSingle ? 4 : 8));
    const own = isSingle ? this.#floats : this.#doubles;
    const other = isSingle ? this.#operandFloats : this.#operandDoubles;
    for (let n = 0; n < count; n++) own[(isSingle ? 4 : 2) * i.reg + n] = round(other[n]!);
    return 0;
  }

  /** pextrb, pextrw, pextrd, pextrq and extractps. */
  #extract(i: Instruction, opcode: number): number {
    const lanes = this.#lanesOf(i.reg);
    const at = i.immediate & 255;
    const bytes = opcode === 0x14 ? 1 : opcode === 0x15 ? 2 : i.size;
    const isWide = bytes === 8;
    const value =
      bytes === 1
        ? lanes.u8[at & 15]!
        : bytes === 2
          ? lanes.u16[at & 7]!
          : lanes.i32[isWide ? 2 * (at & 1) : at & 3]!;
    const upper = isWide ? lanes.i32[2 * (at & 1) + 1]! : 0;
    if (i.rm === NONE) this.#memory.store(this.#where, this.#whereHigh, bytes, value, upper);
    else {
      this.#general[2 * i.rm] = value;
      this.#general[2 * i.rm + 1] = upper;
    }
    return 0;
  }

  /** pinsrb, insertps, pinsrd and pinsrq. */
  #insert(i: Instruction, opcode: number): number {
    const lanes = this.#lanesOf(i.reg);
    const at = i.immediate & 255;
    if (opcode === 0x21) {
      this.#read(i, i.rm === NONE ? 4 : 16);
      lanes.i32[(at >> 4) & 3] = this.#operand[i.rm === NONE ? 0 : at >> 6]!;
      for (let n = 0; n < 4; n++) if ((at >> n) & 1) lanes.i32[n] = 0;
      return 0;
    }
    const bytes = opcode === 0x20 ? 1 : i.size;
    let low = 0;
    let high = 0;
    if (i.rm === NONE) {
      low = this.#memory.load(this.#where, this.#whereHigh, bytes);
      high = this.#memory.high;
    } else {
      low = this.#general[2 * i.rm]!;
      high = this.#general[2 * i.rm + 1]!;
    }
    if (bytes === 1) lanes.u8[at & 15] = low;
    else if (bytes === 4) lanes.i32[at & 3] = low;
    else lanes.i32.set([low, high], 2 * (at & 1));
    return 0;
  }

  /** movddup, movsldup and movshdup. */
  #duplicate(i: Instruction): number {
    const isDouble = i.prefix === 0xf2;
    const first = i.opcode === 0x116 ? 1 : 0;
    if (isDouble && first === 1) return -1;
    this.#read(i, isDouble ? 8 : 16);
    const from = Array.from(this.#operand);
    for (let n = 0; n < 4; n++) this.words[4 * i.reg + n] = from[isDouble ? n & 1 : (n & 2) + first]!;
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
    if (bytes === 2) operand[0] = this.#memory.u16(this.#where, this.#whereHigh);
    else if (bytes === 4) operand[0] = this.#memory.i32(this.#where, this.#whereHigh);
    else this.#memory.readWords(this.#where, this.#whereHigh, operand, bytes / 4);
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
    else this.#memory.writeWords(this.#where, this.#whereHigh, words, from, bytes / 4);
    return 0;
  }

  #copy(from: number, to: number): void {
    this.words[to] = this.words[from]!;
    this.words[to + 1] = this.words[from + 1]!;
  }
}
