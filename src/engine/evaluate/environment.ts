import type { Absence } from '../absence.ts';
import type { Address } from '../address.ts';
import type { Inspector, Value } from '../v8/inspect.ts';

/** What an expression is evaluated over: one isolate of a dump, mostly at one frame of its stack. */
export interface Environment {
  readonly inspector: Inspector;
  /**
   * A name of the frame's scopes, innermost first, then a data property of the global object; undefined if
   * there is none. Global accessors are found through `globalObject`.
   */
  lookup(name: string): Value | undefined;
  /** All names that `lookup` finds, for completions; need not be complete. */
  names?(): Iterable<string>;
  /** The global object, from which literals take their prototypes; without it they have the language's. */
  readonly globalObject?: Value | undefined;
  readonly thisValue: Value;
  /** What `$frame` shows; undefined where there is no frame. */
  readonly frame?: FrameDescription | undefined;
  /** The heap object at an address, tagged or untagged. */
  objectAt(address: Address): Value | Absence;
  /** Bytes of the dumped memory; without it the content of buffers is not evaluated. */
  bytes?(address: Address, length: number): Uint8Array | Absence;
  readonly limits?: Limits | undefined;
}

export interface Limits {
  /** Milliseconds, 5000 without it. */
  readonly deadlineMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** `$frame`: each key is a property. */
export interface FrameDescription {
  readonly function: Value | undefined;
  readonly functionName: string | undefined;
  readonly url: string | undefined;
  /** 1-based. */
  readonly line: number | undefined;
  readonly column: number | undefined;
  readonly receiver: Value | undefined;
  readonly arguments: readonly Value[];
  readonly kind: string;
  readonly tier: string | undefined;
}
