import type { GuestMemory } from '../guest-memory.ts';
import { fusedWords } from './fused-numbers.ts';
import { Instruction, NONE, OF_0F3A, OF_0F38, VEX_0F, VEX_0F3A, VEX_0F38 } from './instruction.ts';
import { operandBytes } from './later-integers.ts';
import { conversionBytes } from './packed-numbers.ts';
import { permuted } from './permutations.ts';

const HIGH = 0x1_0000_0000;
/** Words of half a register, and of all of it. */
const LOWER = 4;
const WORDS = 8;
/** Registers that no code has: one for results and one for operands. */
const RESULT = 16;
const OPERAND = 17;
export const REGISTERS = 18;

/** Opcodes whose register field is a source, or a general register, by the maps 0F, 0F 38 and 0F 3A. */
const sources = new Set([
  ...[0x11, 0x13, 0x17, 0x2c, 0x2d, 0x2e, 0x2f, 0x50, 0x7e, 0xc5, 0xd6, 0xd7].map((op) => VEX_0F + op),
  ...[0x14, 0x15, 0x16, 0x17].map((op) => VEX_0F3A + op),
]);
const PTEST = VEX_0F38 + 0x17;
/** Those whose other operand is a general register, if it is one. */
const generals = new Set([VEX_0F + 0x2a, VEX_0F + 0x6e, VEX_0F + 0xc4, VEX_0F3A + 0x20, VEX_0F3A + 0x22]);
/** Shifts whose count is in an operand. */
const shiftsByOperand = new Set([0xd1, 0xd2, 0xd3, 0xe1, 0xe2, 0xf1, 0xf2, 0xf3]);
/** Operations of SSE: what VectorUnit runs. */
type Run = (i: Instruction, low: number, high: number) => number;

/**
 * Instructions with a prefix VEX (Intel SDM volume 2, AVX and AVX2) that do what one of SSE does, on each half of their
 * registers, with a first operand of its own; and those that choose and broadcast lanes.
 */
export class VexUnit {
  readonly #memory: GuestMemory;
  /** Registers' lower and upper halves. */
  readonly #lower: Int32Array;
  readonly #upper: Int32Array;
  readonly #general: Int32Array;
  readonly #run: Run;
  readonly #first = new Int32Array(WORDS);
  readonly #second = new Int32Array(WORDS);
  readonly #result = new Int32Array(WORDS);
  readonly #secondBytes = new Uint8Array(this.#second.buffer);
  readonly #operandBytes: Uint8Array;
  readonly #plain = new WeakMap<Instruction, Instruction>();

  constructor(memory: GuestMemory, lower: Int32Array, upper: Int32Array, general: Int32Array, run: Run) {
    this.#memory = memory;
    this.#lower = lower;
    this.#upper = upper;
    this.#operandBytes = new Uint8Array(lower.buffer, 16 * OPERAND, 16);
    this.#general = general;
    this.#run = run;
  }

  /** Runs an instruction, as VectorUnit does. */
  run(i: Instruction, low: number, high: number): number {
    if (sources.has(i.opcode) && !(i.opcode === VEX_0F + 0x7e && i.prefix === 0xf3))
      return this.#ofSource(i, low, high);
    if (i.opcode === PTEST) return this.#test(i, low, high);
    this.#copy(i.third, this.#first);
    if (i.rm !== NONE && !generals.has(i.opcode)) this.#copy(i.rm, this.#second);
    const read = (bytes: number) => this.#read(i, low, high, bytes);
    const chosen = permuted(i, this.#first, this.#second, this.#result, read, (r) => this.#copyOf(r));
    if (chosen === 'memory') return this.#extract(i, low, high);
    if (chosen !== 'none') {
      this.#put(i.reg, chosen === 'wide');
      return 0;
    }
    if (fusedWords(i, this.#copyOf(i.reg), this.#first, this.#second, this.#result, read)) {
      this.#put(i.reg, i.isWide);
      return 0;
    }
    if (i.opcode >= VEX_0F + 0x71 && i.opcode <= VEX_0F + 0x73) return this.#shift(i);
    return this.#halves(i, low, high);
  }

  /** What one of SSE does, on each half. */
  #halves(i: Instruction, low: number, high: number): number {
    const plain = this.#plainOf(i, RESULT, i.rm === NONE || generals.has(i.opcode) ? i.rm : OPERAND);
    const step = stepOf(i);
    const bits = bitsOf(i);
    this.#result.fill(0);
    for (let n = 0; n < (i.isWide ? 2 : 1); n++) {
      this.#lower.set(half(this.#first, n), RESULT * LOWER);
      this.#operandBytes.set(this.#secondBytes.subarray(n * step, n * step + 16));
      const at = (low >>> 0) + n * step;
      plain.immediate = i.immediate >> (n * bits);
      const flags = this.#run(plain, at | 0, at >= HIGH ? high + 1 : high);
      if (flags !== 0) return -1;
      this.#result.set(half(this.#lower, RESULT), n * LOWER);
    }
    // Conversions from 64 to 32 bits have half of a result each.
    if (i.isWide && isNarrowing(i)) {
      this.#result.copyWithin(2, 4, 6);
      this.#result.fill(0, LOWER);
    }
    this.#put(i.reg, i.isWide);
    return 0;
  }

  /** Shifts by a constant, whose result goes to the further register. */
  #shift(i: Instruction): number {
    if (i.rm === NONE) return -1;
    const plain = this.#plainOf(i, i.reg, OPERAND);
    this.#result.fill(0);
    for (let n = 0; n < (i.isWide ? 2 : 1); n++) {
      this.#lower.set(half(this.#second, n), OPERAND * LOWER);
      if (this.#run(plain, 0, 0) !== 0) return -1;
      this.#result.set(half(this.#lower, OPERAND), n * LOWER);
    }
    this.#put(i.third, i.isWide);
    return 0;
  }

  /** Stores, comparisons with flags, and what general registers get. */
  #ofSource(i: Instruction, low: number, high: number): number {
    if (i.opcode === VEX_0F + 0x11 && (i.prefix < 0xf2 || i.rm !== NONE)) return -1;
    const plain = this.#plainOf(i, i.reg, i.rm);
    const flags = this.#run(plain, low, high);
    const isMask = i.opcode === VEX_0F + 0x50 || i.opcode === VEX_0F + 0xd7;
    if (i.isWide && isMask && flags === 0) {
      const mask = this.#general[2 * i.reg]!;
      this.#lower.set(half(this.#upper, i.rm), OPERAND * LOWER);
      this.#run(this.#plainOf(i, i.reg, OPERAND), 0, 0);
      const by = i.opcode === VEX_0F + 0xd7 ? 16 : i.prefix === 0 ? 4 : 2;
      this.#general[2 * i.reg] = mask | (this.#general[2 * i.reg]! << by);
    } else if (i.isWide) return -1;
    if (i.opcode === VEX_0F + 0xd6 && i.rm !== NONE) half(this.#upper, i.rm).fill(0);
    return flags;
  }

  /** vptest: its flags are those of both halves. */
  #test(i: Instruction, low: number, high: number): number {
    const flags = this.#run(this.#plainOf(i, i.reg, i.rm), low, high);
    if (!i.isWide) return flags;
    const own = this.#upper.subarray(i.reg * LOWER, i.reg * LOWER + LOWER);
    this.#lower.set(own, RESULT * LOWER);
    if (i.rm !== NONE) this.#lower.set(half(this.#upper, i.rm), OPERAND * LOWER);
    const at = (low >>> 0) + 16;
    const rm = i.rm === NONE ? NONE : OPERAND;
    return flags & this.#run(this.#plainOf(i, RESULT, rm), at | 0, at >= HIGH ? high + 1 : high);
  }

  /** vextractf128 and vextracti128: half of a register. */
  #extract(i: Instruction, low: number, high: number): number {
    this.#result.fill(0);
    this.#result.set(half((i.immediate & 1) === 0 ? this.#lower : this.#upper, i.reg));
    if (i.rm !== NONE) this.#put(i.rm, false);
    else this.#memory.writeWords(low, high, this.#result, 0, LOWER);
    return 0;
  }

  /** The instruction of SSE that does the same, of the registers given. */
  #plainOf(i: Instruction, reg: number, rm: number): Instruction {
    let plain = this.#plain.get(i);
    if (!plain) {
      const map = i.opcode >= VEX_0F38 ? OF_0F38 : i.opcode >= VEX_0F3A ? OF_0F3A : 0x100;
      plain = Object.assign(new Instruction(), i, { opcode: map + (i.opcode & 0xff) });
      this.#plain.set(i, plain);
    }
    plain.reg = reg;
    plain.rm = rm;
    plain.immediate = i.immediate;
    return plain;
  }

  /** Reads that many bytes of an operand in memory; one in a register has been read. */
  #read(i: Instruction, low: number, high: number, bytes: number): void {
    if (i.rm !== NONE) return;
    this.#second.fill(0);
    if (bytes < 8) this.#second[0] = this.#memory.load(low, high, bytes);
    else this.#memory.readWords(low, high, this.#second, bytes / 4);
  }

  #copy(register: number, to: Int32Array): void {
    to.set(half(this.#lower, register));
    to.set(half(this.#upper, register), LOWER);
  }

  #copyOf(register: number): Int32Array {
    const words = new Int32Array(WORDS);
    this.#copy(register, words);
    return words;
  }

  #put(register: number, isWide: boolean): void {
    this.#lower.set(this.#result.subarray(0, LOWER), register * LOWER);
    if (isWide) this.#upper.set(this.#result.subarray(LOWER), register * LOWER);
    else half(this.#upper, register).fill(0);
  }
}

/** Words of 128 bits: half of a register among those of all, or of an operand. */
function half(words: Int32Array, n: number): Int32Array {
  return words.subarray(n * LOWER, n * LOWER + LOWER);
}

/** How far the second half's operand is from the first one's, in bytes. */
function stepOf(i: Instruction): number {
  const op = i.opcode & 0xff;
  if (i.opcode >= VEX_0F38) return operandBytes(op);
  if (i.opcode >= VEX_0F3A) return 16;
  // One count shifts both halves.
  if (shiftsByOperand.has(op)) return 0;
  return conversionBytes(0x100 + op, i.prefix);
}

/** Bits of the immediate that are the first half's alone (vshufpd, vblendps, vblendpd). */
function bitsOf(i: Instruction): number {
  if (i.opcode === VEX_0F3A + 0x0c) return 4;
  return i.opcode === VEX_0F3A + 0x0d || (i.opcode === VEX_0F + 0xc6 && i.prefix === 0x66) ? 2 : 0;
}

function isNarrowing(i: Instruction): boolean {
  return (
    (i.opcode === VEX_0F + 0x5a && i.prefix === 0x66) || (i.opcode === VEX_0F + 0xe6 && i.prefix !== 0xf3)
  );
}
