import type { ChildCounts, Inspector, Property, Value } from './inspect.ts';

/** How many elements a list of an object's children has: those that are there where these are few, else all indices. */
export function childElementCount({ indexed, present }: ChildCounts): number {
  return present ?? indexed;
}

/** The elements of such a list from position `start` on; among many indices holes are left out. */
export function childElements(
  inspector: Inspector,
  value: Value,
  counts: ChildCounts,
  start: number,
  count: number,
): readonly Property[] {
  return counts.present === undefined || !inspector.present
    ? inspector.indexed(value, start, count)
    : inspector.present(value, start, count);
}
