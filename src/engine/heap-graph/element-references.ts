import { attemptOr } from '../absence.ts';
import type { Tagged } from '../address.ts';
import { EdgeType } from '../graph/types.ts';
import type { HeapView } from '../v8/objects/heap-view.ts';
import type { MapInfo } from '../v8/objects/map.ts';
import type { HeapWords } from './heap-words.ts';
import type { ReferenceSink } from './reference-sink.ts';

const HIGH = 0x1_0000_0000;
/** PACKED_ELEMENTS and HOLEY_ELEMENTS (objects/elements-kind.h). */
const PACKED = 2;
const HOLEY = 3;

/** References by index (V8HeapExplorer::ExtractElementReferences): those of plain and of dictionary elements. */
export class ElementReferences {
  readonly #view: HeapView;
  readonly #words: HeapWords;

  constructor(view: HeapView, words: HeapWords) {
    this.#view = view;
    this.#words = words;
  }

  extract(word: Tagged, map: MapInfo, sink: ReferenceSink): void {
    const { types, objects } = this.#view.layout;
    const store = this.#words.tagged(word, objects.object.elements);
    const { elementsKind } = map;
    if (elementsKind === PACKED || elementsKind === HOLEY) {
      if (this.#words.type(store) !== types.FIXED_ARRAY) return;
      let length = this.#words.length(store);
      if (map.type === types.JS_ARRAY)
        length = Math.min(length, Math.floor(this.#words.tagged(word, objects.array.length) / HIGH));
      this.#fixed(store, length, sink);
    } else if (this.#words.type(store) === types.NUMBER_DICTIONARY) this.dictionary(store, sink);
  }

  #fixed(store: Tagged, length: number, sink: ReferenceSink): void {
    const { theHole } = this.#view;
    const { data } = this.#view.layout.objects.fixedArray;
    for (let i = 0; i < length; i++) {
      const value = this.#words.tagged(store, data + 8 * i);
      if ((value & 3) === 1 && value !== theHole) sink.indexed(EdgeType.element, i, value, -1);
    }
  }

  /** Elements of a NumberDictionary. */
  dictionary(store: Tagged, sink: ReferenceSink): void {
    const view = this.#view;
    const { hashTable, fixedArray } = view.layout.objects;
    const size = hashTable.numberEntrySize;
    const length = this.#words.length(store);
    for (let i = hashTable.prefix + hashTable.numberPrefixSize; i + size <= length; i += size) {
      const word = this.#words.tagged(store, fixedArray.data + 8 * i);
      // Most places are free: a fault for each costs more than all else.
      if (view.isNullish(word) || view.isHole(word)) continue;
      const key = attemptOr(Number.NaN, () => view.number(word));
      if (!(key >= 0)) continue;
      sink.indexed(EdgeType.element, key, this.#words.tagged(store, fixedArray.data + 8 * (i + 1)), -1);
    }
  }
}
