import type {
  EventLoopInfo,
  EventLoopsInfo,
  LoopHandleInfo,
  LoopImmediateInfo,
  LoopRequestInfo,
  LoopTimerInfo,
} from '../contract.ts';

/** Items that differ in nothing that people look for: one of them stands for all. */
export type Alike<T> = readonly [first: T, ...others: T[]];

/** One list of a loop's for each kind. */
export interface LoopItems {
  readonly handles: readonly Alike<LoopHandleInfo>[];
  readonly requests: readonly Alike<LoopRequestInfo>[];
  readonly timers: readonly Alike<LoopTimerInfo>[];
  readonly immediates: readonly Alike<LoopImmediateInfo>[];
}

/** What a loop waited for, as people want to see it. */
export interface LoopView {
  readonly loop: EventLoopInfo;
  /** What kept the process alive. */
  readonly keeping: LoopItems;
  readonly rest: LoopItems;
  /** How many of Node's and libuv's own were left out. */
  readonly hidden: number;
}

/** All loops of a process, with what is missing of them in words. */
export interface LoopsView {
  readonly loops: readonly LoopView[];
  readonly notes: readonly string[];
}

/** The loops, each with its items; with `all`, each item by itself, and none is left out. */
export function loopViews(found: EventLoopsInfo, all: boolean): LoopView[] {
  return found.loops.map((loop) => loopView(loop, found, all));
}

function loopView(loop: EventLoopInfo, found: EventLoopsInfo, all: boolean): LoopView {
  const own = <T extends { readonly isolate: number }>(items: readonly T[]) =>
    items.filter((item) => item.isolate === loop.isolate);
  const handles = own(found.handles);
  const timers = own(found.timers);
  const immediates = own(found.immediates);
  const keeps = (h: LoopHandleInfo) => h.active === true && h.referenced === true;
  const isReferenced = (item: { readonly referenced: boolean | null }) => item.referenced === true;
  const isShown = (item: { readonly internal: boolean }) => all || !item.internal;
  // Node's own timer and idle handle stand for what is listed by itself.
  const standsForLists = (h: LoopHandleInfo) => h.internal && (h.type === 'timer' || h.type === 'idle');
  const keepingHandles = handles.filter((h) => keeps(h) && (all || !standsForLists(h)));
  const restHandles = handles.filter((h) => !keeps(h) && isShown(h));
  const restTimers = timers.filter((t) => !isReferenced(t) && isShown(t));
  const keepingTimers = timers.filter(isReferenced);
  const together = <T>(items: readonly T[], key: (item: T) => string) => alike(items, all ? undefined : key);
  return {
    loop,
    keeping: {
      handles: together(keepingHandles, handleKey),
      requests: together(own(found.requests), requestKey),
      timers: together(keepingTimers, timerKey),
      immediates: together(immediates.filter(isReferenced), immediateKey),
    },
    rest: {
      handles: together(restHandles, handleKey),
      requests: [],
      timers: together(restTimers, timerKey),
      immediates: together(
        immediates.filter((i) => !isReferenced(i)),
        immediateKey,
      ),
    },
    hidden:
      handles.length -
      keepingHandles.length -
      restHandles.length +
      (timers.length - keepingTimers.length - restTimers.length),
  };
}

/** Items of one key together, in the order of their first; each by itself without a key. */
export function alike<T>(items: readonly T[], key?: (item: T) => string): Alike<T>[] {
  if (!key) return items.map((item): Alike<T> => [item]);
  const groups = new Map<string, [T, ...T[]]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return [...groups.values()];
}

function handleKey(h: LoopHandleInfo): string {
  return withoutNumbers(h.type, h.owner, h.detail, h.active, h.referenced, h.closing);
}

function requestKey(r: LoopRequestInfo): string {
  return `${withoutNumbers(r.type, r.detail)}\0${r.callback?.text}`;
}

function timerKey(t: LoopTimerInfo): string {
  return `${t.callback}\0${t.repeat}\0${t.detail}`;
}

function immediateKey(i: LoopImmediateInfo): string {
  return `${i.callback}\0${i.detail}`;
}

/** Ports, ids and bytes tell one item from another, and no more. */
function withoutNumbers(...texts: readonly (string | number | boolean | null)[]): string {
  return texts.map((text) => String(text).replace(/\d[\d,.]*/g, '0')).join('\0');
}
