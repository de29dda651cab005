import { attemptOr } from '../absence.ts';
import type { Address, Tagged } from '../address.ts';
import { scriptName } from '../v8/objects/call-site.ts';
import { elementsOf } from '../v8/objects/elements.ts';
import { sharedOf } from '../v8/objects/functions.ts';
import { findProperty } from '../v8/objects/properties.ts';
import { sharedName, sharedScript } from '../v8/objects/shared-function.ts';
import type { Objects } from './objects.ts';
import type { Running } from './running.ts';

/** The script that keeps timers, and its functions that Node calls for the loop (lib/internal/timers.js). */
export const TIMERS_SCRIPT = 'node:internal/timers';
const ENTRIES = new Set(['processTimers', 'processImmediate']);
const MAX_TIMERS = 1 << 20;
const MAX_LISTS = 1 << 20;

export interface Timer {
  readonly object: Tagged;
  /** Milliseconds of the Environment's clock; undefined where it cannot be read. */
  readonly start: number | undefined;
  readonly duration: number | undefined;
  readonly repeat: number | undefined;
  readonly referenced: boolean | undefined;
  readonly callback: Tagged | undefined;
  /** The first argument of the callback, where it is an object. */
  readonly argument: Tagged | undefined;
}

export interface Immediate {
  readonly object: Tagged;
  readonly referenced: boolean | undefined;
  readonly callback: Tagged | undefined;
}

/** What lib/internal/timers.js keeps. */
export interface TimerState {
  readonly timers: readonly Timer[];
  readonly immediates: readonly Immediate[];
  /** Those whose callbacks were being run. */
  readonly running: { readonly timer: Timer | undefined; readonly immediate: Immediate | undefined };
  readonly nextExpiry: number | undefined;
  /** How many immediates Node itself counts; undefined if unknown. */
  readonly countedImmediates: number | undefined;
  /** False where a list breaks off. */
  readonly isWhole: boolean;
}

/**
 * Timers and immediates of an isolate. Node keeps them in variables of a script: the functions that it calls
 * for timers and immediates are held by global handles (`strongHandles`), and see these variables. `running`
 * are those that were taken out of their lists. Undefined if the functions are not found.
 */
export function timersOf(
  objects: Objects,
  strongHandles: readonly Address[],
  running: Running,
): TimerState | undefined {
  const entry = timerFunction(objects, strongHandles);
  if (entry === undefined) return undefined;
  const variable = (name: string) => objects.receiver(objects.closure(entry, name));
  const lists = variable('timerListMap');
  const queue = variable('immediateQueue');
  if (lists === undefined || queue === undefined) return undefined;
  const reader = new ItemReader(objects, objects.closure(entry, 'kRefed'));
  const timers = timersIn(objects, lists);
  // Where a callback threw, the rest of the immediates waits in a list of its own.
  const queues = [variable('outstandingQueue'), queue].flatMap((list) => list ?? []);
  const immediates = queues.map((list) =>
    chain(objects, list, objects.get(list, 'head'), '_idleNext', undefined),
  );
  const immediate = objects.receiver(running.immediate);
  if (immediate !== undefined)
    immediates.unshift(
      chain(objects, immediate, objects.get(immediate, '_idleNext'), '_idleNext', undefined),
    );
  const timer = objects.receiver(running.timer);
  return {
    timers: timers.items.map((object) => reader.timer(object)),
    immediates: [...new Set(immediates.flatMap((found) => found.items))].map((object) =>
      reader.immediate(object),
    ),
    running: {
      timer: timer === undefined ? undefined : reader.timer(timer),
      immediate: immediate === undefined ? undefined : reader.immediate(immediate),
    },
    nextExpiry: objects.closureNumber(entry, 'nextExpiry'),
    countedImmediates: firstOf(objects, variable('immediateInfo')),
    isWhole: timers.isWhole && immediates.every((found) => found.isWhole),
  };
}

/** Timers of all lists, which are circles; what is linked wrongly is looked for from the other end. */
function timersIn(objects: Objects, lists: Tagged): Chain {
  const heads = listsIn(objects, lists);
  const found = new Set<Tagged>();
  let isWhole = heads !== undefined;
  for (const head of heads ?? []) {
    const forward = chain(objects, head, objects.get(head, '_idlePrev'), '_idlePrev', head, found);
    const backward = forward.isWhole
      ? []
      : chain(objects, head, objects.get(head, '_idleNext'), '_idleNext', head, found).items;
    for (const object of forward.items) found.add(object);
    for (const object of [...backward].reverse()) found.add(object);
    isWhole &&= forward.isWhole && found.size < MAX_TIMERS;
    if (found.size >= MAX_TIMERS) break;
  }
  return { items: [...found], isWhole };
}

/** One of the functions by which Node runs timers. */
function timerFunction({ view }: Objects, strongHandles: readonly Address[]): Tagged | undefined {
  for (const slot of strongHandles) {
    const found = attemptOr(undefined, () => {
      const word = view.memory.tagged(slot);
      if (!view.isFunction(word)) return undefined;
      const shared = sharedOf(view, word);
      if (!ENTRIES.has(sharedName(view, shared))) return undefined;
      const script = sharedScript(view, shared);
      return script !== undefined && scriptName(view, script) === TIMERS_SCRIPT ? word : undefined;
    });
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Lists of timers by their duration: elements of an object. */
function listsIn({ view }: Objects, map: Tagged): Tagged[] | undefined {
  return attemptOr(undefined, () => {
    const { length, present, slice } = elementsOf(view, map);
    const elements = present
      ? present.slice(0, Math.min(present.count, MAX_LISTS))
      : slice(0, Math.min(length, MAX_LISTS));
    return elements.flatMap(({ value }) =>
      value.kind === 'tagged' && view.isReceiver(view.readable(value.word)) ? [value.word] : [],
    );
  });
}

interface Chain {
  readonly items: readonly Tagged[];
  /** False where it breaks off. */
  readonly isWhole: boolean;
}

/** Objects that are linked through a property, up to `end` or to null; none that other chains have. */
function chain(
  objects: Objects,
  head: Tagged,
  first: Tagged | undefined,
  link: string,
  end: Tagged | undefined,
  others: ReadonlySet<Tagged> = new Set(),
): Chain {
  const items: Tagged[] = [];
  const seen = new Set<Tagged>([head]);
  let word = first;
  while (word !== undefined && word !== end && items.length < MAX_TIMERS) {
    const object = objects.receiver(word);
    if (object === undefined) return { items, isWhole: end === undefined && objects.view.isNullish(word) };
    if (seen.has(object) || others.has(object)) return { items, isWhole: false };
    seen.add(object);
    items.push(object);
    word = objects.get(object, link);
  }
  return { items, isWhole: word !== undefined && word === end };
}

class ItemReader {
  readonly #objects: Objects;
  readonly #refed: Tagged | undefined;

  constructor(objects: Objects, refed: Tagged | undefined) {
    this.#objects = objects;
    this.#refed = refed;
  }

  timer(object: Tagged): Timer {
    const o = this.#objects;
    return {
      object,
      start: o.number(object, '_idleStart'),
      duration: o.number(object, '_idleTimeout'),
      repeat: o.number(object, '_repeat'),
      referenced: this.#isReferenced(object),
      callback: o.object(object, '_onTimeout'),
      argument: o.object(o.object(object, '_timerArgs'), '0'),
    };
  }

  immediate(object: Tagged): Immediate {
    return {
      object,
      referenced: this.#isReferenced(object),
      callback: this.#objects.object(object, '_onImmediate'),
    };
  }

  #isReferenced(object: Tagged): boolean | undefined {
    const { view } = this.#objects;
    const value = attemptOr(undefined, () => findProperty(view, object, (key) => key === this.#refed)?.value);
    if (value === undefined) return undefined;
    return value === view.true ? true : value === view.false || view.isNullish(value) ? false : undefined;
  }
}

/** The first element of a typed array. */
function firstOf(objects: Objects, array: Tagged | undefined): number | undefined {
  if (array === undefined) return undefined;
  const value = objects.inspector.indexed({ kind: 'tagged', word: array }, 0, 1)[0]?.value;
  return value?.kind === 'synthetic' && typeof value.primitive === 'number' ? value.primitive : undefined;
}
