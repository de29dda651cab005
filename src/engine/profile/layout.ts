import type { Measure, Profile } from './profile.ts';
import { type StackChildren, type StackWeights, stackChildren, stackWeights } from './weights.ts';

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
  const children = ordered(profile, weights, order);
  const depth = depths(parent);
  const count = parent.length;
  // A box for every stack that has a width.
  const sizes = new Int32Array(maximum(depth) + 2);
  for (let stack = 0; stack < count; stack++) if (weights.total[stack]! > 0) sizes[depth[stack]! + 1]!++;
  const rows = runningSum(sizes);
  const boxes = rows[rows.length - 1]!;
  const left = new Float64Array(boxes);
  const right = new Float64Array(boxes);
  const stackOf = new Int32Array(boxes);
  const fill = rows.slice();
  // Where the next child of each stack begins; walks the tree from left to right with no recursion.
  const cursor = new Float64Array(count);
  let x = 0;
  let stack = children.roots;
  while (stack >= 0) {
    const above = parent[stack]!;
    const width = weights.total[stack]!;
    const from = above < 0 ? x : cursor[above]!;
    if (above < 0) x += width;
    else cursor[above] = from + width;
    cursor[stack] = from;
    if (width > 0) {
      const box = fill[depth[stack]!]!++;
      left[box] = from;
      right[box] = from + width;
      stackOf[box] = stack;
    }
    stack =
      width > 0 && children.first[stack]! >= 0 ? children.first[stack]! : following(stack, parent, children);
  }
  return { rows, left, right, stack: stackOf, width: weights.sum };
}

/** The next stack of a walk when all that `stack` called is done with; -1 at the end. */
function following(stack: number, parent: Int32Array, children: StackChildren): number {
  let at = stack;
  while (at >= 0) {
    if (children.next[at]! >= 0) return children.next[at]!;
    at = parent[at]!;
  }
  return -1;
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

/** Lists of children in the wanted order. */
function ordered(profile: Profile, weights: StackWeights, order: Order): StackChildren {
  const { parent, frame } = profile.stacks;
  if (order === 'file' || order === 'time') return stackChildren(parent);
  const ranks = order === 'name' ? nameRanks(profile) : undefined;
  const rank = ranks ? new Int32Array(frame.length) : weightRanks(weights.total);
  if (ranks) for (let stack = 0; stack < frame.length; stack++) rank[stack] = ranks[frame[stack]!]!;
  const stacks = byRank(rank);
  // Inserting the sorted stacks from the last to the first puts every list in order.
  const first = new Int32Array(parent.length).fill(-1);
  const next = new Int32Array(parent.length).fill(-1);
  let roots = -1;
  for (let i = stacks.length - 1; i >= 0; i--) {
    const stack = stacks[i]!;
    const above = parent[stack]!;
    next[stack] = above < 0 ? roots : first[above]!;
    if (above < 0) roots = stack;
    else first[above] = stack;
  }
  return { first, next, roots };
}

/** Numbers from 0 on sorted by their ranks, by counting: sorting a million by comparing takes a second. */
function byRank(rank: Int32Array): Int32Array {
  const starts = new Int32Array(maximum(rank) + 2);
  for (let i = 0; i < rank.length; i++) starts[rank[i]! + 1]!++;
  for (let r = 1; r < starts.length; r++) starts[r]! += starts[r - 1]!;
  const sorted = new Int32Array(rank.length);
  for (let i = 0; i < rank.length; i++) sorted[starts[rank[i]!]!++] = i;
  return sorted;
}

/** Place of every value among the different ones, the largest first. */
function weightRanks(values: Float64Array): Int32Array {
  const different = values.slice().sort();
  let count = 0;
  for (let i = 0; i < different.length; i++)
    if (i === 0 || different[i] !== different[count - 1]) different[count++] = different[i]!;
  const ranks = new Int32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    let low = 0;
    let high = count - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (different[middle]! < value) low = middle + 1;
      else high = middle;
    }
    ranks[i] = count - 1 - low;
  }
  return ranks;
}

/** Place of every frame in the alphabet. */
function nameRanks(profile: Profile): Int32Array {
  const sorted = [...profile.frames.keys()].sort((a, b) => {
    const x = profile.frames[a]!;
    const y = profile.frames[b]!;
    return compare(x.name, y.name) || compare(x.source, y.source) || x.line - y.line || a - b;
  });
  const ranks = new Int32Array(sorted.length);
  sorted.forEach((frame, rank) => {
    ranks[frame] = rank;
  });
  return ranks;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
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
