import { ArithmeticUnit } from '../arithmetic-unit.ts';
import type { GuestMemory } from '../guest-memory.ts';
import { Halves } from '../halves.ts';
import { Lanes128 } from '../lanes128.ts';
import type { Instruction } from './instruction.ts';

const HIGH = 0x1_0000_0000;

/** Where registers are among `registers`; those of x0 to x30 are at twice their numbers. */
export const LINK = 2 * 30;
export const SP = 2 * 31;
/** Reads as zero. */
export const ZERO = 2 * 32;
/** What is written there is never read. */
export const DISCARD = 2 * 33;
/** Instead of a register: the operand is immediate. */
export const NONE = -1;

/** What comes after a branch: the next instruction, the one at its target, or what an address in a register says. */
export const Next = { following: 0, jump: 1, call: 2, jumpByRegister: 3, return: 4 } as const;
export type Next = (typeof Next)[keyof typeof Next];

/** From this number on, ways to change an operand are extensions, below shifts. */
export const EXTENSION = 8;

/** Registers and flags of A64 (Arm ARM, B1.2). Of values of 64 bits, the low half is returned, the upper one left in `high`. */
export class Arm64State {
  high = 0;
  /** Low and high halves of the general registers. */
  readonly registers = new Int32Array(2 * 34);
  /** Words of the registers v0 to v31. */
  readonly words = new Int32Array(4 * 32);
  readonly vectors: readonly Lanes128[];
  readonly memory: GuestMemory;
  /** Has the flags: N is `sign`, V `overflow`. */
  readonly flags = new ArithmeticUnit();
  readonly halves = new Halves();
  readonly threadBase: number;
  /** What the branch that was run last leads to. */
  next: Next = Next.following;
  targetLow = 0;
  targetHigh = 0;

  constructor(memory: GuestMemory, threadBase: number) {
    this.memory = memory;
    this.threadBase = threadBase;
    this.vectors = Array.from({ length: 32 }, (_, n) => new Lanes128(this.words.buffer, 16 * n));
  }

  number(register: number): number {
    return (this.registers[register + 1]! >>> 0) * HIGH + (this.registers[register]! >>> 0);
  }

  setNumber(register: number, value: number): void {
    this.registers[register] = value | 0;
    this.registers[register + 1] = Math.floor(value / HIGH);
  }

  set(register: number, size: number, low: number, high: number): void {
    this.registers[register] = low;
    this.registers[register + 1] = size === 8 ? high : 0;
  }

  /** The last operand of an instruction: immediate or a register, which may be shifted, extended, inverted. */
  second(i: Instruction): number {
    const { m, inversion } = i;
    if (m === NONE) {
      this.high = i.high ^ inversion;
      return i.low ^ inversion;
    }
    let low = this.registers[m]!;
    this.high = this.registers[m + 1]!;
    if (i.change !== 0 || i.amount !== 0) low = this.changed(low, this.high, i.size, i.change, i.amount);
    this.high ^= inversion;
    return low ^ inversion;
  }

  /** A value that is shifted, or extended and then shifted to the left (Arm ARM, ShiftReg and ExtendReg). */
  changed(low: number, high: number, size: number, change: number, amount: number): number {
    const { halves } = this;
    let result: number;
    if (change < EXTENSION) result = halves.shift(change, low, high, size, amount);
    else {
      const bits = 8 << (change & 3);
      const isSigned = (change & 4) !== 0;
      let own = low;
      let upper = high;
      if (bits <= 32) {
        const rest = 32 - bits;
        own = isSigned ? (low << rest) >> rest : (low << rest) >>> rest;
        upper = isSigned ? own >> 31 : 0;
      }
      result = halves.shift(0, own, upper, size, amount);
    }
    this.high = halves.high;
    return result;
  }

  /** True if a condition holds (Arm ARM, ConditionHolds). */
  holds(condition: number): boolean {
    const { zero, carry, sign, overflow } = this.flags;
    let holds: boolean;
    switch (condition >> 1) {
      case 0:
        holds = zero;
        break;
      case 1:
        holds = carry;
        break;
      case 2:
        holds = sign;
        break;
      case 3:
        holds = overflow;
        break;
      case 4:
        holds = carry && !zero;
        break;
      case 5:
        holds = sign === overflow;
        break;
      case 6:
        holds = sign === overflow && !zero;
        break;
      default:
        return true;
    }
    return (condition & 1) === 1 ? !holds : holds;
  }

  /** Sets N, Z, C and V from bits 3 to 0. */
  setFlags(nzcv: number): void {
    const { flags } = this;
    flags.sign = (nzcv & 8) !== 0;
    flags.zero = (nzcv & 4) !== 0;
    flags.carry = (nzcv & 2) !== 0;
    flags.overflow = (nzcv & 1) !== 0;
  }

  /** Puts a scalar of up to 8 bytes into a vector register, the rest of which becomes zero. */
  setScalar(v: number, low: number, high: number): void {
    this.words[4 * v] = low;
    this.words[4 * v + 1] = high;
    this.words[4 * v + 2] = 0;
    this.words[4 * v + 3] = 0;
  }
}
