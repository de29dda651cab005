import { Fault } from '../../absence.ts';
import { address } from '../../address.ts';
import { arm64Atomics } from './atomics.ts';
import { arm64Branches } from './branches.ts';
import { arm64Floats } from './floats.ts';
import { arm64Immediates } from './immediates.ts';
import { arm64Integers } from './integers.ts';
import { arm64Loads } from './loads.ts';
import { type Arm64State, DISCARD, NONE, SP, ZERO } from './state.ts';
import { arm64Structures } from './structures.ts';
import { arm64System } from './system.ts';
import { arm64VectorFloats } from './vector-floats.ts';
import { arm64VectorMoves } from './vector-moves.ts';
import { arm64Vectors } from './vectors.ts';

/** What an instruction does. */
export type Run = (i: Instruction, state: Arm64State) => void;

/** A class of encodings: the instructions of which the bits of `mask` are `value`. */
export interface Encoding {
  readonly mask: number;
  readonly value: number;
  /** Takes the rest of an instruction apart; undefined if it is not known. */
  decode(i: Instruction): Run | undefined;
}

/**
 * One instruction of A64 (Arm ARM, C4), taken apart. General registers are told by where they are in
 * the state, those of vectors by their numbers.
 */
export class Instruction {
  readonly word: number;
  readonly pc: number;
  run: Run = unknown;
  /** The registers of a result, of the first operand, of the second one or NONE, and of a third one. */
  d = DISCARD;
  n = ZERO;
  m = NONE;
  a = ZERO;
  /** Bytes of operands: 4 or 8 of registers, up to 16 of memory. */
  size = 4;
  /** Immediate operand. */
  low = 0;
  high = 0;
  /** When the base register of an address is changed. */
  writeBack = 0;
  /** How the second operand is changed: a shift or an extension, and by how much. */
  change = 0;
  amount = 0;
  /** -1 if it is inverted: a - b is a + ~b + 1. */
  inversion = 0;
  condition = 0;
  /** Which of the instructions of its class it is. */
  kind = 0;
  isBranch = false;
  /** Where a direct branch leads. */
  target = 0;
  /** The instruction behind this one, once it is known, and the one that was jumped to last, with its address. */
  following: Instruction | undefined;
  taken: Instruction | undefined;
  takenLow = 0;
  takenHigh = 0;

  constructor(word: number, pc: number) {
    this.word = word;
    this.pc = pc;
  }

  bits(from: number, count: number): number {
    return (this.word >>> from) & ((1 << count) - 1);
  }

  signedBits(from: number, count: number): number {
    return (this.word << (32 - from - count)) >> (32 - count);
  }

  has(bit: number): boolean {
    return ((this.word >>> bit) & 1) === 1;
  }

  /** The register that is read whose number is at a bit; number 31 is zero. */
  source(from: number): number {
    const number = this.bits(from, 5);
    return number === 31 ? ZERO : 2 * number;
  }

  /** The register that is written whose number is in bits 4 to 0; 31 stands for none. */
  destination(from = 0): number {
    const number = this.bits(from, 5);
    return number === 31 ? DISCARD : 2 * number;
  }

  /** The register whose number is at a bit; number 31 is the stack pointer. */
  pointer(from: number): number {
    const number = this.bits(from, 5);
    return number === 31 ? SP : 2 * number;
  }

  setImmediate(value: number): void {
    this.low = value | 0;
    this.high = Math.floor(value / 0x1_0000_0000);
  }
}

const encodings: readonly Encoding[] = [
  ...arm64Branches,
  ...arm64Immediates,
  ...arm64Integers,
  ...arm64Loads,
  ...arm64Atomics,
  ...arm64System,
  ...arm64Structures,
  ...arm64VectorMoves,
  ...arm64VectorFloats,
  ...arm64Vectors,
  ...arm64Floats,
];

/** Takes the instruction at `pc` apart; those that are not known throw a Fault when they are run. */
export function decode(word: number, pc: number): Instruction {
  for (const { mask, value, decode: take } of encodings) {
    if ((word & mask) >>> 0 !== value) continue;
    const i = new Instruction(word, pc);
    const run = take(i);
    if (!run) continue;
    i.run = run;
    return i;
  }
  return new Instruction(word, pc);
}

function unknown({ word, pc }: Instruction): void {
  throw new Fault(address(pc), `an instruction that is not known (${(word >>> 0).toString(16)}) is there`);
}
