/** How many of a kind were right. */
export interface Tally {
  readonly right: number;
  readonly all: number;
  count(right: boolean): void;
}

export function tally(): Tally {
  let right = 0;
  let all = 0;
  return {
    get right() {
      return right;
    },
    get all() {
      return all;
    },
    count(ok: boolean) {
      all++;
      if (ok) right++;
    },
  };
}

export function percent(part: { readonly right: number; readonly all: number }): number {
  return part.all === 0 ? 100 : (100 * part.right) / part.all;
}
