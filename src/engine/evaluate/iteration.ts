import { elementsOf } from './elements.ts';
import type { Machine } from './machine.ts';
import { describe } from './machine.ts';
import {
  type Cursor,
  DumpObject,
  done,
  hole,
  isCallable,
  MadeIterator,
  type Operand,
  Pending,
  type Steps,
} from './operand.ts';
import { need } from './operators.ts';
import { bad, refused } from './refusal.ts';

/** Entries that are read at once, at first and at most. */
const FIRST_CHUNK = 64;
const MAX_CHUNK = 16_384;

/** GetIterator over operands, as a cursor. */
export function* cursorOf(machine: Machine, operand: Operand, source?: string): Steps<Cursor> {
  const value = need(operand);
  const name = source ?? describe(value);
  if (value === undefined || value === null) throw bad(`${name} is not iterable`);
  const method = machine.get(value, machine.realm.symbol('iterator'));
  if (!isCallable(method)) throw bad(`${name} is not iterable`);
  const iterator = yield* machine.call(method, value, [], `${name}[Symbol.iterator]`);
  return iteratorCursor(machine, iterator);
}

/** The rest of an iterator; an iterator of the dump stays where it is. */
export function iteratorCursor(machine: Machine, iterator: Operand): Cursor {
  if (iterator instanceof MadeIterator) return iterator.next;
  if (!(iterator instanceof DumpObject)) throw refused('only iterators of the language are iterated');
  if (iterator.subtype !== 'iterator') {
    throw refused(
      `${iterator.preview.description} is not iterated: its next() is code, or its position is hidden`,
    );
  }
  return entriesCursor(machine, iterator, ([key, value]) =>
    key === undefined ? value : machine.array([key, value]),
  );
}

/** Elements of an array-like; holes are undefined. */
export function* elementsCursor(machine: Machine, self: Operand): Steps<Cursor> {
  const elements = yield* elementsOf(machine, self);
  let index = 0;
  return () => {
    machine.meter.tick();
    if (index >= elements.length) return done;
    const element = elements.at(index++);
    return element === hole ? undefined : element;
  };
}

/** Entries of a Map, Set or iterator of the dump; the key is undefined for sets. */
export function entriesCursor(
  machine: Machine,
  object: DumpObject,
  pick: (entry: [Operand, Operand]) => Operand,
): Cursor {
  const { inspector } = machine.environment;
  const total = inspector.counts(object.value).entries;
  let start = 0;
  let size = FIRST_CHUNK;
  let index = 0;
  let chunk: readonly { key: unknown; value: unknown }[] = [];
  return () => {
    machine.meter.tick();
    if (index >= chunk.length) {
      if (start >= total) return done;
      chunk = inspector.entries(object.value, start, size);
      start += size;
      // A table with deleted entries is walked from its start for every chunk.
      size = Math.min(size * 2, MAX_CHUNK);
      index = 0;
      if (chunk.length === 0) return done;
    }
    const { key, value } = chunk[index++] as ReturnType<typeof inspector.entries>[number];
    return pick([key && machine.heap.operand(key), machine.heap.operand(value)]);
  };
}

/** The cursor of a host iterator. */
export function cursorFrom(items: Iterator<Operand>): Cursor {
  return () => {
    const step = items.next();
    return step.done ? done : step.value;
  };
}

/** Runs `each` for every element until it gives false. */
export function* forEach(
  machine: Machine,
  next: Cursor,
  each: (element: Operand) => Steps<unknown>,
): Steps<void> {
  for (;;) {
    if (machine.meter.tick()) yield;
    const step = next();
    const element = step instanceof Pending ? yield* step.steps : step;
    if (element === done) return;
    if ((yield* each(element)) === false) return;
  }
}
