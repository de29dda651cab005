import type { Tagged } from '../address.ts';
import type { HeapView } from '../v8/objects/heap-view.ts';
import {
  type DictionaryShape,
  dictionaryShape,
  isAccessor,
  NO_KEY,
  UNKNOWN_NAME,
} from './dictionary-edges.ts';
import type { HeapImage } from './heap-image.ts';
import type { PropertyReferences } from './property-references.ts';
import { SharedTable } from './shared-table.ts';
import type { StringArena } from './string-arena.ts';
import type { TextIds } from './text-ids.ts';

/**
 * So many keys are known; what has others is told one by one. Fewer where the heap has less than so many words for
 * each: room that is used here and there costs as if it were used as a whole.
 */
const MAX_KEYS = 1 << 17;
const WORDS_OF_KEY = 1 << 6;

/** What keys are made known from. */
export interface KeyTools {
  readonly image: HeapImage;
  readonly strings: StringArena;
  readonly texts: TextIds;
  readonly properties: PropertyReferences;
}

/** The keys of dictionaries as DictionaryEdges knows them: on the thread that knows the core, for both. */
export class DictionaryKeys {
  /** By index of a key, and one more: ids of its name, and of those of its getter and setter. */
  readonly table: SharedTable;
  readonly #tools: KeyTools;
  readonly #shape: DictionaryShape;

  constructor(view: HeapView, tools: KeyTools) {
    const { image, strings } = tools;
    this.#tools = tools;
    this.#shape = dictionaryShape(view, strings);
    this.table = SharedTable.for(Math.min(MAX_KEYS, Math.ceil(image.halves.length / 2 / WORDS_OF_KEY)));
    for (const word of [view.undefined, view.null, view.theHole, view.hashTableHole])
      this.#add(image.indexAt(word), NO_KEY, NO_KEY, NO_KEY);
  }

  /** Makes the keys of the NameDictionary at word `store` known; false if there was none to add. */
  learn(store: number): boolean {
    const { image } = this.#tools;
    const { first, entryWords } = this.#shape;
    const end = Math.min(store + 2 + image.halves[2 * store + 3]!, image.pageOf(store).end);
    let isNew = false;
    for (let w = store + 2 + first; w + entryWords <= end; w += entryWords) {
      const index = image.target(w);
      if (index >= 0 && this.#learn(index, isAccessor(image.halves, w, this.#shape))) isNew = true;
    }
    return isNew;
  }

  /** Makes a key known, its accessors' names only where they are needed; false if it was, or there is no room. */
  #learn(index: number, hasAccessors: boolean): boolean {
    const { image, strings, texts, properties } = this.#tools;
    const { cells } = this.table;
    const known = this.table.find(index + 1);
    if (known >= 0 && !(hasAccessors && cells[known + 1] === UNKNOWN_NAME)) return false;
    const name = hasAccessors ? -1 : texts.of(index);
    if (name >= 0) return this.#add(index, name, UNKNOWN_NAME, UNKNOWN_NAME);
    const key = properties.key((image.addressOf(index) + 1) as Tagged);
    const [text, getter, setter] = [key.text, key.getter, key.setter].map((t) => strings.add(t));
    if (known < 0) return this.#add(index, text!, getter!, setter!);
    cells[known + 2] = setter!;
    // Who finds one finds both.
    Atomics.store(cells, known + 1, getter!);
    return true;
  }

  #add(index: number, name: number, getter: number, setter: number): boolean {
    return index >= 0 && this.table.find(index + 1) < 0 && this.table.add(index + 1, name, getter, setter);
  }
}
