import { Int32Column } from '../columns.ts';
import { nameRanks } from './name-order.ts';
import type { Measure, Profile } from './profile.ts';
import { type StackWeights, stackChildren, stackWeights } from './weights.ts';

/** Order of the boxes beside each other. */
export type Order = 'file' | 'name' | 'heavy' | 'time';

/**
 * Where every box of a flame graph lies: a row for each depth, outermost first, each sorted from left to
 * right. Boxes of row d are those from `rows[d]` to `rows[d + 1]`. Positions are in the measure's unit.
 */
export interface FlameLayout {
  readonly rows: Int32Array;
  readonly left: Float64Array;
  readonly right: Float64Array;
  /** Number of the box's stack. */
  readonly stack: Int32Array;
  /** Width of the whole. */
  readonly width: number;
}

/** Lays out a profile; `order` 'time' needs samples with times, else it stands for the file's order. */
export function layout(profile: Profile, measure: Measure, order: Order, thread = -1): FlameLayout {
  if (order === 'time') return timeLayout(profile, measure, thread);
  const weights = stackWeights(profile, measure, thread);
  return treeLayout(profile, weights, order);
}

/** Equal stacks together. */
export function treeLayout(profile: Profile, weights: StackWeights, order: Order): FlameLayout {
  const { parent } = profile.stacks;
  const { total } = weights;
  const { first, next, roots } = stackChildren(parent);
  const sort = siblingSort(profile, weights, order);
  let most = 0;
  for (let stack = 0; stack < total.length; stack++) if (total[stack]! > 0) most++;
  const left = new Float64Array(most);
  const right = new Float64Array(most);
  const stackOf = new Int32Array(most);
  const rows = new Int32Column();
  let boxes = 0;
  let siblings = new Int32Array(64);

  /** Adds the boxes of a list of siblings from `x` on. */
  const add = (list: number, x: number) => {
    let count = 0;
    for (let stack = list; stack >= 0; stack = next[stack]!) {
      if (!(total[stack]! > 0)) continue;
      if (count === siblings.length) {
        const larger = new Int32Array(count * 2);
        larger.set(siblings);
        siblings = larger;
      }
      siblings[count++] = stack;
    }
    if (count > 1) sort(siblings, count);
    let from = x;
    for (let i = 0; i < count; i++) {
      const stack = siblings[i]!;
      left[boxes] = from;
      from += total[stack]!;
      right[boxes] = from;
      stackOf[boxes++] = stack;
    }
  };

  // Row by row: the boxes of a row are the children of the row before, in its order.
  rows.push(0);
  add(roots, 0);
  for (let row = 0; row < boxes; ) {
    const end = boxes;
    rows.push(end);
    for (let box = row; box < end; box++) add(first[stackOf[box]!]!, left[box]!);
    row = end;
  }
  return {
    rows: rows.done(),
    left: left.subarray(0, boxes),
    right: right.subarray(0, boxes),
    stack: stackOf.subarray(0, boxes),
    width: weights.sum,
  };
}

type SiblingSort = (stacks: Int32Array, count: number) => void;

/** Sorts the first `count` stacks of a list in place. */
function siblingSort(profile: Profile, weights: StackWeights, order: Order): SiblingSort {
  if (order === 'file' || order === 'time') return () => {};
  const { frame } = profile.stacks;
  const { total } = weights;
  if (order === 'heavy') return sortBy((a, b) => total[b]! - total[a]! || a - b);
  const ranks = nameRanks(profile.frames);
  return sortBy((a, b) => ranks[frame[a]!]! - ranks[frame[b]!]! || a - b);
}

/** Most lists are short: sorting by insertion is faster there. */
function sortBy(compared: (a: number, b: number) => number): SiblingSort {
  return (stacks, count) => {
    if (count > 24) {
      stacks.subarray(0, count).sort(compared);
      return;
    }
    for (let i = 1; i < count; i++) {
      const stack = stacks[i]!;
      let k = i - 1;
      while (k >= 0 && compared(stacks[k]!, stack) > 0) {
        stacks[k + 1] = stacks[k]!;
        k--;
      }
      stacks[k + 1] = stack;
    }
  };
}

/** Samples side by side as they came; neighbours share the boxes of their common callers. */
function timeLayout(profile: Profile, measure: Measure, thread: number): FlameLayout {
  const { parent } = profile.stacks;
  const { stack: stackOfSample } = profile.samples;
  const depth = depths(parent);
  const deepest = maximum(depth) + 1;
  const order = sampleOrder(profile, thread);

  // Two passes: how many boxes each row has, then the boxes. `path` holds the open stacks of the rows.
  const path = new Int32Array(deepest).fill(-1);
  const sizes = new Int32Array(deepest + 1);
  const walk = (
    open: (row: number, stack: number, x: number) => void,
    close: (row: number, x: number) => void,
  ) => {
    path.fill(-1);
    let openRows = 0;
    let x = 0;
    for (let i = 0; i < order.length; i++) {
      const sample = order[i]!;
      const value = measure.values[sample]!;
      if (value <= 0) continue;
      const stack = stackOfSample[sample]!;
      const rowsNow = depth[stack]! + 1;
      // From the inside out: rows in which this sample's stack is not open yet.
      let changed = rowsNow;
      for (let at = stack, row = rowsNow - 1; row >= 0; row--, at = parent[at]!) {
        if (row < openRows && path[row] === at) break;
        changed = row;
      }
      for (let row = openRows - 1; row >= changed; row--) close(row, x);
      for (let at = stack, row = rowsNow - 1; row >= changed; row--, at = parent[at]!) {
        path[row] = at;
        open(row, at, x);
      }
      openRows = rowsNow;
      x += value;
    }
    for (let row = openRows - 1; row >= 0; row--) close(row, x);
    return x;
  };
  walk(
    (row) => {
      sizes[row + 1]!++;
    },
    () => {},
  );
  const rows = runningSum(sizes);
  const boxes = rows[deepest]!;
  const left = new Float64Array(boxes);
  const right = new Float64Array(boxes);
  const stackOf = new Int32Array(boxes);
  const fill = rows.slice();
  const width = walk(
    (row, stack, x) => {
      const box = fill[row]!++;
      left[box] = x;
      stackOf[box] = stack;
    },
    (row, x) => {
      right[fill[row]! - 1] = x;
    },
  );
  return { rows, left, right, stack: stackOf, width };
}

/** Samples of a thread, by their times where there are some; threads one after the other. */
function sampleOrder(profile: Profile, thread: number): Int32Array {
  const { time, thread: threadOf, stack } = profile.samples;
  const chosen: number[] | Int32Array =
    thread < 0
      ? Int32Array.from(stack, (_, i) => i)
      : Array.from(stack.keys()).filter((i) => threadOf[i] === thread);
  const order = Int32Array.from(chosen);
  let sorted = true;
  for (let i = 1; i < order.length && sorted; i++) {
    const a = order[i - 1]!;
    const b = order[i]!;
    if (threadOf[a]! > threadOf[b]! || (threadOf[a] === threadOf[b] && time !== null && time[a]! > time[b]!))
      sorted = false;
  }
  if (sorted) return order;
  return order.sort((a, b) => threadOf[a]! - threadOf[b]! || (time ? time[a]! - time[b]! : 0) || a - b);
}

/** Depth of every stack; 0 for the outermost. */
export function depths(parent: Int32Array): Int32Array {
  const depth = new Int32Array(parent.length);
  for (let stack = 0; stack < parent.length; stack++) {
    const above = parent[stack]!;
    if (above >= 0) depth[stack] = depth[above]! + 1;
  }
  return depth;
}

function maximum(values: Int32Array): number {
  let max = 0;
  for (let i = 0; i < values.length; i++) if (values[i]! > max) max = values[i]!;
  return max;
}

function runningSum(sizes: Int32Array): Int32Array {
  const sums = new Int32Array(sizes.length);
  for (let i = 1; i < sizes.length; i++) sums[i] = sums[i - 1]! + sizes[i]!;
  return sums;
}

/** The box of a row that covers `x`, or -1. */
export function boxAt(layout: FlameLayout, row: number, x: number): number {
  if (row < 0 || row + 1 >= layout.rows.length) return -1;
  const box = firstEndingAfter(layout, x, layout.rows[row]!, layout.rows[row + 1]!);
  return box < layout.rows[row + 1]! && layout.left[box]! <= x ? box : -1;
}

/** The first box of those from `low` to `high` whose right edge lies behind `x`; `high` if there is none. */
export function firstEndingAfter(layout: FlameLayout, x: number, low: number, high: number): number {
  const { right } = layout;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (right[middle]! > x) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Number of rows. */
export function rowCount(layout: FlameLayout): number {
  return layout.rows.length - 1;
}
