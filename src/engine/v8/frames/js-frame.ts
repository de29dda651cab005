import type { Tagged } from '../../address.ts';
import type { Tier } from '../../contract.ts';
import type { Value } from '../inspect.ts';
import type { Isolate } from '../isolate.ts';

/** What V8 knows of a frame of WebAssembly. */
export interface WasmFrame {
  /** Of the function in its module. */
  readonly index: number;
  /** Of the call, in bytes from the start of the module; undefined if unknown. */
  readonly offset: number | undefined;
  /** What V8 calls the module: "wasm://wasm/9bd6c002". */
  readonly url: string | undefined;
  readonly inlined: boolean;
}

/** What V8 knows of a JavaScript frame. */
export interface JsFrame {
  readonly isolate: Isolate;
  readonly tier: Tier | undefined;
  readonly inlined: boolean;
  /** JSFunction, or undefined where only the SharedFunctionInfo is known (some inlined frames). */
  readonly function: Tagged | undefined;
  readonly sharedFunctionInfo: Tagged;
  /** Script object, or undefined for builtins. */
  readonly script: Tagged | undefined;
  /** The script's URL or path as V8 has it. */
  readonly url: string | undefined;
  /** 1-based, of the call or the throw; undefined if unknown. */
  readonly position: { readonly line: number; readonly column: number; readonly offset: number } | undefined;
  /** The current context (the block's, not only the function's). */
  readonly context: Value;
  readonly receiver: Value;
  /** Actual arguments, without the receiver. */
  readonly args: readonly Value[];
  /** Formal parameter `index` as it is now, also one that the caller did not pass; undefined if unknown. */
  parameter?(index: number): Value | undefined;
  readonly bytecodeArray: Tagged | undefined;
  readonly bytecodeOffset: number | undefined;
  /** The interpreter register r<index>; for optimized frames from the deoptimization translation. */
  register(index: number): Value;
  readonly registerCount: number;
  /** What must be said of its variables, for people. */
  readonly note?: string | undefined;
}
