import { type Address, address } from '../address.ts';
import type { HeapImage, LoadedPage } from './heap-image.ts';
import type { Kind, ObjectKinds } from './object-kinds.ts';

/** A growing stack of addresses. */
class AddressStack {
  #items = new Float64Array(1 << 16);
  #count = 0;

  push(a: number): void {
    if (this.#count === this.#items.length) {
      const larger = new Float64Array(this.#items.length * 2);
      larger.set(this.#items);
      this.#items = larger;
    }
    this.#items[this.#count++] = a;
  }

  pop(): number {
    return this.#count === 0 ? -1 : this.#items[--this.#count]!;
  }
}

/**
 * Marks what V8's collector would: everything that strong references reach from the roots; a value of an
 * ephemeron table once its key is alive (heap/mark-compact.cc, ProcessEphemerons).
 */
export class Liveness {
  readonly #image: HeapImage;
  readonly #kinds: ObjectKinds;
  readonly #stack = new AddressStack();
  readonly #tables: Address[] = [];

  constructor(image: HeapImage, kinds: ObjectKinds) {
    this.#image = image;
    this.#kinds = kinds;
  }

  /** Marks from a strong root; false if the words lead to no heap object. */
  root(low: number, high: number): boolean {
    return (low & 3) === 1 && this.#reach(high * 0x1_0000_0000 + low - 1);
  }

  /** Follows all references until nothing new is found. */
  finish(): void {
    do this.#drain();
    while (this.#ephemerons());
  }

  #reach(a: number): boolean {
    const page = this.#image.pageOf(a);
    if (page === undefined || a % 8 !== 0 || this.#kinds.at(page, a) === undefined) return false;
    if (this.#image.mark(page, a)) this.#stack.push(a);
    return true;
  }

  #drain(): void {
    for (let a = this.#stack.pop(); a >= 0; a = this.#stack.pop()) {
      const page = this.#image.pageOf(a)!;
      const kind = this.#kinds.at(page, a)!;
      this.#word(page, (a - page.start) / 4);
      this.#body(page, address(a), kind);
    }
  }

  #body(page: LoadedPage, a: Address, kind: Kind): void {
    if (kind.body === 'data') return;
    if (kind.body === 'ephemerons') {
      this.#tables.push(a);
      return;
    }
    const size = kind.body === 'header' ? kind.header : this.#kinds.size(a, kind, page);
    const first = (a - page.start) / 4;
    const end = Math.min(first + size / 4, page.halves.length);
    for (let i = first + 2; i < end; i += 2) {
      if (kind.weakOffsets.length > 0 && kind.weakOffsets.includes((i - first) * 4)) continue;
      this.#word(page, i);
    }
  }

  #word(page: LoadedPage, i: number): void {
    const low = page.halves[i]!;
    if ((low & 3) === 1) this.#reach(page.halves[i + 1]! * 0x1_0000_0000 + low - 1);
  }

  /** Marks values whose keys are alive; true if any was new. */
  #ephemerons(): boolean {
    let found = false;
    for (const a of this.#tables) {
      const page = this.#image.pageOf(a)!;
      for (const { key, value } of ephemeronSlots(page, a)) {
        const target = strongTarget(page, value);
        if (target < 0 || !this.#isLiveKey(page, key)) continue;
        const on = this.#image.pageOf(target);
        if (on && !this.#image.isMarked(on, target) && this.#reach(target)) found = true;
      }
    }
    return found;
  }

  #isLiveKey(page: LoadedPage, i: number): boolean {
    const key = strongTarget(page, i);
    const on = key < 0 ? undefined : this.#image.pageOf(key);
    return on !== undefined && key % 8 === 0 && this.#image.isMarked(on, key);
  }
}

/** Address that the strong pointer at half-word index `i` leads to, or -1. */
export function strongTarget(page: LoadedPage, i: number): number {
  const low = page.halves[i]!;
  return (low & 3) === 1 ? page.halves[i + 1]! * 0x1_0000_0000 + low - 1 : -1;
}

/** Half-word indices of keys and values of an EphemeronHashTable: three counts, then pairs. */
export function* ephemeronSlots(page: LoadedPage, a: Address): Generator<{ key: number; value: number }> {
  const first = (a - page.start) / 4;
  // The length is a Smi: its value is the upper half.
  const length = page.halves[first + 3]!;
  const end = Math.min(first + 4 + 2 * length, page.halves.length);
  for (let i = first + 4 + 2 * 3; i + 4 <= end; i += 4) yield { key: i, value: i + 2 };
}
