import { NodeType } from '../graph/types.ts';
import type { HeapImage, LoadedPage } from './heap-image.ts';
import type { NodeColumns } from './node-columns.ts';
import type { ArenaState, StringArena } from './string-arena.ts';

/** V8 cuts names in snapshots (StringsStorage, --heap-snapshot-string-limit). */
export const MAX_NAME = 1024;

/** Ids from here on are those of texts that another thread has collected, until they are joined. */
export const FIRST_APART = 2 ** 31;

/** What text nodes are told from, on whatever thread. */
export interface TextInput {
  /** Ordinals of the first object, and behind the last. */
  readonly first: number;
  readonly end: number;
  /** By kind's id: 1 if its objects are texts of one byte a character, with their length in the word before them. */
  readonly isText: Uint8Array;
  /** True if objects of the read-only space have no size. */
  readonly sharedHaveNoSize: boolean;
  readonly columns: NodeColumns;
}

/**
 * Fills the columns of the nodes that are texts of one byte a character, which is most of what can be told of
 * nodes without anything else than the image.
 */
export class TextNodes {
  readonly strings: StringArena;
  readonly #image: HeapImage;
  readonly #input: TextInput;

  constructor(image: HeapImage, strings: StringArena, input: TextInput) {
    this.#image = image;
    this.#input = input;
    this.strings = strings;
  }

  describe(): void {
    let ordinal = this.#input.first;
    for (const page of this.#image.pages) ordinal = this.#page(page, ordinal);
  }

  /** Moves the ids of names that were collected apart behind those of `others`, or to those of equal texts there. */
  join(others: ArenaState): void {
    const { first, end, columns } = this.#input;
    const { name } = columns;
    const ids = this.strings.moveBehind(others);
    for (let i = first; i < end; i++) if (name[i]! >= FIRST_APART) name[i] = ids[name[i]! - FIRST_APART]!;
  }

  #page(page: LoadedPage, first: number): number {
    const { marks, halves } = this.#image;
    const { strings } = this;
    const { isText, sharedHaveNoSize, columns } = this.#input;
    const { type: types, name: names, size: sizes, address: addresses } = columns;
    const isSized = !sharedHaveNoSize || page.space !== 'read_only_space';
    const pageStart = page.start - 8 * page.first;
    const end = (page.end + 31) >>> 5;
    let ordinal = first;
    for (let m = page.first >>> 5; m < end; m++) {
      for (let bits = marks[m]!; bits !== 0; bits &= bits - 1) {
        const i = 32 * m + 31 - Math.clz32(bits & -bits);
        if (isText[halves[2 * i]!] === 1) {
          let length = halves[2 * i + 3]!;
          let words = 2 + ((length + 7) >>> 3);
          // A length that does not fit makes no sense: nothing but the map is there.
          if (length < 0 || words > page.end - i) {
            length = 0;
            words = 1;
          }
          types[ordinal] = NodeType.string;
          addresses[ordinal] = pageStart + 8 * i;
          sizes[ordinal] = isSized ? 8 * words : 0;
          names[ordinal] = strings.addLatin1(halves, 2 * i + 4, Math.min(length, MAX_NAME));
        }
        ordinal++;
      }
    }
    return ordinal;
  }
}
