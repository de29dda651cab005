import type { SizeFormula } from '../v8/objects/object-size.ts';

/** Numbers of a row: place of the number that counts and shift of its bits, its mask, bytes without any and of each. */
const ROW = 4;
const SHIFT = 8;
const PLACE_MASK = (1 << SHIFT) - 1;

/** Where a formula's number lies and how far its bits are shifted, in one number: for `countAt`. */
export function placeOf({ at, shift }: Pick<SizeFormula, 'at' | 'shift'>): number {
  return (at >>> 2) | (shift << SHIFT);
}

/** The number that the object at word `i` has at a place. */
export function countAt(halves: Int32Array, i: number, place: number, mask: number): number {
  return (halves[2 * i + (place & PLACE_MASK)]! >>> (place >>> SHIFT)) & mask;
}

/** Bytes of the objects of each kind, as far as one number in them tells it: nothing but numbers, on whatever thread. */
export class KindSizes {
  /** By kind's id; in shared memory. */
  readonly rows: Int32Array;

  /** For so many kinds; memory that is never touched costs nothing. */
  static for(kinds: number): KindSizes {
    return new KindSizes(new Int32Array(new SharedArrayBuffer(4 * ROW * kinds)));
  }

  constructor(rows: Int32Array) {
    this.rows = rows;
  }

  /** Sets what the size of a kind's objects follows from, or that all of them have the same. */
  set(id: number, size: SizeFormula | number): void {
    const formula = typeof size === 'number' ? { at: 0, shift: 0, mask: 0, base: size, each: 0 } : size;
    this.rows.set([placeOf(formula), formula.mask, formula.base, formula.each], ROW * id);
  }

  /** True if the size of a kind's objects was set. */
  tells(id: number): boolean {
    return this.rows[ROW * id + 2] !== 0 || this.rows[ROW * id + 3] !== 0;
  }

  /** Bytes of the object at word `i`, which may be more than there is room for; 0 where it was not set. */
  of(halves: Int32Array, i: number, id: number): number {
    const { rows } = this;
    const r = ROW * id;
    const each = rows[r + 3]!;
    if (each === 0) return rows[r + 2]!;
    const bytes = rows[r + 2]! + each * countAt(halves, i, rows[r]!, rows[r + 1]!);
    return bytes + (-bytes & 7);
  }
}

/** A size if there is so much room, in words; else that of the map word: what does not fit makes no sense. */
export function fitting(bytes: number, words: number): number {
  return bytes >= 8 && bytes <= 8 * words ? bytes : 8;
}
