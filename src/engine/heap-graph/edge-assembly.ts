import { claimEach } from '../threads/claim.ts';
import type { EdgeArrays } from './edge-columns.ts';
import { type EdgeShare, PAGE_ROW, PageCell } from './edge-share.ts';
import type { HeapImage } from './heap-image.ts';

/** Edges that two threads have found, and where they belong; all of it is shared. */
export interface AssemblyInput {
  readonly share: EdgeShare;
  readonly ours: EdgeArrays;
  readonly theirs: EdgeArrays;
  /** Of each object that was left over: where its edges begin and end in `ours`. */
  readonly left: Uint32Array;
  /** Where all belong. */
  readonly all: EdgeArrays;
  /** By page: where its edges begin there. */
  readonly starts: Uint32Array;
  /** By ordinal: where the object's edges begin in the columns of its thread, and afterwards in `all`. */
  readonly firstEdge: Uint32Array;
  /** Ordinal behind the last object. */
  readonly end: number;
  /** [0] the next page that no thread has claimed. */
  readonly next: Int32Array;
}

/** By page: where its edges begin if those of the first one begin at `first`; behind the last one, where all end. */
export function edgeStarts({ pages }: EdgeShare, left: Uint32Array, first: number): Uint32Array {
  const count = pages.length / PAGE_ROW;
  const starts = new Uint32Array(new SharedArrayBuffer(4 * (count + 1)));
  let at = first;
  for (let n = 0; n < count; n++) {
    const row = PAGE_ROW * n;
    starts[n] = at;
    at += pages[row + PageCell.end]! - pages[row + PageCell.start]!;
    for (let x = pages[row + PageCell.leftStart]!; x < pages[row + PageCell.leftEnd]!; x++)
      at += left[2 * x + 1]! - left[2 * x]!;
  }
  starts[count] = at;
  return starts;
}

/** Puts edges where they belong, page by page, until all pages are claimed by this thread or by another one. */
export function assemble(image: HeapImage, input: AssemblyInput): void {
  claimEach(input.next, image.pages.length, (n) => assemblePage(image, input, n));
}

function assemblePage(image: HeapImage, input: AssemblyInput, n: number): void {
  const { share, ours, theirs, all, left, firstEdge } = input;
  const row = share.pages.subarray(PAGE_ROW * n, PAGE_ROW * (n + 1));
  const isLast = n + 1 === image.pages.length;
  const lastOrdinal = isLast ? input.end : image.firstOrdinal(n + 1);
  const source = row[PageCell.isTheirs] === 1 ? theirs : ours;
  let ordinal = image.firstOrdinal(n);
  let at = input.starts[n]!;
  let from = row[PageCell.start]!;
  for (let x = row[PageCell.leftStart]!; x < row[PageCell.leftEnd]!; x++) {
    const between = share.left[2 * x + 1]!;
    const end = firstEdge[between]!;
    move(firstEdge, ordinal, between, at - from);
    copy(source, from, end, all, at);
    at += end - from;
    from = end;
    firstEdge[between] = at;
    ordinal = between + 1;
    copy(ours, left[2 * x]!, left[2 * x + 1]!, all, at);
    at += left[2 * x + 1]! - left[2 * x]!;
  }
  move(firstEdge, ordinal, lastOrdinal, at - from);
  copy(source, from, row[PageCell.end]!, all, at);
}

function move(positions: Uint32Array, from: number, end: number, by: number): void {
  for (let i = from; i < end; i++) positions[i]! += by;
}

/** Copies of short runs are made here: a call takes as long as some hundred numbers. */
const SHORT = 64;

function copy(source: EdgeArrays, from: number, end: number, target: EdgeArrays, at: number): void {
  if (end - from > SHORT) {
    target.types.set(source.types.subarray(from, end), at);
    target.names.set(source.names.subarray(from, end), at);
    target.targets.set(source.targets.subarray(from, end), at);
    return;
  }
  for (let e = from, to = at; e < end; e++, to++) {
    target.types[to] = source.types[e]!;
    target.names[to] = source.names[e]!;
    target.targets[to] = source.targets[e]!;
  }
}
