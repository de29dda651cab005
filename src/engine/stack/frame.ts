import type { Address } from '../address.ts';
import type { FrameKind } from '../contract.ts';
import type { Module } from '../modules/module.ts';
import type { JsFrame, WasmFrame } from '../v8/frames/js-frame.ts';

/**
 * One frame of a thread's mixed stack, innermost first. An inlined JavaScript function is a frame of its
 * own that shares `pc`, `fp` and `sp` with the physical frame that it was inlined into.
 */
export interface StackFrame {
  readonly kind: FrameKind;
  readonly functionName: string | undefined;
  readonly pc: Address;
  /** Frame pointer and stack pointer of the physical frame; undefined where unwinding did not need them. */
  readonly fp: Address | undefined;
  readonly sp: Address;
  readonly module: Module | undefined;
  /** Set where the frame was found by the frame pointer, for want of CFI. */
  readonly guessed: boolean;
  readonly js: JsFrame | undefined;
  readonly wasm?: WasmFrame | undefined;
}

/** A thread's whole stack. */
export interface ThreadStack {
  readonly tid: number;
  readonly frames: readonly StackFrame[];
  /** Why it ends where it does, for people. */
  readonly end: string;
  /** False if it could not be followed to where the thread started. */
  readonly complete: boolean;
}
