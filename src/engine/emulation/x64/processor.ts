import { Fault } from '../../absence.ts';
import { address } from '../../address.ts';
import { bitCount } from '../../bit-count.ts';
import { ArithmeticUnit, COMPARE, signExtended, signed, unsigned } from '../arithmetic-unit.ts';
import { swapped } from '../bit-order.ts';
import type { GuestMemory } from '../guest-memory.ts';
import { type Processor, STAND_INS, type Surroundings } from '../processor.ts';
import { SafeCalls } from '../safe-calls.ts';
import { BitManipulation } from './bit-manipulation.ts';
import { decode, type Instruction, NONE } from './instruction.ts';
import { AX, BP, CX, DI, DX, OperandUnit, SI, SP } from './operand-unit.ts';
import { VectorUnit } from './vector-unit.ts';

const HIGH = 0x1_0000_0000;
/**
 * Registers of arguments, those that a callee gives back unchanged, and bytes of stack that a caller leaves to it
 * (System V psABI, 3.2; Microsoft's "x64 calling convention").
 */
const conventions = {
  'system-v': { arguments: [DI, SI, DX, CX, 8, 9], preserved: [3, SP, BP, 12, 13, 14, 15], reserved: 0 },
  microsoft: { arguments: [CX, DX, 8, 9], preserved: [3, SP, BP, SI, DI, 12, 13, 14, 15], reserved: 32 },
} as const;
/** Upper half of the address to which a call returns that is over; no code is there. */
const RETURNED = 2 ** 19;
const STAND_INS_HIGH = STAND_INS / HIGH;
const MAX_REPETITIONS = 1 << 24;

/** What comes after an instruction: the next one, the one that a direct jump leads to, or what `#target` says. */
const Then = { next: 0, jump: 1, target: 2 } as const;
type Then = (typeof Then)[keyof typeof Then];

/** A call by a pointer: where it would have come back to, and with what. */
interface Safe {
  readonly after: Instruction;
  readonly registers: Int32Array;
}

/**
 * Runs functions of a dumped process on copies of its memory (`GuestMemory`): the integer instructions of x86-64 that
 * compilers use (Intel SDM volume 2; `BitManipulation`), and vectors (`VectorUnit`). Nothing that it does leaves it: system calls
 * are Faults, as are instructions that are not known.
 */
export class X64Processor implements Processor {
  /** Low and high halves of the general registers: rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi, r8 … */
  readonly registers = new Int32Array(32);
  readonly memory: GuestMemory;
  steps = 0;
  readonly #surroundings: Surroundings;
  readonly #arithmetic = new ArithmeticUnit();
  readonly #operands: OperandUnit;
  readonly #bits: BitManipulation;
  readonly #vectors: VectorUnit;
  readonly #decoded = new Map<number, Instruction>();
  readonly #maxSteps: number;
  readonly #convention: (typeof conventions)[keyof typeof conventions];
  readonly #safe = new SafeCalls<Safe>();
  /** Where an indirect jump leads. */
  #targetLow = 0;
  #targetHigh = 0;

  constructor(memory: GuestMemory, surroundings: Surroundings, maxSteps: number) {
    this.memory = memory;
    this.#surroundings = surroundings;
    this.#maxSteps = maxSteps;
    this.#vectors = new VectorUnit(memory, this.registers);
    this.#operands = new OperandUnit(memory, this.registers, surroundings.threadBase);
    this.#bits = new BitManipulation(this.#operands, this.#arithmetic);
    this.#operands.setNumber(SP, memory.stackTop - 64);
    this.#convention = conventions[surroundings.convention === 'microsoft' ? 'microsoft' : 'system-v'];
  }

  get failures(): number {
    return this.#safe.failures;
  }

  argument(n: number): number {
    return this.#operands.number(this.#convention.arguments[n]!);
  }

  setSecondResult(value: number): void {
    this.#operands.setNumber(DX, value);
  }

  call(target: number, ...args: readonly number[]): number {
    const stack = this.#operands.number(SP);
    for (const [i, value] of args.entries()) this.#operands.setNumber(this.#convention.arguments[i]!, value);
    this.#operands.moveStack(-this.#convention.reserved);
    this.#operands.push(0, RETURNED);
    this.#safe.clear();
    try {
      this.#run(this.#at(target));
    } finally {
      this.#operands.setNumber(SP, stack);
    }
    return this.#operands.number(AX);
  }

  #run(first: Instruction): void {
    let begin = first;
    for (;;) {
      try {
        this.#loop(begin);
        return;
      } catch (error) {
        if (this.steps >= this.#maxSteps) throw error;
        const safe = this.#safe.leaveOut(error);
        this.registers.set(safe.registers);
        begin = this.#following(safe.after);
      }
    }
  }

  #loop(first: Instruction): void {
    let i = first;
    for (;;) {
      if (++this.steps > this.#maxSteps) throw new Fault(address(i.next), 'there is no end to it');
      const then = this.#execute(i);
      if (then === Then.next) i = i.following ?? this.#following(i);
      else if (then === Then.jump) i = i.taken ?? this.#jumped(i);
      else {
        if (this.#targetHigh === RETURNED) return;
        if (!i.taken || i.takenLow !== this.#targetLow || i.takenHigh !== this.#targetHigh) {
          i.takenLow = this.#targetLow;
          i.takenHigh = this.#targetHigh;
          i.taken = this.#at((i.takenHigh >>> 0) * HIGH + (i.takenLow >>> 0));
        }
        i = i.taken;
      }
    }
  }

  #following(i: Instruction): Instruction {
    i.following ??= this.#at(i.next);
    return i.following;
  }

  #jumped(i: Instruction): Instruction {
    i.taken = this.#at(i.next + i.immediate);
    return i.taken;
  }

  #at(pc: number): Instruction {
    let i = this.#decoded.get(pc);
    if (!i) {
      i = decode(this.memory, pc);
      this.#decoded.set(pc, i);
    }
    return i;
  }

  #execute(i: Instruction): Then {
    const op = i.opcode;
    if (op < 0x40) {
      this.#combine(i);
      return Then.next;
    }
    if (op >= 0x100) return this.#twoBytes(i);
    switch (op >> 4) {
      case 5:
        if (op < 0x58) this.#operands.push(this.registers[2 * i.reg]!, this.registers[2 * i.reg + 1]!);
        else this.#operands.pop(i.reg);
        return Then.next;
      case 7:
        return this.#arithmetic.condition(op & 15) ? Then.jump : Then.next;
      case 8:
        return this.#moves(i);
      case 0xb:
        this.#operands.setRegister(i.reg, i.size, i.immediate, i.immediateHigh, i.hasRex);
        return Then.next;
      default:
        return this.#others(i);
    }
  }

  /** Opcodes from 0x80 on. */
  #moves(i: Instruction): Then {
    const { size } = i;
    switch (i.opcode) {
      case 0x80:
      case 0x81:
      case 0x83: {
        const low = this.#operands.get(i, size);
        const kind = i.reg & 7;
        const result = this.#arithmetic.compute(
          kind,
          low,
          this.#operands.high,
          i.immediate,
          i.immediateHigh,
          size,
        );
        if (kind !== COMPARE) this.#operands.replace(i, size, result, this.#arithmetic.high);
        return Then.next;
      }
      case 0x84:
      case 0x85: {
        const low = this.#operands.get(i, size);
        const high = this.#operands.high;
        const own = this.#operands.register(i.reg, size, i.hasRex);
        this.#arithmetic.logical(low & own, high & this.#operands.high, size);
        return Then.next;
      }
      case 0x86:
      case 0x87: {
        const low = this.#operands.get(i, size);
        const high = this.#operands.high;
        const own = this.#operands.register(i.reg, size, i.hasRex);
        this.#operands.replace(i, size, own, this.#operands.high);
        this.#operands.setRegister(i.reg, size, low, high, i.hasRex);
        return Then.next;
      }
      case 0x88:
      case 0x89: {
        const low = this.#operands.register(i.reg, size, i.hasRex);
        this.#operands.set(i, size, low, this.#operands.high);
        return Then.next;
      }
      case 0x8a:
      case 0x8b: {
        const low = this.#operands.get(i, size);
        this.#operands.setRegister(i.reg, size, low, this.#operands.high, i.hasRex);
        return Then.next;
      }
      case 0x8d:
        if (i.rm !== NONE) return this.#unknown(i);
        this.#operands.locate(i);
        this.#operands.setRegister(i.reg, size, this.#operands.addressLow, this.#operands.addressHigh);
        return Then.next;
      default:
        return this.#unknown(i);
    }
  }

  #others(i: Instruction): Then {
    const { registers } = this;
    const { size } = i;
    switch (i.opcode) {
      case 0x63: {
        const low = this.#operands.get(i, 4);
        this.#operands.setRegister(i.reg, size, low, low >> 31);
        return Then.next;
      }
      case 0x68:
      case 0x6a:
        this.#operands.push(i.immediate, i.immediateHigh);
        return Then.next;
      case 0x69:
      case 0x6b: {
        const low = this.#operands.get(i, size);
        const result = this.#arithmetic.multiply(
          low,
          this.#operands.high,
          i.immediate,
          i.immediateHigh,
          size,
        );
        this.#operands.setRegister(i.reg, size, result, this.#arithmetic.high);
        return Then.next;
      }
      case 0x90:
      case 0x91:
      case 0x92:
      case 0x93:
      case 0x94:
      case 0x95:
      case 0x96:
      case 0x97: {
        // Of rax with itself, it is nop or pause.
        if (i.reg === AX) return Then.next;
        const low = this.#operands.register(i.reg, size, true);
        const high = this.#operands.high;
        const own = this.#operands.register(AX, size, true);
        this.#operands.setRegister(i.reg, size, own, this.#operands.high);
        this.#operands.setRegister(AX, size, low, high);
        return Then.next;
      }
      case 0x98: {
        const low = registers[2 * AX]!;
        if (size === 8) registers[2 * AX + 1] = low >> 31;
        else this.#operands.setRegister(AX, size, signExtended(low, size / 2), 0);
        return Then.next;
      }
      case 0x99: {
        const sign = size === 8 ? registers[2 * AX + 1]! : signExtended(registers[2 * AX]!, size);
        this.#operands.setRegister(DX, size, sign >> 31, sign >> 31);
        return Then.next;
      }
      case 0xa4:
      case 0xa5:
      case 0xaa:
      case 0xab:
        this.#string(i);
        return Then.next;
      case 0xa8:
      case 0xa9: {
        const low = this.#operands.register(AX, size, true);
        this.#arithmetic.logical(low & i.immediate, this.#operands.high & i.immediateHigh, size);
        return Then.next;
      }
      case 0xc0:
      case 0xc1:
        return this.#shift(i, i.immediate & 255);
      case 0xd0:
      case 0xd1:
        return this.#shift(i, 1);
      case 0xd2:
      case 0xd3:
        return this.#shift(i, registers[2 * CX]! & 255);
      case 0xc2:
        this.#return();
        this.#operands.setNumber(SP, this.#operands.number(SP) + i.immediate);
        return Then.target;
      case 0xc3:
        this.#return();
        return Then.target;
      case 0xc6:
      case 0xc7:
        this.#operands.set(i, size, i.immediate, i.immediateHigh);
        return Then.next;
      case 0xc9:
        registers[2 * SP] = registers[2 * BP]!;
        registers[2 * SP + 1] = registers[2 * BP + 1]!;
        this.#operands.pop(BP);
        return Then.next;
      case 0xe8:
        this.#operands.push(i.nextLow, i.nextHigh);
        return Then.jump;
      case 0xe9:
      case 0xeb:
        return Then.jump;
      case 0xf6:
      case 0xf7:
        return this.#unary(i);
      case 0xfe:
      case 0xff:
        return this.#byOperand(i);
      default:
        return this.#unknown(i);
    }
  }

  #twoBytes(i: Instruction): Then {
    const op = i.opcode;
    const { size } = i;
    switch (op >> 4) {
      case 0x14: {
        // The register's upper half is cleared even if nothing is moved.
        const low = this.#operands.get(i, size);
        if (this.#arithmetic.condition(op & 15))
          this.#operands.setRegister(i.reg, size, low, this.#operands.high);
        else if (size === 4) this.registers[2 * i.reg + 1] = 0;
        return Then.next;
      }
      case 0x18:
        return this.#arithmetic.condition(op & 15) ? Then.jump : Then.next;
      case 0x19:
        this.#operands.set(i, 1, this.#arithmetic.condition(op & 15) ? 1 : 0, 0);
        return Then.next;
    }
    switch (op) {
      case 0x10d:
      case 0x118:
      case 0x11e:
      case 0x11f:
        return Then.next;
      case 0x1a3:
      case 0x1ab:
      case 0x1b3:
      case 0x1ba:
        return this.#bit(i);
      case 0x1a4:
      case 0x1a5:
      case 0x1ac:
      case 0x1ad: {
        const first = [this.#operands.get(i, size), this.#operands.high] as const;
        const second = [this.#operands.register(i.reg, size, true), this.#operands.high] as const;
        const amount = op & 1 ? this.registers[2 * CX]! & 255 : i.immediate & 255;
        const result = this.#arithmetic.shiftBoth(op < 0x1a8, first, second, size, amount);
        this.#operands.replace(i, size, result, this.#arithmetic.high);
        return Then.next;
      }
      case 0x1af: {
        const low = this.#operands.get(i, size);
        const high = this.#operands.high;
        const own = this.#operands.register(i.reg, size, true);
        const result = this.#arithmetic.multiply(low, high, own, this.#operands.high, size);
        this.#operands.setRegister(i.reg, size, result, this.#arithmetic.high);
        return Then.next;
      }
      case 0x1ae:
        // Fences: there is one thread.
        if (i.rm === NONE || (i.reg & 7) < 5) return this.#unknown(i);
        return Then.next;
      case 0x1b8:
        return this.#countOnes(i);
      case 0x1b0:
      case 0x1b1:
      case 0x1c0:
      case 0x1c1:
        return this.#exchange(i);
      case 0x1b6:
        this.#operands.setRegister(i.reg, size, this.#operands.get(i, 1) & 0xff, 0);
        return Then.next;
      case 0x1b7:
        this.#operands.setRegister(i.reg, size, this.#operands.get(i, 2) & 0xffff, 0);
        return Then.next;
      case 0x1bc:
      case 0x1bd:
        return this.#scan(i);
      case 0x1be:
      case 0x1bf: {
        const bytes = op - 0x1bd;
        const low = signExtended(this.#operands.get(i, bytes), bytes);
        this.#operands.setRegister(i.reg, size, low, low >> 31);
        return Then.next;
      }
      default:
        return op >= 0x1c8 && op < 0x1d0 ? this.#swapBytes(i) : this.#vector(i);
    }
  }

  #vector(i: Instruction): Then {
    if (this.#bits.run(i)) return Then.next;
    if (i.rm === NONE) this.#operands.locate(i);
    const flags = this.#vectors.run(i, this.#operands.addressLow, this.#operands.addressHigh);
    if (flags < 0) return this.#unknown(i);
    if (flags > 0) {
      const unit = this.#arithmetic;
      unit.zero = (flags & 2) !== 0;
      unit.parity = (flags & 4) !== 0;
      unit.carry = (flags & 8) !== 0;
      unit.overflow = unit.sign = false;
    }
    return Then.next;
  }

  /** Opcodes below 0x40: eight operations with operands in five orders. */
  #combine(i: Instruction): void {
    const { size } = i;
    const unit = this.#arithmetic;
    const kind = i.opcode >> 3;
    const order = i.opcode & 7;
    if (order > 5) this.#unknown(i);
    if (order > 3) {
      const low = this.#operands.register(AX, size, true);
      const result = unit.compute(kind, low, this.#operands.high, i.immediate, i.immediateHigh, size);
      if (kind !== COMPARE) this.#operands.setRegister(AX, size, result, unit.high);
      return;
    }
    const low = this.#operands.get(i, size);
    const high = this.#operands.high;
    const own = this.#operands.register(i.reg, size, i.hasRex);
    if (order < 2) {
      const result = unit.compute(kind, low, high, own, this.#operands.high, size);
      if (kind !== COMPARE) this.#operands.replace(i, size, result, unit.high);
    } else {
      const result = unit.compute(kind, own, this.#operands.high, low, high, size);
      if (kind !== COMPARE) this.#operands.setRegister(i.reg, size, result, unit.high, i.hasRex);
    }
  }

  /** cmpxchg and xadd. */
  #exchange(i: Instruction): Then {
    const { size } = i;
    const unit = this.#arithmetic;
    const low = this.#operands.get(i, size);
    const high = this.#operands.high;
    const own = this.#operands.register(i.reg, size, i.hasRex);
    const ownHigh = this.#operands.high;
    if (i.opcode >= 0x1c0) {
      const sum = unit.add(low, high, own, ownHigh, size, 0);
      this.#operands.setRegister(i.reg, size, low, high, i.hasRex);
      this.#operands.replace(i, size, sum, unit.high);
      return Then.next;
    }
    const expected = this.#operands.register(AX, size, true);
    unit.subtract(expected, this.#operands.high, low, high, size, 0);
    if (unit.zero) this.#operands.replace(i, size, own, ownHigh);
    else this.#operands.setRegister(AX, size, low, high);
    return Then.next;
  }

  /** test, not, neg, mul, imul, div, idiv. */
  #unary(i: Instruction): Then {
    const { size } = i;
    const low = this.#operands.get(i, size);
    const high = this.#operands.high;
    const kind = i.reg & 7;
    if (kind < 2) this.#arithmetic.logical(low & i.immediate, high & i.immediateHigh, size);
    else if (kind === 2) this.#operands.replace(i, size, ~low, ~high);
    else if (kind === 3) {
      const result = this.#arithmetic.subtract(0, 0, low, high, size, 0);
      this.#operands.replace(i, size, result, this.#arithmetic.high);
    } else if (size === 1) this.#ofBytes(i, low & 0xff, kind);
    else if (kind < 6) this.#multiply(size, low, high, kind === 5);
    else this.#divide(i, low, high, kind === 7);
    return Then.next;
  }

  /** mul, imul, div and idiv of one byte: product and dividend are ax, the remainder is ah. */
  #ofBytes(i: Instruction, byte: number, kind: number): void {
    const isSigned = kind === 5 || kind === 7;
    const own = this.#operands.register(AX, 2, true);
    const take = (value: number, bytes: number) =>
      isSigned ? signExtended(value, bytes) : value & (2 ** (8 * bytes) - 1);
    const operand = take(byte, 1);
    if (kind < 6) {
      const product = take(own, 1) * operand;
      this.#operands.setRegister(AX, 2, product, 0);
      this.#arithmetic.carry = this.#arithmetic.overflow = take(product, 1) !== product;
      return;
    }
    const quotient = Math.trunc(take(own, 2) / operand);
    if (operand === 0 || take(quotient, 1) !== quotient) this.#unknown(i);
    const remainder = take(own, 2) - quotient * operand;
    this.#operands.setRegister(AX, 2, (quotient & 0xff) | ((remainder & 0xff) << 8), 0);
  }

  /** With a result twice as wide as its operands. */
  #multiply(size: number, low: number, high: number, isSigned: boolean): void {
    const bits = 8 * size;
    const take = isSigned ? signed : unsigned;
    const own = this.#operands.register(AX, size, true);
    const product = take(own, this.#operands.high, bits) * take(low, high, bits);
    const upper = product >> BigInt(bits);
    this.#operands.setWide(AX, size, product);
    this.#operands.setWide(DX, size, upper);
    const isWide = isSigned ? BigInt.asIntN(bits, product) !== product : upper !== 0n;
    this.#arithmetic.carry = this.#arithmetic.overflow = isWide;
  }

  #divide(i: Instruction, low: number, high: number, isSigned: boolean): void {
    const { size } = i;
    const { registers } = this;
    // The usual case: numbers that have an exact place in a double.
    if (size === 8 && !isSigned && registers[2 * DX] === 0 && registers[2 * DX + 1] === 0) {
      const dividend = this.#operands.number(AX);
      const divisor = (high >>> 0) * HIGH + (low >>> 0);
      if (divisor > 0 && dividend <= Number.MAX_SAFE_INTEGER && divisor <= Number.MAX_SAFE_INTEGER) {
        this.#operands.setNumber(DX, dividend % divisor);
        this.#operands.setNumber(AX, Math.floor(dividend / divisor));
        return;
      }
    }
    const bits = 8 * size;
    const take = isSigned ? signed : unsigned;
    const divisor = take(low, high, bits);
    const upper = take(registers[2 * DX]!, registers[2 * DX + 1]!, bits);
    const lower = unsigned(registers[2 * AX]!, registers[2 * AX + 1]!, bits);
    if (divisor === 0n) this.#unknown(i);
    const dividend = (upper << BigInt(bits)) | lower;
    this.#operands.setWide(AX, size, dividend / divisor);
    this.#operands.setWide(DX, size, dividend % divisor);
  }

  #shift(i: Instruction, amount: number): Then {
    const low = this.#operands.get(i, i.size);
    const result = this.#arithmetic.shift(i.reg & 7, low, this.#operands.high, i.size, amount);
    if (result === undefined) return this.#unknown(i);
    this.#operands.replace(i, i.size, result, this.#arithmetic.high);
    return Then.next;
  }

  /** bt, bts, btr, btc with a bit inside of the operand. */
  #bit(i: Instruction): Then {
    const { size } = i;
    const isImmediate = i.opcode === 0x1ba;
    const kind = isImmediate ? i.reg & 7 : 4 + ((i.opcode - 0x1a3) >> 3);
    const number = isImmediate ? i.immediate : this.registers[2 * i.reg]!;
    if (i.rm === NONE && !isImmediate) return this.#unknown(i);
    const n = number & (8 * size - 1);
    const low = this.#operands.get(i, size);
    const high = this.#operands.high;
    const bit = 1 << (n & 31);
    this.#arithmetic.carry = ((n < 32 ? low : high) & bit) !== 0;
    if (kind === 4) return Then.next;
    const change = (value: number) => (kind === 5 ? value | bit : kind === 6 ? value & ~bit : value ^ bit);
    if (n < 32) this.#operands.replace(i, size, change(low), high);
    else this.#operands.replace(i, size, low, change(high));
    return Then.next;
  }

  /** bsf, bsr, tzcnt, lzcnt. */
  #scan(i: Instruction): Then {
    const { size } = i;
    const low = size === 2 ? this.#operands.get(i, size) & 0xffff : this.#operands.get(i, size);
    const high = size === 8 ? this.#operands.high : 0;
    const isReverse = i.opcode === 0x1bd;
    const isCount = i.prefix === 0xf3;
    const unit = this.#arithmetic;
    if (low === 0 && high === 0) {
      unit.zero = !isCount;
      unit.carry = isCount;
      if (isCount) this.#operands.setRegister(i.reg, size, 8 * size, 0);
      return Then.next;
    }
    let n: number;
    if (isReverse) n = high !== 0 ? 63 - Math.clz32(high) : 31 - Math.clz32(low);
    else n = low !== 0 ? 31 - Math.clz32(low & -low) : 63 - Math.clz32(high & -high);
    if (isReverse && isCount) n = 8 * size - 1 - n;
    unit.carry = false;
    unit.zero = isCount && n === 0;
    this.#operands.setRegister(i.reg, size, n, 0);
    return Then.next;
  }

  /** popcnt */
  #countOnes(i: Instruction): Then {
    if (i.prefix !== 0xf3) return this.#unknown(i);
    const low = this.#operands.get(i, i.size);
    const high = i.size === 8 ? this.#operands.high : 0;
    const ones = bitCount(i.size === 2 ? low & 0xffff : low) + bitCount(high);
    this.#arithmetic.logical(ones, 0, 4);
    this.#arithmetic.parity = false;
    this.#operands.setRegister(i.reg, i.size, ones, 0);
    return Then.next;
  }

  #swapBytes(i: Instruction): Then {
    const low = swapped(this.registers[2 * i.reg]!);
    const high = swapped(this.registers[2 * i.reg + 1]!);
    if (i.size === 8) this.#operands.setRegister(i.reg, 8, high, low);
    else this.#operands.setRegister(i.reg, 4, low, 0);
    return Then.next;
  }

  /** movs and stos, repeated or not. */
  #string(i: Instruction): void {
    const isMove = i.opcode < 0xa8;
    const isRepeated = i.prefix === 0xf3;
    const count = isRepeated ? this.#operands.number(CX) : 1;
    if (!(count >= 0 && count <= MAX_REPETITIONS)) this.#unknown(i);
    for (let n = 0; n < count; n++) {
      const low = isMove
        ? this.#operands.load(this.registers[2 * SI]!, this.registers[2 * SI + 1]!, i.size)
        : this.#operands.register(AX, i.size, true);
      this.#operands.store(
        this.registers[2 * DI]!,
        this.registers[2 * DI + 1]!,
        i.size,
        low,
        this.#operands.high,
      );
      this.#operands.setNumber(DI, this.#operands.number(DI) + i.size);
      if (isMove) this.#operands.setNumber(SI, this.#operands.number(SI) + i.size);
    }
    this.steps += count;
    if (isRepeated) this.#operands.setNumber(CX, 0);
  }

  /** inc, dec, and calls, jumps and pushes by an operand. */
  #byOperand(i: Instruction): Then {
    const kind = i.reg & 7;
    if (kind < 2) {
      const low = this.#operands.get(i, i.size);
      const result = this.#arithmetic.count(kind === 0 ? 1 : -1, low, this.#operands.high, i.size);
      this.#operands.replace(i, i.size, result, this.#arithmetic.high);
      return Then.next;
    }
    if (i.opcode === 0xfe || (kind !== 2 && kind !== 4 && kind !== 6)) return this.#unknown(i);
    this.#targetLow = this.#operands.get(i, 8);
    this.#targetHigh = this.#operands.high;
    if (kind === 6) {
      this.#operands.push(this.#targetLow, this.#targetHigh);
      return Then.next;
    }
    if (this.#targetHigh >= STAND_INS_HIGH) {
      this.#standIn(i);
      if (kind === 2) return Then.next;
      this.#return();
      return Then.target;
    }
    if (kind === 2) {
      if (!i.isRelative) this.#safe.begin({ after: i, registers: this.#preserved() });
      this.#operands.push(i.nextLow, i.nextHigh);
    }
    return Then.target;
  }

  #standIn(i: Instruction): void {
    const standIn = this.#surroundings.standIns.get(this.#targetHigh * HIGH + (this.#targetLow >>> 0));
    if (!standIn) this.#unknown(i);
    this.#operands.setNumber(AX, standIn(this));
  }

  #return(): void {
    this.#targetLow = this.memory.i64(this.registers[2 * SP]!, this.registers[2 * SP + 1]!);
    this.#targetHigh = this.memory.high;
    this.#operands.moveStack(8);
    // Calls that may be left out, and are over now.
    const safe = this.#safe.innermost;
    if (
      safe &&
      safe.after.nextLow === this.#targetLow &&
      safe.registers[2 * SP] === this.registers[2 * SP] &&
      safe.registers[2 * SP + 1] === this.registers[2 * SP + 1]
    )
      this.#safe.end();
  }

  #preserved(): Int32Array {
    const copy = new Int32Array(32);
    for (const r of this.#convention.preserved) {
      copy[2 * r] = this.registers[2 * r]!;
      copy[2 * r + 1] = this.registers[2 * r + 1]!;
    }
    return copy;
  }

  #unknown(i: Instruction): never {
    throw new Fault(
      address(i.next),
      `an instruction that is not known (${i.opcode.toString(16)}) ends there`,
    );
  }
}
