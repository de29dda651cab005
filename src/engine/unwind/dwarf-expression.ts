import { Fault } from '../absence.ts';
import { type Address, address, at } from '../address.ts';
import type { Memory } from '../memory/memory.ts';
import { DwarfReader } from './dwarf-reader.ts';
import type { Registers } from './registers.ts';

const MAX_STEPS = 10_000;
const MAX_DEPTH = 256;

/**
 * Evaluates a DWARF expression (DWARF 5, section 2.5) over a frame's registers, as CFA programs use them;
 * `initial` is pushed first (the CFA, for DW_CFA_expression). Throws a Fault if it cannot.
 */
export function evaluate(
  memory: Memory,
  block: { readonly start: Address; readonly end: Address },
  registers: Registers,
  initial: Address | undefined,
): bigint {
  const machine = new Machine(memory, block, registers);
  if (initial !== undefined) machine.push(BigInt(initial));
  return machine.run();
}

class Machine {
  readonly #memory: Memory;
  readonly #reader: DwarfReader;
  readonly #start: Address;
  readonly #registers: Registers;
  readonly #stack: bigint[] = [];

  constructor(memory: Memory, block: { start: Address; end: Address }, registers: Registers) {
    this.#memory = memory;
    this.#reader = new DwarfReader(memory, block.start, block.end);
    this.#start = block.start;
    this.#registers = registers;
  }

  push(value: bigint): void {
    if (this.#stack.length >= MAX_DEPTH)
      throw new Fault(this.#start, 'a DWARF expression overflows its stack');
    this.#stack.push(BigInt.asUintN(64, value));
  }

  run(): bigint {
    for (let steps = 0; !this.#reader.atEnd; steps++) {
      if (steps > MAX_STEPS) throw new Fault(this.#start, 'a DWARF expression that does not end');
      this.#step(this.#reader.u8());
    }
    return this.#pop();
  }

  #pop(): bigint {
    const value = this.#stack.pop();
    if (value === undefined) throw new Fault(this.#start, 'a DWARF expression takes from an empty stack');
    return value;
  }

  #peek(depth: number): bigint {
    const value = this.#stack[this.#stack.length - 1 - depth];
    if (value === undefined) throw new Fault(this.#start, 'a DWARF expression looks below its stack');
    return value;
  }

  #step(op: number): void {
    if (op >= 0x30 && op <= 0x4f) this.push(BigInt(op - 0x30));
    else if (op >= 0x70 && op <= 0x8f) this.#register(op - 0x70);
    else if (op === 0x92) this.#register(this.#reader.uleb());
    else if (op >= 0x08 && op <= 0x11) this.push(this.#constant(op));
    else if (!(this.#stackOperation(op) || this.#unary(op) || this.#binary(op))) {
      throw new Fault(this.#start, `DWARF operation 0x${op.toString(16)} in call frame information`);
    }
  }

  /** DW_OP_breg*: a register plus an offset. */
  #register(register: number): void {
    const value = this.#registers.get(register);
    if (value === undefined) throw new Fault(this.#start, `register ${register} is not known here`);
    this.push(value + BigInt(this.#reader.sleb()));
  }

  /** DW_OP_const1u (0x08) to DW_OP_consts (0x11). */
  #constant(op: number): bigint {
    const reader = this.#reader;
    switch (op) {
      case 0x08:
        return BigInt(reader.u8());
      case 0x09:
        return BigInt((reader.u8() << 24) >> 24);
      case 0x0a:
        return BigInt(reader.u16());
      case 0x0b:
        return BigInt((reader.u16() << 16) >> 16);
      case 0x0c:
        return BigInt(reader.u32());
      case 0x0d:
        return BigInt(reader.u32() | 0);
      case 0x0e:
      case 0x0f:
        return reader.u64();
      case 0x10:
        return BigInt(reader.uleb());
      default:
        return BigInt(reader.sleb());
    }
  }

  /** Operations that move things; false if `op` is none of them. */
  #stackOperation(op: number): boolean {
    const reader = this.#reader;
    const stack = this.#stack;
    switch (op) {
      case 0x03: // DW_OP_addr
        this.push(reader.u64());
        return true;
      case 0x12: // dup
        this.push(this.#peek(0));
        return true;
      case 0x13: // drop
        this.#pop();
        return true;
      case 0x14: // over
        this.push(this.#peek(1));
        return true;
      case 0x15: // pick
        this.push(this.#peek(reader.u8()));
        return true;
      case 0x16: {
        // swap
        const [b, a] = [this.#pop(), this.#pop()];
        stack.push(b, a);
        return true;
      }
      case 0x17: {
        // rot
        const [c, b, a] = [this.#pop(), this.#pop(), this.#pop()];
        stack.push(c, a, b);
        return true;
      }
      case 0x28: // bra
      case 0x2f: {
        // skip
        const offset = (reader.u16() << 16) >> 16;
        if (op === 0x2f || this.#pop() !== 0n) this.#jump(offset);
        return true;
      }
      case 0x96: // nop
        return true;
      default:
        return false;
    }
  }

  #jump(offset: number): void {
    const target = at(this.#reader.position, offset);
    if (target < this.#start || target > this.#reader.end) {
      throw new Fault(this.#start, 'a DWARF expression jumps out of itself');
    }
    this.#reader.position = target;
  }

  #unary(op: number): boolean {
    switch (op) {
      case 0x06: // deref
        this.push(this.#memory.u64(address(Number(this.#pop()))));
        return true;
      case 0x94: {
        // deref_size
        const size = this.#reader.u8();
        const where = address(Number(this.#pop()));
        if (size < 1 || size > 8) throw new Fault(this.#start, `a DWARF read of ${size} bytes`);
        this.push(BigInt(this.#memory.bytes(where, size).readUIntLE(0, Math.min(size, 6))));
        return true;
      }
      case 0x19: {
        // abs
        const value = signed(this.#pop());
        this.push(value < 0n ? -value : value);
        return true;
      }
      case 0x1f: // neg
        this.push(-this.#pop());
        return true;
      case 0x20: // not
        this.push(~this.#pop());
        return true;
      case 0x23: // plus_uconst
        this.push(this.#pop() + BigInt(this.#reader.uleb()));
        return true;
      default:
        return false;
    }
  }

  #binary(op: number): boolean {
    if (!((op >= 0x1a && op <= 0x27) || (op >= 0x29 && op <= 0x2e))) return false;
    const b = this.#pop();
    const a = this.#pop();
    this.push(this.#combine(op, a, b));
    return true;
  }

  #combine(op: number, a: bigint, b: bigint): bigint {
    switch (op) {
      case 0x1a: // and
        return a & b;
      case 0x1b: // div
        if (b === 0n) throw new Fault(this.#start, 'a DWARF expression divides by zero');
        return signed(a) / signed(b);
      case 0x1c: // minus
        return a - b;
      case 0x1d: // mod
        if (b === 0n) throw new Fault(this.#start, 'a DWARF expression divides by zero');
        return a % b;
      case 0x1e: // mul
        return a * b;
      case 0x21: // or
        return a | b;
      case 0x22: // plus
        return a + b;
      case 0x24: // shl
        return b < 64n ? a << b : 0n;
      case 0x25: // shr
        return b < 64n ? a >> b : 0n;
      case 0x26: // shra
        return signed(a) >> (b < 64n ? b : 63n);
      case 0x27: // xor
        return a ^ b;
      case 0x29: // eq
        return a === b ? 1n : 0n;
      case 0x2a: // ge
        return signed(a) >= signed(b) ? 1n : 0n;
      case 0x2b: // gt
        return signed(a) > signed(b) ? 1n : 0n;
      case 0x2c: // le
        return signed(a) <= signed(b) ? 1n : 0n;
      case 0x2d: // lt
        return signed(a) < signed(b) ? 1n : 0n;
      case 0x2e: // ne
        return a !== b ? 1n : 0n;
      default:
        // 0x23 and 0x1f, 0x20 are unary and were handled before.
        throw new Fault(this.#start, `DWARF operation 0x${op.toString(16)}`);
    }
  }
}

function signed(value: bigint): bigint {
  return BigInt.asIntN(64, value);
}
