import { type Address, at } from '../address.ts';
import { u64 } from '../dump/elf.ts';
import type { HeapView } from '../v8/objects/heap-view.ts';
import { environmentBytes, type UvHandle, type UvLoop } from './loop.ts';

const NANOSECONDS = 1e6;

/** What else tells of the clock that timers count by. */
export interface ClockEvidence {
  /** The Environment's embedded handle for timers. */
  readonly ownTimer: UvHandle | undefined;
  /** `nextExpiry` of Node's timers: what that handle was last set for. Infinite while timers are run. */
  readonly nextExpiry: number | undefined;
  /** The latest start of any timer. */
  readonly latestStart: number;
  /** Where the Environment's list of requests is, if that was found: the clock's begin stands before it. */
  readonly end: Address | undefined;
}

/**
 * Milliseconds since the Environment's clock began (`Environment::GetNow`), at the loop's last turn: timers
 * count by it. The clock's begin, `timer_base_`, is a field of the Environment behind its handles. It is told
 * by a field of nanoseconds (`environment_start_` and the like), which is read right after it, or by when the
 * loop's timer was to fire. Undefined where these disagree, or say too much.
 */
export function loopNow(
  view: HeapView,
  environment: Address,
  loop: UvLoop,
  evidence: ClockEvidence,
): number | undefined {
  const { time } = loop;
  if (time === undefined) return undefined;
  const isPossible = (base: number) => base > 0 && base <= time && time - base >= evidence.latestStart;
  const bases = basesIn(view, environment, loop, evidence.end, time).filter(isPossible);
  const byTimer = baseByTimer(view, evidence);
  if (byTimer !== undefined && isPossible(byTimer) && (bases.includes(byTimer) || bases.length === 0))
    return time - byTimer;
  return bases.length === 1 ? time - bases[0]! : undefined;
}

/**
 * Fields of an Environment that are a time in milliseconds of which another field says the same in
 * nanoseconds.
 */
function basesIn(
  view: HeapView,
  environment: Address,
  loop: UvLoop,
  end: Address | undefined,
  time: number,
): number[] {
  const { environmentBytes: size, startSlack, leastClock } = view.layout.node;
  const bytes = environmentBytes(view.memory, view.layout, environment);
  const limit = Math.min(bytes.length, end === undefined ? size : end - environment);
  const handles = loop.handles
    .map((h) => h.address - environment)
    .filter((offset) => offset >= 0 && offset < limit);
  const first = handles.reduce((a, b) => Math.max(a, b), 0) + view.layout.libuv.handle.size;
  const words: number[] = [];
  for (let offset = first; offset + 8 <= limit; offset += 8) words.push(u64(bytes, offset));
  const starts = words.map((word) => word / NANOSECONDS);
  const isStart = (word: number) => starts.some((start) => start >= word && start <= word + startSlack);
  return [...new Set(words.filter((word) => word >= leastClock && word <= time && isStart(word)))];
}

/** The clock's begin by Environment's timer, which is set for when the next list of timers expires. */
function baseByTimer(view: HeapView, { ownTimer, nextExpiry }: ClockEvidence): number | undefined {
  const { flags, timer } = view.layout.libuv;
  if (ownTimer === undefined || (ownTimer.flags & flags.active) === 0) return undefined;
  if (nextExpiry === undefined || !Number.isFinite(nextExpiry) || nextExpiry === 0) return undefined;
  return view.memory.pointer(at(ownTimer.address, timer.timeout)) - Math.abs(nextExpiry);
}
