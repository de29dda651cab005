/**
 * How two threads share the objects to be connected, page by page: one takes pages from the first one on, the
 * other one, which knows the core, from the last one back, and what the first one leaves over. All is shared.
 */
export interface EdgeShare {
  /** [0] pages that are claimed, [1] objects that are left over. */
  readonly state: Int32Array;
  /** By page: the row that PageCell tells of. */
  readonly pages: Uint32Array;
  /** Objects that are left over, in the order of their pages: index, ordinal. */
  readonly left: Uint32Array;
}

export const PAGE_ROW = 5;

/** Who has connected a page, where its edges stand in that thread's columns, and what was left over of it. */
export const PageCell = { isTheirs: 0, start: 1, end: 2, leftStart: 3, leftEnd: 4 } as const;

/** For so many pages and objects; memory that is never touched costs nothing. */
export function edgeShare(pages: number, objects: number): EdgeShare {
  return {
    state: new Int32Array(new SharedArrayBuffer(8)),
    pages: new Uint32Array(new SharedArrayBuffer(4 * PAGE_ROW * pages)),
    left: new Uint32Array(new SharedArrayBuffer(8 * objects)),
  };
}

/** True if one more page is the caller's: the next one on its side. */
export function claimPage({ state, pages }: EdgeShare): boolean {
  return Atomics.add(state, 0, 1) < pages.length / PAGE_ROW;
}

/** Leaves an object over. */
export function leave({ state, left }: EdgeShare, i: number, ordinal: number): void {
  const n = state[1]!;
  left[2 * n] = i;
  left[2 * n + 1] = ordinal;
  Atomics.store(state, 1, n + 1);
}

/** How many objects were left over up to now. */
export function countLeft({ state }: EdgeShare): number {
  return Atomics.load(state, 1);
}
