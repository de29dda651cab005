import { type Address, address, type Tagged } from '../address.ts';
import type { HeapView } from '../v8/objects/heap-view.ts';
import type { HeapImage } from './heap-image.ts';
import type { Kind, ObjectKinds } from './object-kinds.ts';

const HIGH = 0x1_0000_0000;

/** Fields of heap objects, from the image where the object lies there, else from the dump. */
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
    const i = this.#indexOf(word, offset);
    if (i < 0) return this.#view.tagged(word, offset);
    const { halves } = this.#image;
    return (halves[2 * i + 1]! * HIGH + (halves[2 * i]! >>> 0)) as Tagged;
  }

  /** As `tagged`, for a field that holds an address or a size. */
  pointer(word: Tagged, offset: number): Address {
    const i = this.#indexOf(word, offset);
    if (i < 0) return this.#view.pointer(word, offset);
    const { halves } = this.#image;
    return address((halves[2 * i + 1]! >>> 0) * HIGH + (halves[2 * i]! >>> 0));
  }

  /** The 32-bit number at `offset`, which is a multiple of 4. */
  u32(word: Tagged, offset: number): number {
    const i = this.#indexOf(word, offset & ~7);
    return i < 0 ? this.#view.u32(word, offset) : this.#image.halves[2 * i + ((offset >>> 2) & 1)]! >>> 0;
  }

  /** Index of a field's word, or -1. */
  #indexOf(word: Tagged, offset: number): number {
    const object = (word & 3) === 1 && (offset & 7) === 0 ? this.#image.indexAt(word) : -1;
    return object >= 0 && object + offset / 8 < this.#image.pageOf(object).end ? object + offset / 8 : -1;
  }

  /** What the object that a strong pointer leads to has for a kind; undefined if it is none. */
  kind(word: Tagged): Kind | undefined {
    if ((word & 3) !== 1) return undefined;
    const i = this.#image.indexAt(word);
    return i < 0 ? undefined : this.#kinds.at(i);
  }

  /** Instance type of the object; undefined for what is no object of the heap. */
  type(word: Tagged): number | undefined {
    return this.kind(word)?.map.type;
  }

  /** Elements of a FixedArray-like object: 0 where there can be none. */
  length(array: Tagged): number {
    const word = this.tagged(array, this.#view.layout.objects.fixedArray.length);
    const length = word % HIGH === 0 ? word / HIGH : 0;
    return Math.max(0, Math.min(length, this.room(array)));
  }

  /** Words from the start of an object to the end of its page: 0 for what is none. */
  room(object: Tagged): number {
    const i = this.#image.indexAt(object);
    return i < 0 ? 0 : this.#image.pageOf(i).end - i;
  }
}
