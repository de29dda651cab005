import type { NodeOrdinal } from './types.ts';

/** A variable of a function that was running when the dump was taken, by the object that it holds. */
export interface StackVariable {
  readonly node: NodeOrdinal;
  /** Null where optimized code does not tell which of the function's variables it is. */
  readonly name: string | null;
  /** The function, if it is a node. */
  readonly closure: NodeOrdinal | null;
}
