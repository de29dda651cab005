import { Fault } from '../../absence.ts';
import { address } from '../../address.ts';
import type { GuestMemory } from '../guest-memory.ts';
import { type Processor, STAND_INS, type Surroundings } from '../processor.ts';
import { SafeCalls } from '../safe-calls.ts';
import { decode, type Instruction } from './instruction.ts';
import { Arm64State, LINK, Next, SP } from './state.ts';

const HIGH = 0x1_0000_0000;
/** Registers that a callee gives back unchanged: x19 to fp, and sp (AAPCS64, 6.1.1). */
const PRESERVED = [19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 31];
/** Words of the vector registers of which it gives the lower halves back: v8 to v15. */
const PRESERVED_WORDS = [4 * 8, 4 * 16] as const;
const RESULT = 0;
const SECOND_RESULT = 2;
/** Upper half of the address to which a call returns that is over; no code is there. */
const RETURNED = 2 ** 19;
const STAND_INS_HIGH = STAND_INS / HIGH;

/** A call by a pointer: where it would have come back to, and with what. */
interface Safe {
  readonly after: number;
  readonly registers: Int32Array;
  readonly words: Int32Array;
}

/**
 * Runs functions of a dumped process on copies of its memory (`GuestMemory`): the instructions of A64 that compilers
 * use (Arm ARM, C4). Nothing that it does leaves it: system calls are Faults, as are instructions that are not known.
 */
export class Arm64Processor implements Processor {
  readonly memory: GuestMemory;
  steps = 0;
  readonly #surroundings: Surroundings;
  readonly #state: Arm64State;
  readonly #decoded = new Map<number, Instruction>();
  readonly #maxSteps: number;
  readonly #safe = new SafeCalls<Safe>();

  constructor(memory: GuestMemory, surroundings: Surroundings, maxSteps: number) {
    this.memory = memory;
    this.#surroundings = surroundings;
    this.#maxSteps = maxSteps;
    this.#state = new Arm64State(memory, surroundings.threadBase);
    this.#state.setNumber(SP, memory.stackTop - 64);
  }

  get failures(): number {
    return this.#safe.failures;
  }

  argument(n: number): number {
    return this.#state.number(2 * n);
  }

  setSecondResult(value: number): void {
    this.#state.setNumber(SECOND_RESULT, value);
  }

  call(target: number, ...args: readonly number[]): number {
    const state = this.#state;
    const stack = state.number(SP);
    for (const [n, value] of args.entries()) state.setNumber(2 * n, value);
    state.set(LINK, 8, 0, RETURNED);
    this.#safe.clear();
    try {
      this.#run(target);
    } finally {
      state.setNumber(SP, stack);
    }
    return state.number(RESULT);
  }

  #run(target: number): void {
    let begin = target;
    for (;;) {
      try {
        this.#loop(this.#at(begin));
        return;
      } catch (error) {
        if (this.steps >= this.#maxSteps) throw error;
        const safe = this.#safe.leaveOut(error);
        this.#state.registers.set(safe.registers);
        this.#state.words.set(safe.words, PRESERVED_WORDS[0]);
        begin = safe.after;
      }
    }
  }

  #loop(first: Instruction): void {
    const state = this.#state;
    let i = first;
    for (;;) {
      if (++this.steps > this.#maxSteps) throw new Fault(address(i.pc), 'there is no end to it');
      i.run(i, state);
      if (!i.isBranch || state.next === Next.following) i = i.following ?? this.#following(i);
      else if (state.next === Next.jump) i = i.taken ?? this.#jumped(i);
      else if (this.#leadsToStandIn(i)) i = i.following ?? this.#following(i);
      else {
        if (state.targetHigh === RETURNED) return;
        const isSame = i.takenLow === state.targetLow && i.takenHigh === state.targetHigh;
        i = (isSame && i.taken) || this.#retargeted(i);
      }
    }
  }

  #following(i: Instruction): Instruction {
    i.following = this.#at(i.pc + 4);
    return i.following;
  }

  #jumped(i: Instruction): Instruction {
    i.taken = this.#at(i.target);
    return i.taken;
  }

  /** The instruction that a branch by a register leads to. */
  #retargeted(i: Instruction): Instruction {
    const { targetLow, targetHigh } = this.#state;
    i.takenLow = targetLow;
    i.takenHigh = targetHigh;
    i.taken = this.#at((targetHigh >>> 0) * HIGH + (targetLow >>> 0));
    return i.taken;
  }

  #at(pc: number): Instruction {
    let i = this.#decoded.get(pc);
    if (!i) {
      i = decode(this.memory.i32(pc | 0, Math.floor(pc / HIGH)), pc);
      this.#decoded.set(pc, i);
    }
    return i;
  }

  /** True if a branch by a register was a call of what stands in, which is over then. */
  #leadsToStandIn(i: Instruction): boolean {
    const state = this.#state;
    const { next } = state;
    if (next === Next.return) this.#return();
    else if (state.targetHigh >= STAND_INS_HIGH) {
      const standIn = this.#surroundings.standIns.get(state.targetHigh * HIGH + (state.targetLow >>> 0));
      if (!standIn) throw new Fault(address(i.pc), 'a branch leads to where nothing is');
      state.setNumber(RESULT, standIn(this));
      if (next === Next.call) return true;
      state.targetLow = state.registers[LINK]!;
      state.targetHigh = state.registers[LINK + 1]!;
      this.#return();
    } else if (next === Next.call)
      this.#safe.begin({
        after: i.pc + 4,
        registers: this.#preserved(),
        words: state.words.slice(...PRESERVED_WORDS),
      });
    return false;
  }

  /** Calls that may be left out, and are over now. */
  #return(): void {
    const { targetLow, targetHigh, registers } = this.#state;
    const safe = this.#safe.innermost;
    if (
      safe &&
      safe.after === (targetHigh >>> 0) * HIGH + (targetLow >>> 0) &&
      safe.registers[SP] === registers[SP] &&
      safe.registers[SP + 1] === registers[SP + 1]
    )
      this.#safe.end();
  }

  #preserved(): Int32Array {
    const { registers } = this.#state;
    const copy = new Int32Array(registers.length);
    for (const r of PRESERVED) {
      copy[2 * r] = registers[2 * r]!;
      copy[2 * r + 1] = registers[2 * r + 1]!;
    }
    return copy;
  }
}
