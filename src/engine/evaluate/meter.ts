import type { Limits } from './environment.ts';
import { cancelled, refused } from './refusal.ts';

const DEFAULT_DEADLINE = 5000;
/** Milliseconds after which an evaluation lets others run. */
const SLICE = 20;
/** Steps between two looks at the clock. */
const CLOCK_MASK = 255;
/** Bytes, roughly, that one evaluation may build. */
const MAX_ALLOCATION = 256 * 2 ** 20;
/** Characters of one string. */
export const MAX_STRING = 64 * 2 ** 20;
const MAX_DEPTH = 400;

/** Bounds one evaluation in time, memory and depth. */
export class Meter {
  readonly #deadlineMs: number;
  readonly #signal: AbortSignal | undefined;
  #end: number;
  #slice: number;
  #steps = 0;
  #allocated = 0;
  #depth = 0;

  constructor(limits: Limits = {}) {
    this.#deadlineMs = limits.deadlineMs ?? DEFAULT_DEADLINE;
    this.#signal = limits.signal;
    const now = performance.now();
    this.#end = now + this.#deadlineMs;
    this.#slice = now + SLICE;
  }

  /** Counts a step; true if it is time to yield. Throws when the time is over. */
  tick(): boolean {
    return (++this.#steps & CLOCK_MASK) === 0 && this.check();
  }

  /** Looks at the clock at once. */
  check(): boolean {
    const now = performance.now();
    if (this.#signal?.aborted) throw cancelled('the evaluation was cancelled');
    if (now > this.#end) throw cancelled(`the evaluation was stopped after ${this.#deadlineMs / 1000} s`);
    return now > this.#slice;
  }

  /** Starts a new slice after a pause. */
  resume(): void {
    this.#slice = performance.now() + SLICE;
  }

  /** Milliseconds until the deadline, at least 1. */
  get remaining(): number {
    return Math.max(1, Math.floor(this.#end - performance.now()));
  }

  /** Counts what is built: `bytes` is an estimate. */
  allocate(bytes: number): void {
    this.#allocated += bytes;
    if (!(this.#allocated <= MAX_ALLOCATION)) throw refused('the result would take too much memory');
  }

  /** Checks and counts a string of `length` characters before it is built, of which `added` are new. */
  text(length: number, added = length): void {
    if (!(length <= MAX_STRING)) throw refused(`a string of ${length} characters is too long to build`);
    this.allocate(added);
  }

  enter(): void {
    if (++this.#depth > MAX_DEPTH) throw refused(`calls are nested more than ${MAX_DEPTH} deep`);
  }

  leave(): void {
    this.#depth--;
  }
}
