import { DayAfterError } from '../errors.ts';
import type { Region } from '../memory/memory.ts';
import type { CoreSession } from '../session.ts';
import { registersOf } from '../unwind/architectures.ts';
import { heapPages } from '../v8/heap-pages.ts';
import { type MemoryRange, within, without } from './ranges.ts';

/** What the private memory of a process is that may be written, as far as the dump has it. */
export interface ProcessRanges {
  readonly all: readonly MemoryRange[];
  /** Pages of V8's heap; of them what may be written is in `all`. */
  readonly v8: readonly MemoryRange[];
  /** Variables of modules. */
  readonly data: readonly MemoryRange[];
  /** Mappings that stacks of threads are in, and from where on each is used. */
  readonly stacks: readonly { readonly whole: MemoryRange; readonly used: number }[];
  /** All that is none of these. */
  readonly rest: readonly MemoryRange[];
}

/** PF_W */
const WRITABLE = 2;
/** Memory below the stack pointer that functions may use (the red zone of System V's ABI). */
const RED_ZONE = 128;

export function processRanges(session: CoreSession): ProcessRanges {
  const { runtime } = session;
  const { memory, modules } = session.modules;
  const all = memory.regions.filter((region) => region.source !== undefined && isWritable(region));
  const pages = runtime instanceof DayAfterError ? [] : heapPages(runtime);
  const v8 = pages.map(({ start, size }) => ({ start, end: start + size }));
  const files = modules.flatMap(({ mappings }) => mappings);
  const bss = modules.flatMap(({ parts }) =>
    parts.map(({ start, bytes }) => ({ start, end: start + bytes })),
  );
  const data = within(all, [...files, ...bss]);
  const stacks = stacksOf(session);
  return { all, v8, data, stacks, rest: without(all, [...v8, ...data, ...stacks.map(({ whole }) => whole)]) };
}

export function isWritable({ flags }: Region): boolean {
  return (flags & WRITABLE) !== 0;
}

function stacksOf({ core, modules: { memory } }: CoreSession): ProcessRanges['stacks'] {
  // Where several threads' stacks are in one mapping, the lowest counts.
  const lowest = new Map<Region, number>();
  for (const thread of core.threads) {
    const { sp } = registersOf(core, thread);
    const region = memory.regionAt(sp);
    if (region?.source === undefined || !isWritable(region)) continue;
    lowest.set(region, Math.min(sp - RED_ZONE, lowest.get(region) ?? Number.POSITIVE_INFINITY));
  }
  return [...lowest].map(([whole, used]) => ({ whole, used: Math.max(whole.start, used) }));
}
