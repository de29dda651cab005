import type { Address } from '../address.ts';

/** Where running on came to an end. */
export type Stop =
  /** Before a jump to a place that was asked for, taken or not. */
  | { readonly kind: 'branch'; readonly target: Address }
  /** Before a call. */
  | { readonly kind: 'call'; readonly returnTo: Address };

/** Runs a thread's instructions on for a short way, on copies of its registers and of memory. */
export interface Machine {
  readonly fp: Address;
  /** General register by the processor's own number. */
  register(number: number): bigint;
  /** Low half of a vector register; undefined if not known. */
  double(number: number): bigint | undefined;
  /** Memory as it is now. Throws a Fault. */
  u64(where: Address): bigint;
  /** Runs on to the first stop. Throws a Fault if there is none near, or an instruction is not known. */
  run(isWanted: (target: Address) => boolean): Stop;
}

/** Instructions in which a stop must come. */
export const MAX_STEPS = 5000;
