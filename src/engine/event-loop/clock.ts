import { type Address, at } from '../address.ts';
import { u64 } from '../dump/elf.ts';
import type { HeapView } from '../v8/objects/heap-view.ts';
import { environmentBytes, type UvHandle, type UvLoop } from './loop.ts';

const NANOSECONDS = 1e6;

/** What timers tell of the clock that they count by. */
export interface TimerEvidence {
  /** `nextExpiry` of Node's timers: what the loop's timer was last set for. Infinite while timers are run. */
  readonly nextExpiry: number | undefined;
  /** The latest start of any timer. */
  readonly latestStart: number;
}

/**
 * Milliseconds since the Environment's clock began (`Environment::GetNow`), at the loop's last turn: timers count by
 * it. The clock's begin, `timer_base_`, is a field of the Environment; it is told by the clock of nanoseconds that is
 * read as the Environment is made, or by when the loop's timer was to fire. Undefined where these disagree.
 */
export function loopNow(
  view: HeapView,
  environment: Address,
  loop: UvLoop,
  ownTimer: UvHandle | undefined,
  evidence: TimerEvidence,
): number | undefined {
  const { time } = loop;
  if (time === undefined) return undefined;
  const isPossible = (base: number) => base >= 0 && base <= time && time - base >= evidence.latestStart;
  const bases = basesIn(view, environment, time).filter(isPossible);
  const byTimer = baseByTimer(view, ownTimer, evidence.nextExpiry);
  if (byTimer !== undefined && isPossible(byTimer) && (bases.includes(byTimer) || bases.length === 0))
    return time - byTimer;
  return bases.length === 1 ? time - bases[0]! : undefined;
}

/** Fields of an Environment that are a time in milliseconds of which another field says the same in nanoseconds. */
function basesIn(view: HeapView, environment: Address, time: number): number[] {
  const { environmentBytes: size, startSlack } = view.layout.node;
  const bytes = environmentBytes(view.memory, view.layout, environment);
  const words: number[] = [];
  for (let offset = 0; offset + 8 <= Math.min(bytes.length, size); offset += 8)
    words.push(u64(bytes, offset));
  const starts = words
    .map((word) => word / NANOSECONDS)
    .filter((start) => start > 1 && start <= time + startSlack);
  return [
    ...new Set(
      words.filter(
        (word) => word > 0 && word <= time && starts.some((s) => Math.abs(s - word) <= startSlack),
      ),
    ),
  ];
}

/** The clock's begin by Environment's timer, which is set for when the next list of timers expires. */
function baseByTimer(
  view: HeapView,
  ownTimer: UvHandle | undefined,
  nextExpiry: number | undefined,
): number | undefined {
  const { flags, timer } = view.layout.libuv;
  if (ownTimer === undefined || (ownTimer.flags & flags.active) === 0) return undefined;
  if (nextExpiry === undefined || !Number.isFinite(nextExpiry) || nextExpiry === 0) return undefined;
  return view.memory.pointer(at(ownTimer.address, timer.timeout)) - Math.abs(nextExpiry);
}
