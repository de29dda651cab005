import type { GuestMemory } from './guest-memory.ts';

/** Functions that stand in for the guest's have addresses from here on. */
export const STAND_INS = 2 ** 52;

/** Instruction sets that can be run. */
export type InstructionSet = 'x64' | 'arm64';

/** Runs functions of a dumped process, as callers and stand-ins see it. */
export interface Processor {
  readonly memory: GuestMemory;
  /** Instructions that were run. */
  steps: number;
  /** Calls that were left out since they faulted. */
  readonly failures: number;
  /** Argument `n` of the function that is being called. */
  argument(n: number): number;
  /** Sets the second half of a result that takes two registers. */
  setSecondResult(value: number): void;
  /** Calls a function; returns its result. Throws a Fault. */
  call(target: number, ...args: readonly number[]): number;
}

/** Stands for code of the guest; returns its result. */
export type StandIn = (processor: Processor) => number;

/** How functions are called: System V's or Microsoft's convention, or the one of AArch64. */
export type CallingConvention = 'system-v' | 'microsoft' | 'aapcs64';

/** What is around the code of the guest. */
export interface Surroundings {
  /** What stands in for code, by addresses from STAND_INS on. */
  readonly standIns: ReadonlyMap<number, StandIn>;
  /** Address of the thread's own storage. */
  readonly threadBase: number;
  readonly convention: CallingConvention;
}
