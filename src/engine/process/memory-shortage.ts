import { attemptOr } from '../absence.ts';
import { address, at } from '../address.ts';
import type { Memory } from '../memory/memory.ts';
import type { StackFrame } from '../stack/frame.ts';

/** What V8 wanted when it ran out of memory. */
export interface MemoryShortage {
  /** V8's own words: "Reached heap limit"; undefined if they are not on the stack. */
  readonly reason: string | undefined;
  /** Size of the last allocation in bytes; undefined where V8's own code asked for it. */
  readonly bytes: number | undefined;
}

/** Bytes of native stack that are searched. */
const NATIVE_STACK = 64 << 10;
/** What V8 gives V8::FatalProcessOutOfMemory as location (heap/heap.cc, factory.cc, api.cc). */
const REASON =
  /^(Reached heap limit|Ineffective mark-compacts near heap limit|CALL_AND_RETRY_(LAST|2)|invalid (array|table) (length|size).{0,40}|Committing semi space failed\.|NewArray|Zone|.{0,60}: ?(allocation failed|Allocation failed).{0,60})$/;
/** PF_W */
const WRITABLE = 2;
const SMI = 0x1_0000_0000;
const MAX_SIZE = 2 ** 40;

/** Read from the stack of the thread that ran out: constants of V8 that its native frames point at. */
export function memoryShortage(memory: Memory, frames: readonly StackFrame[]): MemoryShortage {
  const exit = frames.findIndex((f) => f.kind !== 'native');
  const caller = frames[exit - 1]?.functionName ?? '';
  return {
    reason: reasonOn(memory, frames[0], frames[exit]),
    // Runtime_AllocateIn…Generation(size, flags): arguments are pushed last one first.
    bytes: /::Runtime_AllocateIn(Young|Old)Generation\(/.test(caller)
      ? attemptOr(undefined, () => sizeAt(memory, frames[exit]!))
      : undefined,
  };
}

function reasonOn(memory: Memory, top: StackFrame | undefined, exit: StackFrame | undefined) {
  if (top === undefined) return undefined;
  const end = Math.min(exit?.fp ?? Number.POSITIVE_INFINITY, top.sp + NATIVE_STACK);
  for (let slot = top.sp as number; slot < end; slot += 8) {
    const text = attemptOr('', () => {
      const target = memory.pointer(address(slot));
      const region = memory.regionAt(target);
      return region && (region.flags & WRITABLE) === 0 ? memory.cString(target, 100) : '';
    });
    if (REASON.test(text)) return text;
  }
  return undefined;
}

function sizeAt(memory: Memory, exit: StackFrame): number | undefined {
  if (exit.fp === undefined) return undefined;
  const size = memory.tagged(at(exit.fp, 24)) / SMI;
  return Number.isInteger(size) && size > 0 && size < MAX_SIZE ? size : undefined;
}
