import type { Tagged } from '../address.ts';
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
    const object = (word & 3) === 1 && (offset & 7) === 0 ? this.#image.indexAt(word) : -1;
    if (object < 0) return this.#view.tagged(word, offset);
    const i = object + offset / 8;
    if (i >= this.#image.pageOf(object).end) return this.#view.tagged(word, offset);
    const { halves } = this.#image;
    return (halves[2 * i + 1]! * HIGH + (halves[2 * i]! >>> 0)) as Tagged;
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
    const i = this.#image.indexAt(array);
    const room = i < 0 ? 0 : this.#image.pageOf(i).end - i;
    return Math.max(0, Math.min(length, room));
  }
}
