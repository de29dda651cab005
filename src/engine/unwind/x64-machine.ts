import { Fault } from '../absence.ts';
import { type Address, address } from '../address.ts';
import type { Memory } from '../memory/memory.ts';
import { MAX_STEPS, type Machine, type Stop } from './machine.ts';
import type { Registers } from './registers.ts';
import { processorOrder, x64 } from './x64.ts';

const RSP = 4;
const RBP = 5;

interface Flags {
  carry: boolean;
  zero: boolean;
  sign: boolean;
  overflow: boolean;
  parity: boolean;
}

/** A register or a place in memory. */
type Operand = { readonly register: number } | { readonly at: number; readonly sum: bigint };

/** Knows what V8's compilers emit for loops (Intel SDM volume 2); anything else is a Fault, and so is what is not known. */
export class X64Machine implements Machine {
  readonly #memory: Memory;
  readonly #registers = new BigUint64Array(16);
  /** Low halves. */
  readonly #doubles: (bigint | undefined)[];
  readonly #written = new Map<number, bigint>();
  #flags: Flags | undefined;
  #pc: number;
  #operandSize = 4;
  #rex = 0;

  /** `doubles` are the low halves of the xmm registers, `flags` is EFLAGS, as far as they are known. */
  constructor(
    memory: Memory,
    registers: Registers,
    flags: bigint | undefined,
    doubles: readonly (bigint | undefined)[] = [],
  ) {
    this.#memory = memory;
    processorOrder.forEach((number, i) => {
      const value = registers.get(number);
      if (value === undefined) throw new Fault(registers.pc, 'not all registers are known');
      this.#registers[i] = value;
    });
    this.#doubles = Array.from({ length: 16 }, (_, i) => doubles[i]);
    this.#pc = Number(registers.get(x64.rip) ?? 0n);
    const bit = (n: bigint) => ((flags ?? 0n) & (1n << n)) !== 0n;
    this.#flags =
      flags === undefined
        ? undefined
        : { carry: bit(0n), parity: bit(2n), zero: bit(6n), sign: bit(7n), overflow: bit(11n) };
  }

  get fp(): Address {
    return address(Number(this.#registers[RBP]));
  }

  /** By the processor's number: rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi, r8 … */
  register(number: number): bigint {
    return this.#registers[number & 15]!;
  }

  double(number: number): bigint | undefined {
    return this.#doubles[number & 15];
  }

  u64(where: Address): bigint {
    return this.#read(where, 8);
  }

  run(isWanted: (target: Address) => boolean): Stop {
    for (let i = 0; i < MAX_STEPS; i++) {
      const stop = this.#step(isWanted);
      if (stop) return stop;
    }
    throw new Fault(address(this.#pc), 'nothing was met for long');
  }

  #step(isWanted: (target: Address) => boolean): Stop | undefined {
    let prefix = 0;
    let wide = false;
    this.#rex = 0;
    for (;;) {
      const byte = this.#fetch(1);
      if (byte === 0x66) wide = true;
      else if (byte === 0xf2 || byte === 0xf3) prefix = byte;
      else if (byte >= 0x40 && byte <= 0x4f) this.#rex = byte;
      else {
        this.#operandSize = this.#rex & 8 ? 8 : wide ? 2 : 4;
        if (byte === 0xc5 || byte === 0xc4) return this.#vex(byte);
        if (byte === 0x0f) return this.#twoByte(this.#fetch(1), prefix, wide, isWanted);
        return this.#oneByte(byte, isWanted);
      }
    }
  }

  #oneByte(op: number, isWanted: (target: Address) => boolean): Stop | undefined {
    const size = this.#operandSize;
    if (op < 0x40 && (op & 7) < 6) return this.#alu(op);
    if (op >= 0x50 && op <= 0x57) return this.#push(this.#registers[this.#low(op)]!);
    if (op >= 0x58 && op <= 0x5f) {
      const value = this.#read(Number(this.#registers[RSP]), 8);
      this.#registers[RSP] = this.#registers[RSP]! + 8n;
      this.#registers[this.#low(op)] = value;
      return undefined;
    }
    if (op >= 0x70 && op <= 0x7f) return this.#jumpIf(op & 15, this.#fetchSigned(1), isWanted);
    if (op >= 0xb0 && op <= 0xb7) return this.#setByte(this.#low(op), BigInt(this.#fetch(1)));
    if (op >= 0xb8 && op <= 0xbf) {
      this.#set({ register: this.#low(op) }, size, this.#immediate(size));
      return undefined;
    }
    switch (op) {
      case 0x63: {
        const { reg, rm } = this.#modrm(0);
        this.#set({ register: reg }, size, BigInt.asIntN(32, this.#get(rm, 4)));
        return undefined;
      }
      case 0x69:
      case 0x6b: {
        const { reg, rm } = this.#modrm(op === 0x69 ? 4 : 1);
        const value = this.#signed(this.#get(rm, size), size);
        this.#multiply(reg, value, BigInt(this.#fetchSigned(op === 0x69 ? (size === 2 ? 2 : 4) : 1)));
        return undefined;
      }
      case 0x80:
      case 0x81:
      case 0x83: {
        const bytes = op === 0x80 ? 1 : size;
        const length = op === 0x81 ? Math.min(size, 4) : 1;
        const { reg, rm } = this.#modrm(length);
        const right = BigInt.asUintN(8 * bytes, BigInt(this.#fetchSigned(length)));
        this.#arithmetic(reg & 7, rm, this.#get(rm, bytes), right, bytes);
        return undefined;
      }
      case 0x84:
      case 0x85: {
        const bytes = op === 0x84 ? 1 : size;
        const { reg, rm } = this.#modrm(0);
        this.#logic(this.#get(rm, bytes) & this.#get({ register: reg }, bytes), bytes);
        return undefined;
      }
      case 0x88:
      case 0x89: {
        const bytes = op === 0x88 ? 1 : size;
        const { reg, rm } = this.#modrm(0);
        this.#set(rm, bytes, this.#get({ register: reg }, bytes));
        return undefined;
      }
      case 0x8a:
      case 0x8b: {
        const bytes = op === 0x8a ? 1 : size;
        const { reg, rm } = this.#modrm(0);
        this.#set({ register: reg }, bytes, this.#get(rm, bytes));
        return undefined;
      }
      case 0x8d: {
        const { reg, rm } = this.#modrm(0);
        if ('register' in rm) break;
        this.#set({ register: reg }, size, rm.sum);
        return undefined;
      }
      case 0x90:
        return undefined;
      case 0x98:
        this.#set({ register: 0 }, size, this.#signed(this.#get({ register: 0 }, size / 2), size / 2));
        return undefined;
      case 0x99:
        this.#set(
          { register: 2 },
          size,
          this.#signed(this.#get({ register: 0 }, size), size) < 0n ? -1n : 0n,
        );
        return undefined;
      case 0xa8:
      case 0xa9: {
        const bytes = op === 0xa8 ? 1 : size;
        const right = BigInt.asUintN(8 * bytes, BigInt(this.#fetchSigned(Math.min(bytes, 4))));
        this.#logic(this.#get({ register: 0 }, bytes) & right, bytes);
        return undefined;
      }
      case 0xc0:
      case 0xc1:
      case 0xd0:
      case 0xd1:
      case 0xd2:
      case 0xd3:
        return this.#shift(op);
      case 0xc6:
      case 0xc7: {
        const bytes = op === 0xc6 ? 1 : size;
        const length = Math.min(bytes, 4);
        const { rm } = this.#modrm(length);
        this.#set(rm, bytes, BigInt(this.#fetchSigned(length)));
        return undefined;
      }
      case 0xe8: {
        this.#fetchSigned(4);
        return { kind: 'call', returnTo: address(this.#pc) };
      }
      case 0xe9:
      case 0xeb: {
        const distance = this.#fetchSigned(op === 0xe9 ? 4 : 1);
        this.#pc += distance;
        return undefined;
      }
      case 0xf6:
      case 0xf7:
        return this.#unary(op === 0xf6 ? 1 : size);
      case 0xff:
        return this.#indirect();
    }
    throw this.#unknown(op);
  }

  #twoByte(
    op: number,
    prefix: number,
    wide: boolean,
    isWanted: (target: Address) => boolean,
  ): Stop | undefined {
    const size = this.#operandSize;
    if (op >= 0x80 && op <= 0x8f) return this.#jumpIf(op & 15, this.#fetchSigned(4), isWanted);
    if (op >= 0x40 && op <= 0x4f) {
      const { reg, rm } = this.#modrm(0);
      const value = this.#get(rm, size);
      const into = { register: reg };
      this.#set(into, size, this.#condition(op & 15) ? value : this.#get(into, size));
      return undefined;
    }
    if (op >= 0x90 && op <= 0x9f) {
      const { rm } = this.#modrm(0);
      this.#set(rm, 1, this.#condition(op & 15) ? 1n : 0n);
      return undefined;
    }
    if (prefix === 0xf3 && (op === 0xb8 || op === 0xbc || op === 0xbd)) throw this.#unknown(op);
    switch (op) {
      case 0x1f:
        this.#modrm(0);
        return undefined;
      case 0xaf: {
        const { reg, rm } = this.#modrm(0);
        const left = this.#signed(this.#get({ register: reg }, size), size);
        this.#multiply(reg, left, this.#signed(this.#get(rm, size), size));
        return undefined;
      }
      case 0xb6:
      case 0xb7: {
        const { reg, rm } = this.#modrm(0);
        this.#set({ register: reg }, size, this.#get(rm, op === 0xb6 ? 1 : 2));
        return undefined;
      }
      case 0xbe:
      case 0xbf: {
        const bytes = op === 0xbe ? 1 : 2;
        const { reg, rm } = this.#modrm(0);
        this.#set({ register: reg }, size, this.#signed(this.#get(rm, bytes), bytes));
        return undefined;
      }
    }
    if (op === 0x3a) return this.#round();
    const pp = prefix === 0xf2 ? 3 : prefix === 0xf3 ? 2 : wide ? 1 : 0;
    return this.#floating(op, pp, undefined);
  }

  /** VEX: the same operations with a first source of their own. */
  #vex(first: number): undefined {
    let byte = this.#fetch(1);
    let map = 1;
    let rex = byte & 0x80 ? 0 : 4;
    if (first === 0xc4) {
      rex |= (byte & 0x40 ? 0 : 2) | (byte & 0x20 ? 0 : 1);
      map = byte & 31;
      byte = this.#fetch(1);
      rex |= byte & 0x80 ? 8 : 0;
    }
    if ((map !== 1 && map !== 3) || byte & 4) throw this.#unknown(first);
    this.#rex = 0x40 | rex;
    this.#operandSize = rex & 8 ? 8 : 4;
    if (map === 3) return this.#round();
    return this.#floating(this.#fetch(1), byte & 3, ~(byte >> 3) & 15);
  }

  /** Scalar doubles, by opcode and prefix (0 none, 1 66, 2 F3, 3 F2). `source` is the first operand of VEX. */
  #floating(op: number, pp: number, source: number | undefined): undefined {
    const { reg, rm } = this.#modrm(op === 0x73 ? 1 : 0);
    const size = this.#operandSize;
    const left = () => this.#known(source ?? reg);
    const right = () => ('register' in rm ? this.#known(rm.register) : this.#read(rm.at, 8));
    switch (pp * 256 + op) {
      case 0x310:
      case 0x27e:
      case 0x128:
      case 0x028:
        this.#doubles[reg] = 'register' in rm ? this.#doubles[rm.register] : this.#read(rm.at, 8);
        return undefined;
      case 0x311:
      case 0x1d6:
        if ('register' in rm) this.#doubles[rm.register] = this.#doubles[reg];
        else this.#write(rm.at, 8, this.#known(reg));
        return undefined;
      case 0x16e:
        this.#doubles[reg] = this.#get(rm, size);
        return undefined;
      case 0x17e:
        this.#set(rm, size, this.#known(reg));
        return undefined;
      case 0x358:
        return this.#compute(reg, toDouble(left()) + toDouble(right()));
      case 0x359:
        return this.#compute(reg, toDouble(left()) * toDouble(right()));
      case 0x35c:
        return this.#compute(reg, toDouble(left()) - toDouble(right()));
      case 0x35e:
        return this.#compute(reg, toDouble(left()) / toDouble(right()));
      case 0x351:
        return this.#compute(reg, Math.sqrt(toDouble(right())));
      case 0x32a:
        return this.#compute(reg, Number(this.#signed(this.#get(rm, size), size)));
      case 0x32c: {
        const value = Math.trunc(toDouble(right()));
        const fits = Math.abs(value) < 2 ** (8 * size - 1);
        this.#set({ register: reg }, size, fits ? BigInt(value) : 1n << BigInt(8 * size - 1));
        return undefined;
      }
      case 0x12e:
      case 0x12f: {
        const [a, b] = [toDouble(this.#known(reg)), toDouble(right())];
        const unordered = Number.isNaN(a) || Number.isNaN(b);
        const zero = unordered || a === b;
        this.#flags = { carry: unordered || a < b, zero, parity: unordered, sign: false, overflow: false };
        return undefined;
      }
      case 0x057:
      case 0x157:
      case 0x1ef: {
        const same = 'register' in rm && rm.register === (source ?? reg);
        this.#doubles[reg] = same ? 0n : left() ^ right();
        return undefined;
      }
      case 0x054:
      case 0x154:
        this.#doubles[reg] = left() & right();
        return undefined;
      case 0x056:
      case 0x156:
        this.#doubles[reg] = left() | right();
        return undefined;
      case 0x176:
        this.#doubles[reg] = equalHalves(left(), right());
        return undefined;
      case 0x173: {
        if (!('register' in rm)) break;
        const count = BigInt(this.#fetch(1));
        const value = this.#known(rm.register);
        const kind = reg & 7;
        if (kind !== 2 && kind !== 6) break;
        this.#doubles[source ?? rm.register] = BigInt.asUintN(
          64,
          kind === 2 ? value >> count : value << count,
        );
        return undefined;
      }
    }
    throw this.#unknown(op);
  }

  /** roundsd: to the nearest, down, up, to zero. */
  #round(): undefined {
    const op = this.#fetch(1);
    if (op !== 0x0b) throw this.#unknown(op);
    const { reg, rm } = this.#modrm(1);
    const value = toDouble('register' in rm ? this.#known(rm.register) : this.#read(rm.at, 8));
    const mode = this.#fetch(1) & 7;
    const round = [undefined, Math.floor, Math.ceil, Math.trunc][mode];
    if (!round) throw this.#unknown(op);
    return this.#compute(reg, round(value));
  }

  #compute(register: number, value: number): undefined {
    this.#doubles[register] = fromDouble(value);
    return undefined;
  }

  #known(register: number): bigint {
    const value = this.#doubles[register];
    if (value === undefined) throw new Fault(address(this.#pc), `xmm${register} is not known`);
    return value;
  }

  #alu(op: number): undefined {
    const form = op & 7;
    const bytes = form & 1 ? this.#operandSize : 1;
    const kind = op >> 3;
    if (form >= 4) {
      const right = BigInt.asUintN(8 * bytes, BigInt(this.#fetchSigned(Math.min(bytes, 4))));
      this.#arithmetic(kind, { register: 0 }, this.#get({ register: 0 }, bytes), right, bytes);
      return undefined;
    }
    const { reg, rm } = this.#modrm(0);
    const own: Operand = { register: reg };
    const [into, from] = form < 2 ? [rm, own] : [own, rm];
    this.#arithmetic(kind, into, this.#get(into, bytes), this.#get(from, bytes), bytes);
    return undefined;
  }

  /** add 0, or 1, adc 2, sbb 3, and 4, sub 5, xor 6, cmp 7. */
  #arithmetic(kind: number, into: Operand, left: bigint, right: bigint, bytes: number): void {
    const bits = 8 * bytes;
    switch (kind) {
      case 1:
      case 4:
      case 6: {
        const result = kind === 1 ? left | right : kind === 4 ? left & right : left ^ right;
        this.#logic(result, bytes);
        this.#set(into, bytes, result);
        return;
      }
      case 0:
      case 5:
      case 7: {
        const result = kind === 0 ? left + right : left - right;
        const [l, r] = [this.#signed(left, bytes), this.#signed(right, bytes)];
        const exact = kind === 0 ? l + r : l - r;
        const value = BigInt.asUintN(bits, result);
        this.#flags = {
          ...outcome(value, bits),
          carry: result < 0n || result >= 1n << BigInt(bits),
          overflow: exact !== BigInt.asIntN(bits, exact),
        };
        if (kind !== 7) this.#set(into, bytes, value);
        return;
      }
    }
    throw this.#unknown(kind);
  }

  #logic(result: bigint, bytes: number): void {
    this.#flags = { ...outcome(result, 8 * bytes), carry: false, overflow: false };
  }

  #multiply(into: number, left: bigint, right: bigint): void {
    const bits = 8 * this.#operandSize;
    const exact = left * right;
    const lost = exact !== BigInt.asIntN(bits, exact);
    const value = BigInt.asUintN(bits, exact);
    this.#flags = { ...outcome(value, bits), carry: lost, overflow: lost };
    this.#set({ register: into }, this.#operandSize, value);
  }

  #shift(op: number): undefined {
    const bytes = op & 1 ? this.#operandSize : 1;
    const byImmediate = op < 0xd0;
    const { reg, rm } = this.#modrm(byImmediate ? 1 : 0);
    const amount = byImmediate ? this.#fetch(1) : op < 0xd2 ? 1 : Number(this.#registers[1]! & 255n);
    const count = BigInt(amount & (bytes === 8 ? 63 : 31));
    if (count === 0n) return undefined;
    const bits = 8 * bytes;
    const value = this.#get(rm, bytes);
    let result: bigint;
    let carry: boolean;
    switch (reg & 7) {
      case 4:
        result = BigInt.asUintN(bits, value << count);
        carry = ((value >> (BigInt(bits) - count)) & 1n) === 1n;
        break;
      case 5:
        result = value >> count;
        carry = ((value >> (count - 1n)) & 1n) === 1n;
        break;
      case 7:
        result = BigInt.asUintN(bits, this.#signed(value, bytes) >> count);
        carry = ((this.#signed(value, bytes) >> (count - 1n)) & 1n) === 1n;
        break;
      default:
        throw this.#unknown(op);
    }
    // Overflow is defined for shifts by one only, which V8 does not test.
    this.#flags = { ...outcome(result, bits), carry, overflow: false };
    this.#set(rm, bytes, result);
    return undefined;
  }

  /** test 0, not 2, neg 3, mul 4, imul 5, div 6, idiv 7. */
  #unary(bytes: number): undefined {
    const peeked = Number(this.#memory.u8(address(this.#pc)));
    const kind = (peeked >> 3) & 7;
    const { rm } = this.#modrm(kind < 2 ? Math.min(bytes, 4) : 0);
    const value = this.#get(rm, bytes);
    const bits = 8 * bytes;
    if (kind < 2) {
      const mask = BigInt.asUintN(bits, BigInt(this.#fetchSigned(Math.min(bytes, 4))));
      this.#logic(value & mask, bytes);
    } else if (kind === 2) this.#set(rm, bytes, BigInt.asUintN(bits, ~value));
    else if (kind === 3) {
      const result = BigInt.asUintN(bits, -value);
      const least = value === 1n << BigInt(bits - 1);
      this.#flags = { ...outcome(result, bits), carry: value !== 0n, overflow: least };
      this.#set(rm, bytes, result);
    } else if (bytes === 1) throw this.#unknown(0xf6);
    else if (kind < 6) this.#wideMultiply(kind === 5, value, bytes);
    else this.#divide(kind === 7, value, bytes);
    return undefined;
  }

  #wideMultiply(isSigned: boolean, value: bigint, bytes: number): void {
    const as = (v: bigint) => (isSigned ? this.#signed(v, bytes) : v);
    const bits = 8 * bytes;
    const exact = as(this.#get({ register: 0 }, bytes)) * as(value);
    const low = BigInt.asUintN(bits, exact);
    this.#set({ register: 0 }, bytes, low);
    this.#set({ register: 2 }, bytes, BigInt.asUintN(bits, exact >> BigInt(bits)));
    const lost = exact !== as(low);
    this.#flags = { ...outcome(low, bits), carry: lost, overflow: lost };
  }

  #divide(isSigned: boolean, divisor: bigint, bytes: number): void {
    const bits = BigInt(8 * bytes);
    const high = this.#get({ register: 2 }, bytes);
    const whole = (high << bits) | this.#get({ register: 0 }, bytes);
    const [a, b] = isSigned
      ? [BigInt.asIntN(2 * Number(bits), whole), this.#signed(divisor, bytes)]
      : [whole, divisor];
    if (b === 0n) throw new Fault(address(this.#pc), 'a division by zero');
    this.#set({ register: 0 }, bytes, a / b);
    this.#set({ register: 2 }, bytes, a % b);
    this.#flags = undefined;
  }

  /** inc 0, dec 1, call 2, jmp 4, push 6. */
  #indirect(): Stop | undefined {
    const { reg, rm } = this.#modrm(0);
    const size = this.#operandSize;
    const kind = reg & 7;
    if (kind === 2) return { kind: 'call', returnTo: address(this.#pc) };
    if (kind === 6) return this.#push(this.#get(rm, 8));
    if (kind === 4) {
      this.#pc = Number(this.#get(rm, 8));
      return undefined;
    }
    if (kind > 1) throw this.#unknown(0xff);
    const carry = this.#flags?.carry;
    this.#arithmetic(kind === 0 ? 0 : 5, rm, this.#get(rm, size), 1n, size);
    if (this.#flags) this.#flags.carry = carry ?? false;
    return undefined;
  }

  #push(value: bigint): undefined {
    this.#registers[RSP] = this.#registers[RSP]! - 8n;
    this.#write(Number(this.#registers[RSP]), 8, value);
    return undefined;
  }

  #jumpIf(condition: number, distance: number, isWanted: (target: Address) => boolean): Stop | undefined {
    const target = address(this.#pc + distance);
    if (isWanted(target)) return { kind: 'branch', target };
    if (this.#condition(condition)) this.#pc = target;
    return undefined;
  }

  #condition(code: number): boolean {
    const flags = this.#flags;
    if (!flags) throw new Fault(address(this.#pc), 'the flags are not known');
    const { carry, zero, sign, overflow, parity } = flags;
    const holds = [
      overflow,
      carry,
      zero,
      carry || zero,
      sign,
      parity,
      sign !== overflow,
      zero || sign !== overflow,
    ][code >> 1]!;
    return code & 1 ? !holds : holds;
  }

  /** Number of the register in the low bits of an opcode. */
  #low(op: number): number {
    return (op & 7) | (this.#rex & 1 ? 8 : 0);
  }

  /** ModRM, SIB and displacement. `immediate`: bytes that follow, for addresses relative to rip. */
  #modrm(immediate: number): { readonly reg: number; readonly rm: Operand } {
    const byte = this.#fetch(1);
    const reg = ((byte >> 3) & 7) | (this.#rex & 4 ? 8 : 0);
    const mode = byte >> 6;
    const low = byte & 7;
    if (mode === 3) return { reg, rm: { register: low | (this.#rex & 1 ? 8 : 0) } };
    let base = 0n;
    let relative = false;
    if (low === 4) base = this.#scaled(mode);
    else if (low === RBP && mode === 0) relative = true;
    else base = this.#registers[low | (this.#rex & 1 ? 8 : 0)]!;
    const sibWithout = low === 4 && mode === 0 && this.#sibBase === RBP;
    const offset =
      mode === 1 ? this.#fetchSigned(1) : mode === 2 || relative || sibWithout ? this.#fetchSigned(4) : 0;
    if (relative) base = BigInt(this.#pc + immediate);
    const sum = BigInt.asUintN(64, base + BigInt(offset));
    return { reg, rm: { at: Number(sum), sum } };
  }

  #sibBase = 0;

  #scaled(mode: number): bigint {
    const sib = this.#fetch(1);
    const index = ((sib >> 3) & 7) | (this.#rex & 2 ? 8 : 0);
    this.#sibBase = sib & 7;
    const hasBase = !(mode === 0 && this.#sibBase === RBP);
    const base = hasBase ? this.#registers[this.#sibBase | (this.#rex & 1 ? 8 : 0)]! : 0n;
    return base + (index === RSP ? 0n : this.#registers[index]! << BigInt(sib >> 6));
  }

  #get(operand: Operand, bytes: number): bigint {
    if ('at' in operand) return this.#read(operand.at, bytes);
    // Without a prefix, ah to bh are meant, which V8 does not use.
    if (bytes === 1 && operand.register >= 4 && operand.register < 8 && this.#rex === 0)
      throw this.#unknown(0);
    return BigInt.asUintN(8 * bytes, this.#registers[operand.register]!);
  }

  #set(operand: Operand, bytes: number, value: bigint): void {
    if ('at' in operand) {
      this.#write(operand.at, bytes, value);
      return;
    }
    const { register } = operand;
    // Four bytes clear the upper half; one or two leave the rest.
    if (bytes >= 4) this.#registers[register] = BigInt.asUintN(8 * bytes, value);
    else if (bytes === 1) this.#setByte(register, value);
    else this.#merge(register, 16, value);
  }

  #setByte(register: number, value: bigint): undefined {
    if (register >= 4 && register < 8 && this.#rex === 0) throw this.#unknown(0);
    this.#merge(register, 8, value);
    return undefined;
  }

  #merge(register: number, bits: number, value: bigint): void {
    const old = this.#registers[register]!;
    this.#registers[register] = ((old >> BigInt(bits)) << BigInt(bits)) | BigInt.asUintN(bits, value);
  }

  #signed(value: bigint, bytes: number): bigint {
    return BigInt.asIntN(8 * bytes, value);
  }

  #read(where: number, bytes: number): bigint {
    const start = Math.floor(where / 8) * 8;
    const shift = BigInt(8 * (where - start));
    let words = this.#word(start);
    if (where + bytes > start + 8) words |= this.#word(start + 8) << 64n;
    return BigInt.asUintN(8 * bytes, words >> shift);
  }

  #write(where: number, bytes: number, value: bigint): void {
    const start = Math.floor(where / 8) * 8;
    const shift = BigInt(8 * (where - start));
    const mask = ((1n << BigInt(8 * bytes)) - 1n) << shift;
    const crosses = where + bytes > start + 8;
    const old = this.#word(start) | (crosses ? this.#word(start + 8) << 64n : 0n);
    const next = (old & ~mask) | ((value << shift) & mask);
    this.#written.set(start, BigInt.asUintN(64, next));
    if (crosses) this.#written.set(start + 8, next >> 64n);
  }

  #word(start: number): bigint {
    return this.#written.get(start) ?? this.#memory.u64(address(start));
  }

  #fetch(bytes: 1): number {
    const value = this.#memory.u8(address(this.#pc));
    this.#pc += bytes;
    return value;
  }

  #fetchSigned(bytes: number): number {
    const data = this.#memory.bytes(address(this.#pc), bytes);
    this.#pc += bytes;
    return data.readIntLE(0, bytes);
  }

  /** Of a `mov` to a register: as long as the register. */
  #immediate(bytes: number): bigint {
    const value = this.#memory.bytes(address(this.#pc), bytes);
    this.#pc += bytes;
    return bytes === 8 ? value.readBigUInt64LE(0) : BigInt(value.readUIntLE(0, bytes));
  }

  #unknown(op: number): Fault {
    return new Fault(address(this.#pc), `instruction ${op.toString(16)} is not known`);
  }
}

function outcome(value: bigint, bits: number): Pick<Flags, 'zero' | 'sign' | 'parity'> {
  let low = Number(value & 255n);
  low ^= low >> 4;
  low ^= low >> 2;
  low ^= low >> 1;
  return { zero: value === 0n, sign: value >> BigInt(bits - 1) === 1n, parity: (low & 1) === 0 };
}

/** Each half all ones where the two are equal, else zero. */
function equalHalves(a: bigint, b: bigint): bigint {
  const difference = a ^ b;
  const low = (difference & 0xffff_ffffn) === 0n ? 0xffff_ffffn : 0n;
  return difference >> 32n === 0n ? low | (0xffff_ffffn << 32n) : low;
}

const scratch = new DataView(new ArrayBuffer(8));

function toDouble(bits: bigint): number {
  scratch.setBigUint64(0, bits);
  return scratch.getFloat64(0);
}

function fromDouble(value: number): bigint {
  scratch.setFloat64(0, value);
  return scratch.getBigUint64(0);
}
