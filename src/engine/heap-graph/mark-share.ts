import type { KindColumns, Tracer } from './tracer.ts';

/** How two threads mark one heap: each gives the other one work where that has none. All is shared. */
export interface MarkShare {
  readonly kinds: KindColumns;
  /** Cells of MarkState. */
  readonly state: Int32Array;
  /** Objects that one thread gives to the other one: index, id of the kind. */
  readonly gift: Int32Array;
  /** What only the thread that knows the core can do, in a ring: one of Errand, its argument. */
  readonly errands: Int32Array;
}

/** Positions in the state of a share. */
export const MarkState = {
  /** Helper of the other thread. */
  helper: 0,
  /** Counts up while the other thread lives. */
  beat: 1,
  /** 1 once all is marked. */
  isOver: 2,
  /** Gift: how many objects there are, or one of Gift. */
  gift: 3,
  /** 1 if the thread that knows the core has nothing to do. */
  isMainIdle: 4,
  /** Errands that were sent, and that were done. */
  sent: 5,
  done: 6,
  size: 8,
} as const;

export const Helper = { absent: 0, busy: 1, idle: 2, failed: 3 } as const;

const Gift = { none: 0, locked: -1 } as const;

export const Errand = {
  /** Reach the object at that word. */
  reach: 1,
  /** See to the marked object at that word. */
  special: 2,
} as const;

const GIFT_ROOM = 1 << 12;
const ERRANDS = 1 << 16;
/** Less is not worth the way. */
const WORTHWHILE = 64;

export function markShare(kinds: KindColumns): MarkShare {
  const shared = (length: number) => new Int32Array(new SharedArrayBuffer(4 * length));
  return {
    kinds,
    state: shared(MarkState.size),
    gift: shared(2 * GIFT_ROOM),
    errands: shared(2 * ERRANDS),
  };
}

/** Puts half of what a tracer has to do where the other thread takes it, if that is free. */
export function offer({ state, gift }: MarkShare, tracer: Tracer): void {
  if (tracer.depth < WORTHWHILE) return;
  if (Atomics.compareExchange(state, MarkState.gift, Gift.none, Gift.locked) !== Gift.none) return;
  Atomics.store(state, MarkState.gift, tracer.give(gift, Math.min(GIFT_ROOM, tracer.depth >>> 1)));
  Atomics.notify(state, MarkState.gift);
}

/** Takes what the other thread offers; false if there is nothing. */
export function accept({ state, gift }: MarkShare, tracer: Tracer): boolean {
  const count = Atomics.load(state, MarkState.gift);
  if (count <= 0 || Atomics.compareExchange(state, MarkState.gift, count, Gift.locked) !== count)
    return false;
  tracer.take(gift, count);
  Atomics.store(state, MarkState.gift, Gift.none);
  return true;
}

/** Asks the other thread for something; waits while it is far behind, unless all is over. */
export function send({ state, errands }: MarkShare, errand: number, argument: number): void {
  const n = state[MarkState.sent]!;
  while (n - Atomics.load(state, MarkState.done) >= ERRANDS)
    if (Atomics.load(state, MarkState.isOver) === 1) return;
  const at = 2 * (n % ERRANDS);
  errands[at] = errand;
  errands[at + 1] = argument;
  Atomics.store(state, MarkState.sent, n + 1);
}

/** Does what the other thread has asked for; false if that was nothing. */
export function runErrands(
  { state, errands }: MarkShare,
  run: (errand: number, argument: number) => void,
): boolean {
  const begin = state[MarkState.done]!;
  let n = begin;
  for (; n !== Atomics.load(state, MarkState.sent); n++) {
    const at = 2 * (n % ERRANDS);
    run(errands[at]!, errands[at + 1]!);
    Atomics.store(state, MarkState.done, n + 1);
  }
  return n !== begin;
}

/** True if no thread has anything to do, as seen by the one that knows the core, which has nothing itself. */
export function isDone({ state }: MarkShare): boolean {
  // In this order: the other thread is busy before it takes a gift, and sends before it is idle.
  return (
    Atomics.load(state, MarkState.gift) === Gift.none &&
    Atomics.load(state, MarkState.helper) !== Helper.busy &&
    Atomics.load(state, MarkState.sent) === state[MarkState.done]
  );
}

/** Says that all is marked, or that the other thread shall not go on. */
export function end({ state }: MarkShare): void {
  Atomics.store(state, MarkState.isOver, 1);
  Atomics.notify(state, MarkState.gift);
}
