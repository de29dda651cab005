import { type ArithmeticUnit, unsigned } from '../arithmetic-unit.ts';
import { swapped } from '../bit-order.ts';
import { type Instruction, OF_0F38, VEX_0F3A, VEX_0F38 } from './instruction.ts';
import { DX, type OperandUnit } from './operand-unit.ts';

/** BMI1, BMI2 and MOVBE (Intel SDM volume 2): instructions on bits of general registers, most with three operands. */
export class BitManipulation {
  readonly #operands: OperandUnit;
  readonly #arithmetic: ArithmeticUnit;

  constructor(operands: OperandUnit, arithmetic: ArithmeticUnit) {
    this.#operands = operands;
    this.#arithmetic = arithmetic;
  }

  /** Runs an instruction. False if it is none of these. */
  run(i: Instruction): boolean {
    switch (i.opcode) {
      case OF_0F38 + 0xf0:
      case OF_0F38 + 0xf1:
        return i.prefix !== 0xf2 && this.#swap(i);
      case VEX_0F38 + 0xf2:
        return this.#andNot(i);
      case VEX_0F38 + 0xf3:
        return this.#lowestBit(i);
      case VEX_0F38 + 0xf5:
        return i.prefix === 0 ? this.#cut(i) : this.#spread(i);
      case VEX_0F38 + 0xf6:
        return i.prefix === 0xf2 && this.#multiply(i);
      case VEX_0F38 + 0xf7:
        return i.prefix === 0 ? this.#field(i) : this.#shift(i);
      case VEX_0F3A + 0xf0:
        return i.prefix === 0xf2 && this.#rotate(i);
      default:
        return false;
    }
  }

  /** movbe */
  #swap(i: Instruction): true {
    const size = i.prefix === 0x66 ? 2 : i.size;
    const isLoad = i.opcode === OF_0F38 + 0xf0;
    const low = isLoad ? this.#operands.get(i, size) : this.#operands.register(i.reg, size, true);
    const high = this.#operands.high;
    const first = size === 8 ? swapped(high) : size === 2 ? swapped(low) >>> 16 : swapped(low);
    const second = size === 8 ? swapped(low) : 0;
    if (isLoad) this.#operands.setRegister(i.reg, size, first, second);
    else this.#operands.set(i, size, first, second);
    return true;
  }

  #andNot(i: Instruction): true {
    const low = this.#operands.get(i, i.size);
    const high = this.#operands.high;
    const own = this.#operands.register(i.third, i.size, true);
    const upper = ~this.#operands.high & high;
    this.#arithmetic.logical(~own & low, upper, i.size);
    this.#operands.setRegister(i.reg, i.size, ~own & low, upper);
    return true;
  }

  /** blsr, blsmsk and blsi. */
  #lowestBit(i: Instruction): boolean {
    const kind = i.reg & 7;
    const value = this.#operand(i);
    const bits = 8 * i.size;
    if (kind < 1 || kind > 3) return false;
    const result = kind === 1 ? value & (value - 1n) : kind === 2 ? value ^ (value - 1n) : value & -value;
    this.#give(i.third, i.size, BigInt.asUintN(bits, result));
    this.#arithmetic.carry = (value === 0n) !== (kind === 3);
    return true;
  }

  /** bzhi */
  #cut(i: Instruction): true {
    const value = this.#operand(i);
    const n = this.#operands.register(i.third, 1, true);
    this.#give(i.reg, i.size, BigInt.asUintN(Math.min(n, 8 * i.size), value));
    this.#arithmetic.carry = n >= 8 * i.size;
    return true;
  }

  /** pdep and pext. */
  #spread(i: Instruction): boolean {
    if (i.prefix === 0x66) return false;
    let mask = this.#operand(i);
    let value = this.#own(i.third, i.size);
    const isDeposit = i.prefix === 0xf2;
    let result = 0n;
    for (let at = 0n, n = 0n; mask !== 0n; at++, mask >>= 1n) {
      if ((mask & 1n) === 1n) {
        result |= (value & 1n) << (isDeposit ? at : n++);
        value >>= 1n;
      } else if (!isDeposit) value >>= 1n;
    }
    this.#operands.setWide(i.reg, i.size, result);
    return true;
  }

  /** mulx */
  #multiply(i: Instruction): true {
    const product = this.#operand(i) * this.#own(DX, i.size);
    this.#operands.setWide(i.third, i.size, product);
    this.#operands.setWide(i.reg, i.size, product >> BigInt(8 * i.size));
    return true;
  }

  /** bextr */
  #field(i: Instruction): true {
    const value = this.#operand(i);
    const control = this.#operands.register(i.third, 4, true);
    const length = (control >> 8) & 255;
    this.#give(i.reg, i.size, BigInt.asUintN(length, value >> BigInt(control & 255)));
    this.#arithmetic.sign = false;
    return true;
  }

  /** shlx, sarx and shrx. */
  #shift(i: Instruction): true {
    const bits = 8 * i.size;
    const value = this.#operand(i);
    const by = BigInt(this.#operands.register(i.third, 4, true) & (bits - 1));
    const result =
      i.prefix === 0x66 ? value << by : i.prefix === 0xf2 ? value >> by : BigInt.asIntN(bits, value) >> by;
    this.#operands.setWide(i.reg, i.size, result);
    return true;
  }

  /** rorx */
  #rotate(i: Instruction): true {
    const bits = 8 * i.size;
    const value = this.#operand(i);
    const by = i.immediate & (bits - 1);
    this.#operands.setWide(i.reg, i.size, (value >> BigInt(by)) | (value << BigInt(bits - by)));
    return true;
  }

  #operand(i: Instruction): bigint {
    const low = this.#operands.get(i, i.size);
    return unsigned(low, this.#operands.high, 8 * i.size);
  }

  #own(register: number, size: number): bigint {
    const low = this.#operands.register(register, size, true);
    return unsigned(low, this.#operands.high, 8 * size);
  }

  /** Sets a register, and the flags as logical operations do. */
  #give(register: number, size: number, value: bigint): void {
    this.#operands.setWide(register, size, value);
    const low = this.#operands.register(register, size, true);
    this.#arithmetic.logical(low, this.#operands.high, size);
  }
}
