import type { GuestMemory } from '../guest-memory.ts';
import { type Instruction, NONE } from './instruction.ts';

const HIGH = 0x1_0000_0000;
/** Numbers of general registers. */
export const AX = 0;
export const CX = 1;
export const DX = 2;
export const SP = 4;
export const BP = 5;
export const SI = 6;
export const DI = 7;

/**
 * Operands of instructions: general registers, places in memory, and the stack. Sizes are bytes: 1, 2, 4 or 8. The low
 * half of what is read is returned, the upper one left in `high`.
 */
export class OperandUnit {
  high = 0;
  /** The address that was computed last. */
  addressLow = 0;
  addressHigh = 0;
  readonly memory: GuestMemory;
  readonly registers: Int32Array;
  readonly #threadLow: number;
  readonly #threadHigh: number;

  constructor(memory: GuestMemory, registers: Int32Array, threadBase: number) {
    this.memory = memory;
    this.registers = registers;
    this.#threadLow = threadBase | 0;
    this.#threadHigh = Math.floor(threadBase / HIGH);
  }

  /** The operand that ModRM names. */
  get(i: Instruction, size: number): number {
    if (i.rm !== NONE) return this.register(i.rm, size, i.hasRex);
    this.locate(i);
    return this.load(this.addressLow, this.addressHigh, size);
  }

  set(i: Instruction, size: number, low: number, high: number): void {
    if (i.rm !== NONE) this.setRegister(i.rm, size, low, high, i.hasRex);
    else {
      this.locate(i);
      this.store(this.addressLow, this.addressHigh, size, low, high);
    }
  }

  /** Writes over the operand that was read by `get` last, where it was: registers of its address may have changed. */
  replace(i: Instruction, size: number, low: number, high: number): void {
    if (i.rm !== NONE) this.setRegister(i.rm, size, low, high, i.hasRex);
    else this.store(this.addressLow, this.addressHigh, size, low, high);
  }

  load(at: number, atHigh: number, size: number): number {
    const low = this.memory.load(at, atHigh, size);
    this.high = this.memory.high;
    return low;
  }

  store(at: number, atHigh: number, size: number, low: number, high: number): void {
    this.memory.store(at, atHigh, size, low, high);
  }

  /** Computes the address of an operand in memory. */
  locate(i: Instruction): void {
    const { registers } = this;
    let low = i.displacement;
    let high = i.displacementHigh;
    if (i.base !== NONE) {
      const sum = (low >>> 0) + (registers[2 * i.base]! >>> 0);
      high = (high + registers[2 * i.base + 1]! + (sum >= HIGH ? 1 : 0)) | 0;
      low = sum | 0;
    }
    if (i.index !== NONE) {
      const { shift } = i;
      const own = registers[2 * i.index]!;
      const upper = shift === 0 ? 0 : own >>> (32 - shift);
      const sum = (low >>> 0) + ((own << shift) >>> 0);
      high = (high + ((registers[2 * i.index + 1]! << shift) | upper) + (sum >= HIGH ? 1 : 0)) | 0;
      low = sum | 0;
    }
    if (i.isThreadLocal) {
      const sum = (low >>> 0) + (this.#threadLow >>> 0);
      high = (high + this.#threadHigh + (sum >= HIGH ? 1 : 0)) | 0;
      low = sum | 0;
    }
    this.addressLow = low;
    this.addressHigh = high;
  }

  register(r: number, size: number, hasRex: boolean): number {
    const { registers } = this;
    if (size === 8) {
      this.high = registers[2 * r + 1]!;
      return registers[2 * r]!;
    }
    this.high = 0;
    if (size === 4) return registers[2 * r]!;
    if (size === 2) return registers[2 * r]! & 0xffff;
    return !hasRex && r >= 4 && r < 8 ? (registers[2 * (r - 4)]! >>> 8) & 0xff : registers[2 * r]! & 0xff;
  }

  setRegister(r: number, size: number, low: number, high: number, hasRex = true): void {
    const { registers } = this;
    if (size >= 4) {
      registers[2 * r] = low;
      registers[2 * r + 1] = size === 8 ? high : 0;
    } else if (size === 2) registers[2 * r] = (registers[2 * r]! & ~0xffff) | (low & 0xffff);
    else if (!hasRex && r >= 4 && r < 8)
      registers[2 * (r - 4)] = (registers[2 * (r - 4)]! & ~0xff00) | ((low & 0xff) << 8);
    else registers[2 * r] = (registers[2 * r]! & ~0xff) | (low & 0xff);
  }

  setWide(r: number, size: number, value: bigint): void {
    const low = Number(BigInt.asIntN(32, value));
    this.setRegister(r, size, low, Number(BigInt.asIntN(32, value >> 32n)));
  }

  number(r: number): number {
    return (this.registers[2 * r + 1]! >>> 0) * HIGH + (this.registers[2 * r]! >>> 0);
  }

  setNumber(r: number, value: number): void {
    this.registers[2 * r] = value | 0;
    this.registers[2 * r + 1] = Math.floor(value / HIGH);
  }

  push(low: number, high: number): void {
    this.moveStack(-8);
    this.memory.setI64(this.registers[2 * SP]!, this.registers[2 * SP + 1]!, low, high);
  }

  pop(r: number): void {
    const low = this.memory.i64(this.registers[2 * SP]!, this.registers[2 * SP + 1]!);
    const { high } = this.memory;
    this.moveStack(8);
    this.setRegister(r, 8, low, high);
  }

  moveStack(by: number): void {
    const { registers } = this;
    const sum = (registers[2 * SP]! >>> 0) + by;
    registers[2 * SP] = sum | 0;
    if (sum >= HIGH) registers[2 * SP + 1]!++;
    else if (sum < 0) registers[2 * SP + 1]!--;
  }
}
