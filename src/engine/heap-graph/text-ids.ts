import type { HeapView } from '../v8/objects/heap-view.ts';
import type { HeapImage } from './heap-image.ts';
import type { ObjectKinds } from './object-kinds.ts';
import type { StringArena } from './string-arena.ts';

/** Ids of what strings of the heap say, out of the image: no text is made of most. */
export class TextIds {
  readonly #image: HeapImage;
  readonly #kinds: ObjectKinds;
  readonly #strings: StringArena;
  /** Where characters begin, in halves of words. */
  readonly #chars: number;

  constructor(view: HeapView, image: HeapImage, kinds: ObjectKinds, strings: StringArena) {
    this.#image = image;
    this.#kinds = kinds;
    this.#strings = strings;
    this.#chars = view.layout.objects.string.chars >> 2;
  }

  /** Id of the text of the object at word `i`; -1 for what is no string with Latin-1 characters of its own. */
  of(i: number): number {
    if (i < 0 || this.#kinds.at(i)?.form !== 'one-byte text') return -1;
    const { halves } = this.#image;
    const length = halves[2 * i + 3]!;
    const start = 2 * i + this.#chars;
    const room = 4 * (2 * this.#image.pageOf(i).end - start);
    return length >= 0 && length <= room ? this.#strings.addLatin1(halves, start, length) : -1;
  }
}
