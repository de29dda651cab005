import type { GuestMemory } from '../guest-memory.ts';
import { type Instruction, NONE, VEX_0F, VEX_0F3A } from './instruction.ts';

/** Words of a register's lower half, which is an xmm register, and of all of it. */
const LOWER = 4;
const WORDS = 8;

/**
 * Moves of ymm registers (Intel SDM volume 2, VMOVDQA and so on), by which the C library of Windows copies and fills
 * memory where the processor had them.
 */
export class WideMoves {
  readonly #memory: GuestMemory;
  /** Registers xmm0 to xmm15, four words each, and the upper halves of the ymm registers that hold them. */
  readonly #lower: Int32Array;
  readonly #upper: Int32Array;
  readonly #operand = new Int32Array(WORDS);

  constructor(memory: GuestMemory, lower: Int32Array, upper: Int32Array) {
    this.#memory = memory;
    this.#lower = lower;
    this.#upper = upper;
  }

  /** Runs an instruction, as VectorUnit does. False if it is not known. */
  run(i: Instruction, low: number, high: number): boolean {
    const words = i.isWide ? WORDS : LOWER;
    const { prefix } = i;
    switch (i.opcode) {
      case VEX_0F + 0x6f:
        if (prefix !== 0x66 && prefix !== 0xf3) return false;
        return this.#load(i, low, high, words);
      case VEX_0F + 0x10:
      case VEX_0F + 0x28:
        return prefix < 0xf2 && this.#load(i, low, high, words);
      case VEX_0F + 0xf0:
        return prefix === 0xf2 && this.#load(i, low, high, words);
      case VEX_0F + 0x7f:
        return (prefix === 0x66 || prefix === 0xf3) && this.#store(i, low, high, words);
      case VEX_0F + 0xe7:
        return prefix === 0x66 && this.#store(i, low, high, words);
      case VEX_0F + 0x11:
      case VEX_0F + 0x29:
      case VEX_0F + 0x2b:
        return prefix < 0xf2 && this.#store(i, low, high, words);
      case VEX_0F + 0x77:
        if (i.isWide) return false;
        this.#upper.fill(0);
        return true;
      case VEX_0F + 0x57:
      case VEX_0F + 0xef:
        return this.#exclusiveOr(i, words);
      case VEX_0F3A + 0x18:
      case VEX_0F3A + 0x38:
        return this.#insert(i, low, high);
      default:
        return false;
    }
  }

  #load(i: Instruction, low: number, high: number, words: number): boolean {
    this.#read(i, low, high, words);
    this.#put(i.reg);
    return true;
  }

  #store(i: Instruction, low: number, high: number, words: number): boolean {
    this.#operand.fill(0);
    for (let n = 0; n < words; n++) this.#operand[n] = this.#word(i.reg, n);
    if (i.rm !== NONE) this.#put(i.rm);
    else this.#memory.writeWords(low, high, this.#operand, 0, words);
    return true;
  }

  /** Of registers alone: most clear one. */
  #exclusiveOr(i: Instruction, words: number): boolean {
    if (i.rm === NONE) return false;
    this.#operand.fill(0);
    for (let n = 0; n < words; n++) this.#operand[n] = this.#word(i.third, n) ^ this.#word(i.rm, n);
    this.#put(i.reg);
    return true;
  }

  /** vinsertf128: one half of a register from another one. */
  #insert(i: Instruction, low: number, high: number): boolean {
    this.#read(i, low, high, LOWER);
    const half = Array.from(this.#operand.subarray(0, LOWER));
    for (let n = 0; n < WORDS; n++) this.#operand[n] = this.#word(i.third, n);
    this.#operand.set(half, (i.immediate & 1) * LOWER);
    this.#put(i.reg);
    return true;
  }

  /** Reads the second operand; what it does not have is zero. */
  #read(i: Instruction, low: number, high: number, words: number): void {
    this.#operand.fill(0);
    if (i.rm === NONE) this.#memory.readWords(low, high, this.#operand, words);
    else for (let n = 0; n < words; n++) this.#operand[n] = this.#word(i.rm, n);
  }

  #word(register: number, n: number): number {
    const half = n < LOWER ? this.#lower : this.#upper;
    return half[4 * register + (n % LOWER)]!;
  }

  #put(register: number): void {
    this.#lower.set(this.#operand.subarray(0, LOWER), 4 * register);
    this.#upper.set(this.#operand.subarray(LOWER), 4 * register);
  }
}
