import { EdgeType } from '../graph/types.ts';
import type { EdgeColumns } from './edge-columns.ts';
import type { Furniture } from './furniture.ts';
import type { HeapImage } from './heap-image.ts';
import { Cover } from './plan-steps.ts';

/** What the rest is made from and written to, on whatever thread. */
export interface RestTools {
  readonly image: HeapImage;
  readonly edges: EdgeColumns;
  readonly furniture: Furniture;
  /** Id of the digits of a whole number; -1 if that cannot be told here. */
  numberName(n: number): number;
}

/** The words of an object, and how named references have shown them. */
export interface Rest {
  /** Index of the object's first word. */
  readonly i: number;
  readonly wordCount: number;
  /** Cover of the first words, from position `at` to `end`; none shows those behind. */
  readonly shown: Uint8Array;
  readonly at: number;
  readonly end: number;
  /** Number of the first reference. */
  readonly first: number;
  /** Offsets of words that are weak without a tag. */
  readonly weakOffsets: readonly number[];
}

/**
 * Adds what no rule names: strong references as hidden edges, weakly tagged ones as weak edges, by one running
 * number that references left out count in, too (IndexedReferencesExtractor). False if a number has no name.
 */
export function addRest(
  tools: RestTools,
  { i, wordCount, shown, at, end, first, weakOffsets }: Rest,
): boolean {
  const { image, edges, furniture } = tools;
  const { halves } = image;
  let index = first;
  for (let w = 1; w < wordCount; w++) {
    const cover = at + w < end ? shown[at + w]! : Cover.none;
    if (cover === Cover.always) continue;
    const low = halves[2 * (i + w)]!;
    if ((low & 1) === 0) continue;
    const to = image.ordinalOf(image.indexOf(low, halves[2 * (i + w) + 1]!));
    if (to < 0) continue;
    if (furniture.has(to)) {
      index++;
      continue;
    }
    if (cover === Cover.unlessFurniture) continue;
    if ((low & 3) === 3) {
      const name = tools.numberName(index++);
      if (name < 0) return false;
      edges.push(EdgeType.weak, name, to);
    } else if (weakOffsets.length === 0 || !weakOffsets.includes(8 * w))
      edges.push(EdgeType.hidden, index++, to);
  }
  return true;
}
