import { attemptOr } from '../absence.ts';
import { type Address, address, at } from '../address.ts';
import type { Memory } from '../memory/memory.ts';
import type { Registers } from '../unwind/registers.ts';
import type { CodeSite } from '../v8/frames/code-site.ts';

/** What a function returns to that was interrupted anywhere, also in its prologue or epilogue. */
export interface Leaf {
  /** Undefined if it cannot be read. */
  readonly returnAddress: bigint | undefined;
  /** The caller's stack pointer, behind the return. */
  readonly callerSp: Address;
  readonly callerFp: bigint;
  /** True before the function has done anything: its arguments are where the caller left them. */
  readonly atEntry: boolean;
}

/** The innermost frame of a thread, as far as it is known. */
export interface Interrupted {
  readonly memory: Memory;
  readonly site: CodeSite;
  readonly registers: Registers;
  /** Tells whether the frame at the frame pointer is the function's own, as far as its content says. */
  ownsFrame(): boolean;
  isCode(pc: Address): boolean;
}

/** Words above the stack pointer among which a frameless function's return address is looked for. */
const MAX_WORDS = 64;

/** Furthest that the instructions of a prologue are looked for, in bytes from the function's start. */
const PROLOGUE = 128;

/**
 * How many bytes from the start of its code tell where the interrupted function sets up its frame: in code that was made
 * for a JavaScript function it always does; builtins may have returned before, so only what is behind them counts.
 */
export function prologueBytes(site: Exclude<CodeSite, { kind: 'unknown' }>): number {
  return Math.min(PROLOGUE, site.kind === 'code' ? site.code.size : site.offset + 4);
}

/** A leaf whose return address is on the stack. */
export function leafAt(memory: Memory, returnSlot: Address, callerFp: bigint, atEntry: boolean): Leaf {
  return { returnAddress: readAt(memory, returnSlot), callerSp: at(returnSlot, 8), callerFp, atEntry };
}

/**
 * True while the fixed part of a frame is being pushed: context, function and argument count, for the
 * interpreter also bytecode array and offset; for stubs the type marker. `size` is that of the frame so far.
 */
export function isBeingBuilt(site: CodeSite, size: number): boolean {
  if (site.kind === 'unknown' || size < 0) return false;
  if (site.kind === 'code') return size < 24;
  if (site.kind === 'wasm') return size < 16;
  return size < (site.builtin.name === 'InterpreterEntryTrampoline' ? 40 : 8);
}

/** The first word above the stack pointer that is a return address: it leads to code right behind a call. */
export function findReturn(
  { memory, registers, isCode }: Interrupted,
  followsCall: (memory: Memory, pc: Address) => boolean,
): Address | undefined {
  const { sp, fp } = registers;
  for (let i = 0; i < MAX_WORDS; i++) {
    const slot = at(sp, 8 * i);
    if (fp > sp && slot >= fp) return undefined;
    const target = attemptOr(undefined, () => memory.pointer(slot));
    if (target === undefined) return undefined;
    if (isCode(target) && followsCall(memory, target)) return slot;
  }
  return undefined;
}

/** True if a leaf returns to code. */
export function returnsToCode({ isCode }: Interrupted, { returnAddress }: Leaf): boolean {
  return returnAddress !== undefined && isCode(address(Number(returnAddress)));
}

export function readAt(memory: Memory, where: Address): bigint | undefined {
  return attemptOr(undefined, () => memory.u64(where));
}

export function wordAt(memory: Memory, where: Address): bigint {
  return readAt(memory, where) ?? 0n;
}
