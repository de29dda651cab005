import type { Address, Tagged } from '../address.ts';
import type { HeapView } from '../v8/objects/heap-view.ts';
import type { HeapImage } from './heap-image.ts';
import type { Kind, ObjectKinds } from './object-kinds.ts';

const HIGH = 0x1_0000_0000;

/** Fields of heap objects, from the loaded pages where the object lies there, else from the dump. */
export class HeapWords {
  readonly #view: HeapView;
  readonly #image: HeapImage;
  readonly #kinds: ObjectKinds;

  constructor(view: HeapView, image: HeapImage, kinds: ObjectKinds) {
    this.#view = view;
    this.#image = image;
    this.#kinds = kinds;
  }

  /** The field at `offset` of the object that `word` points to. */
  tagged(word: Tagged, offset: number): Tagged {
    const a = word - 1;
    const page = this.#image.pageOf(a);
    if (page === undefined || a + offset + 8 > page.areaEnd) return this.#view.tagged(word, offset);
    const i = (a - page.start + offset) / 4;
    return (page.halves[i + 1]! * HIGH + page.halves[i]!) as Tagged;
  }

  /** What the object that a strong pointer leads to has for a kind; undefined if it is none. */
  kind(word: Tagged): Kind | undefined {
    if (word % 4 !== 1) return undefined;
    const page = this.#image.pageOf(word - 1);
    return page && (word - 1) % 8 === 0 ? this.#kinds.at(page, word - 1) : undefined;
  }

  /** Instance type of the object; undefined for what is no object of the heap. */
  type(word: Tagged): number | undefined {
    return this.kind(word)?.map.type;
  }

  /** Elements of a FixedArray-like object: 0 where there can be none. */
  length(array: Tagged): number {
    const word = this.tagged(array, this.#view.layout.objects.fixedArray.length);
    const length = word % HIGH === 0 ? word / HIGH : 0;
    const page = this.#image.pageOf(array - 1);
    const room = page ? (page.areaEnd - array) / 8 : 0;
    return Math.max(0, Math.min(length, Math.floor(room)));
  }

  at(word: Tagged): Address {
    return (word - 1) as Address;
  }
}
