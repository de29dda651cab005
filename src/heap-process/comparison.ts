import type { HeapDiff } from '../engine/analyses/diff.ts';
import type { ClassChange, Delta, Grower } from './protocol.ts';

interface Named extends Delta {
  readonly key: string;
}

/** Changes since several older dumps as one table; those since the first, then what only later ones list. */
export function mergeChanges(diffs: readonly HeapDiff[]): ClassChange[] {
  return merge(
    diffs.map(({ classes }) => classes.map((row) => ({ ...row, key: `${row.type}:${row.name}` }))),
  );
}

export function mergeGrowers(diffs: readonly HeapDiff[]): Grower[] {
  return merge(diffs.map(({ growers }) => growers.map((row) => ({ ...row, key: row.path }))));
}

function merge<T extends Named>(
  lists: readonly (readonly T[])[],
): (Omit<T, 'key'> & { since: (Delta | null)[] })[] {
  const rows = new Map<string, { row: T; since: (Delta | null)[] }>();
  lists.forEach((list, i) => {
    for (const row of list) {
      let known = rows.get(row.key);
      if (!known) {
        // Nothing changed since the dumps that do not list it.
        const first = i === 0 ? row : { ...row, countDelta: 0, sizeDelta: 0 };
        known = { row: first, since: lists.map(() => null) };
        rows.set(row.key, known);
      }
      known.since[i] = { countDelta: row.countDelta, sizeDelta: row.sizeDelta };
    }
  });
  return [...rows.values()].map(({ row: { key: _, ...row }, since }) => ({ ...row, since }));
}
