import { Fault } from '../absence.ts';
import { type Address, address } from '../address.ts';
import { decode, type Instruction } from '../emulation/arm64/instruction.ts';
import { Arm64State, Next, SP } from '../emulation/arm64/state.ts';
import { GuestMemory } from '../emulation/guest-memory.ts';
import type { Memory } from '../memory/memory.ts';
import { arm64 } from './arm64.ts';
import { isCall } from './arm64-code.ts';
import { MAX_STEPS, type Machine, type Stop } from './machine.ts';
import type { Registers } from './registers.ts';

const VECTORS = 32;
const HIGH = 0x1_0000_0000;

/** A thread of AArch64; anything that the emulation does not know is a Fault, and so is what is not known. */
export class Arm64Machine implements Machine {
  readonly #memory: GuestMemory;
  readonly #state: Arm64State;
  readonly #decoded = new Map<number, Instruction>();
  readonly #hasVectors: boolean;
  #pc: number;

  /** `vectors` are the registers v0 to v31, as far as they are known, `flags` the processor's state (SPSR). */
  constructor(memory: Memory, registers: Registers, flags: bigint, vectors: Buffer | undefined) {
    this.#memory = new GuestMemory(memory);
    this.#state = new Arm64State(this.#memory, 0);
    for (let n = 0; n <= arm64.sp; n++) {
      const value = registers.get(n);
      if (value === undefined) throw new Fault(registers.pc, 'not all registers are known');
      // The stack pointer comes behind the others here, too.
      this.#state.set(n === arm64.sp ? SP : 2 * n, 8, low(value), high(value));
    }
    this.#state.setFlags(Number((flags >> 28n) & 15n));
    this.#hasVectors = vectors !== undefined;
    for (let i = 0; vectors && i < 4 * VECTORS; i++) this.#state.words[i] = vectors.readInt32LE(4 * i);
    this.#pc = registers.pc;
  }

  get fp(): Address {
    return address(this.#state.number(2 * arm64.fp));
  }

  register(number: number): bigint {
    return joined(this.#state.registers[2 * (number & 31)]!, this.#state.registers[2 * (number & 31) + 1]!);
  }

  double(number: number): bigint | undefined {
    const { words } = this.#state;
    const at = 4 * (number & 31);
    return this.#hasVectors ? joined(words[at]!, words[at + 1]!) : undefined;
  }

  u64(where: Address): bigint {
    const lower = this.#memory.i64(where | 0, Math.floor(where / HIGH));
    return joined(lower, this.#memory.high);
  }

  run(isWanted: (target: Address) => boolean): Stop {
    const state = this.#state;
    for (let n = 0; n < MAX_STEPS; n++) {
      const i = this.#at(this.#pc);
      if (isCall(i.word)) return { kind: 'call', returnTo: address(i.pc + 4) };
      const passed = i.isBranch && !isJump(i.word) ? this.#passing(i, isWanted) : undefined;
      if (passed) return passed;
      i.run(i, state);
      if (!i.isBranch || state.next === Next.following) this.#pc += 4;
      else if (state.next === Next.jump) this.#pc = i.target;
      else this.#pc = (state.targetHigh >>> 0) * HIGH + (state.targetLow >>> 0);
    }
    throw new Fault(address(this.#pc), 'nothing was met for long');
  }

  /** The stop at a conditional branch to a place that is wanted, or at one around a jump to such a place, which is far then. */
  #passing(i: Instruction, isWanted: (target: Address) => boolean): Stop | undefined {
    const next = i.target === i.pc + 8 ? this.#at(i.pc + 4) : undefined;
    const far = next && isJump(next.word) ? address(next.target) : undefined;
    const target = far !== undefined && isWanted(far) ? far : address(i.target);
    if (!isWanted(target)) return undefined;
    this.#pc = target === far ? i.pc + 8 : i.pc + 4;
    return { kind: 'branch', target };
  }

  #at(pc: number): Instruction {
    let i = this.#decoded.get(pc);
    if (!i) {
      i = decode(this.#memory.i32(pc | 0, Math.floor(pc / HIGH)), pc);
      this.#decoded.set(pc, i);
    }
    return i;
  }
}

/** b, br, ret */
function isJump(word: number): boolean {
  return word >>> 26 === 0x05 || (word & 0xff9ffc1f) >>> 0 === 0xd61f0000;
}

function low(value: bigint): number {
  return Number(BigInt.asIntN(32, value));
}

function high(value: bigint): number {
  return Number(BigInt.asIntN(32, value >> 32n));
}

function joined(lower: number, upper: number): bigint {
  return BigInt.asUintN(32, BigInt(lower)) | (BigInt.asUintN(32, BigInt(upper)) << 32n);
}
