import type { Machine } from '../machine.ts';
import { type Operand, Pending, type Steps } from '../operand.ts';

/**
 * A stable merge sort that can be suspended, with JavaScript's default order (by text; by number for typed
 * arrays) or a comparison function; undefined comes last.
 */
export function* sorted(
  machine: Machine,
  items: readonly Operand[],
  compare: Operand,
  numeric: boolean,
): Steps<Operand[]> {
  const defined = items.filter((item) => item !== undefined);
  const missing = new Array<Operand>(items.length - defined.length).fill(undefined);
  machine.meter.allocate(items.length * 32);
  if (compare !== undefined) {
    const call = machine.caller(compare);
    const order = function* (a: Operand, b: Operand): Steps<number> {
      const called = call([a, b]);
      const result = called instanceof Pending ? yield* called.steps : called;
      return typeof result === 'number' ? result : yield* machine.toNumber(result);
    };
    return [...(yield* mergeSort(machine, defined, order)), ...missing];
  }
  if (numeric) return [...defined.sort((a, b) => compareNumbers(a as number, b as number)), ...missing];
  const keyed: { text: string; item: Operand }[] = [];
  for (const item of defined) {
    if (machine.meter.tick()) yield;
    keyed.push({ text: yield* machine.toString(item), item });
  }
  keyed.sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0));
  machine.meter.check();
  return [...keyed.map((entry) => entry.item), ...missing];
}

/** %TypedArray%.prototype.sort's order: NaN last, -0 before 0. */
function compareNumbers(a: number | bigint, b: number | bigint): number {
  if (a < b) return -1;
  if (a > b) return 1;
  if (Number.isNaN(a)) return Number.isNaN(b) ? 0 : 1;
  if (Number.isNaN(b)) return -1;
  return Object.is(a, b) ? 0 : Object.is(a, -0) ? -1 : 1;
}

function* mergeSort(
  machine: Machine,
  items: Operand[],
  order: (a: Operand, b: Operand) => Steps<number>,
): Steps<Operand[]> {
  let from = items;
  let to = new Array<Operand>(items.length);
  for (let width = 1; width < items.length; width *= 2) {
    for (let start = 0; start < items.length; start += 2 * width) {
      const middle = Math.min(start + width, items.length);
      const end = Math.min(start + 2 * width, items.length);
      let left = start;
      let right = middle;
      for (let at = start; at < end; at++) {
        if (machine.meter.tick()) yield;
        const takeLeft = left < middle && (right >= end || (yield* order(from[left], from[right])) <= 0);
        to[at] = takeLeft ? from[left++] : from[right++];
      }
    }
    [from, to] = [to, from];
  }
  return from;
}
