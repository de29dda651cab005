import { attemptOr } from '../absence.ts';
import type { Tagged } from '../address.ts';
import { EdgeType } from '../graph/types.ts';
import type { HeapView } from '../v8/objects/heap-view.ts';
import type { MapInfo } from '../v8/objects/map.ts';
import { isPrivateName, storedKeys, storedProperties } from '../v8/objects/properties.ts';
import { symbolDescription } from '../v8/objects/symbol.ts';
import type { HeapWords } from './heap-words.ts';
import type { ReferenceSink } from './reference-sink.ts';

const { property, internal } = EdgeType;
const MAX_CACHED = 1 << 18;
const HIGH = 0x1_0000_0000;

/** How V8 spells a property's key. */
export interface Key {
  readonly text: string;
  /** How its getter and setter are spelled: symbols have no prefix. */
  readonly getter: string;
  readonly setter: string;
}

/** Where the objects of a map keep a property. */
export interface FastProperty {
  readonly key: Key;
  readonly isAccessor: boolean;
  /** The value itself where the descriptor has it, else 0. */
  readonly constant: Tagged;
  /** Offset in the object, or -1. */
  readonly inObject: number;
  /** Offset in the PropertyArray, or -1. */
  readonly inArray: number;
}

/**
 * References by named properties (V8HeapExplorer::ExtractPropertyReferences): for objects with fast
 * properties from a plan that is made once for each map.
 */
export class PropertyReferences {
  readonly #view: HeapView;
  readonly #words: HeapWords;
  readonly #plans = new Map<Tagged, readonly FastProperty[]>();
  readonly #keys = new Map<Tagged, Key>();

  constructor(view: HeapView, words: HeapWords) {
    this.#view = view;
    this.#words = words;
  }

  extract(word: Tagged, map: MapInfo, sink: ReferenceSink): void {
    const { types, objects } = this.#view.layout;
    if (map.isDictionary || map.type === types.JS_GLOBAL_OBJECT) {
      if (map.type === types.JS_GLOBAL_OBJECT)
        for (const p of attemptOr([], () => storedProperties(this.#view, word)))
          this.#property(this.key(p.key), p.value, p.isAccessor, -1, sink);
      else this.dictionary(this.#words.tagged(word, objects.object.properties), sink);
      return;
    }
    const plan = this.plan(map);
    if (plan.length === 0) return;
    const array = this.#words.tagged(word, objects.object.properties);
    for (const p of plan) {
      let value = p.constant;
      if (p.inObject >= 0) value = this.#words.tagged(word, p.inObject);
      else if (p.inArray >= 0) {
        if (this.#words.type(array) !== types.PROPERTY_ARRAY) continue;
        value = this.#words.tagged(array, p.inArray);
      }
      this.#property(p.key, value, p.isAccessor, p.inObject, sink);
    }
  }

  /** The entries of a NameDictionary, in the order in which they were made. */
  dictionary(dictionary: Tagged, sink: ReferenceSink): void {
    const words = this.#words;
    const view = this.#view;
    const { layout } = view;
    const { hashTable, fixedArray, details: d } = layout.objects;
    if (words.type(dictionary) !== layout.types.NAME_DICTIONARY) return;
    const length = words.length(dictionary);
    const size = hashTable.nameEntrySize;
    const mask = 2 ** d.dictionaryIndexBits - 1;
    const found: { key: Tagged; value: Tagged; isAccessor: boolean; order: number }[] = [];
    for (let i = hashTable.prefix + hashTable.namePrefixSize; i + size <= length; i += size) {
      const at = fixedArray.data + 8 * i;
      const key = words.tagged(dictionary, at);
      if ((key & 3) !== 1 || view.isNullish(key) || view.isHole(key)) continue;
      const details = words.tagged(dictionary, at + 16) / HIGH;
      found.push({
        key,
        value: words.tagged(dictionary, at + 8),
        isAccessor: (details & d.kindMask) === d.kindAccessor,
        order: (details >>> d.dictionaryIndexShift) & mask,
      });
    }
    found.sort((a, b) => a.order - b.order);
    for (const { key, value, isAccessor } of found)
      this.#property(this.key(key), value, isAccessor, -1, sink);
  }

  #property(
    key: Key,
    value: Tagged,
    isAccessor: boolean,
    offset: number,
    sink: Pick<ReferenceSink, 'named'>,
  ): void {
    const type = key.text === '' ? internal : property;
    if (!isAccessor) {
      sink.named(type, key.text, value, offset);
      return;
    }
    const { types, objects } = this.#view.layout;
    if (this.#words.type(value) !== types.ACCESSOR_PAIR) return;
    sink.named(type, key.text, value, offset);
    const { getter, setter } = objects.accessorPair;
    this.#accessor(key.getter, this.#words.tagged(value, getter), sink);
    this.#accessor(key.setter, this.#words.tagged(value, setter), sink);
  }

  #accessor(name: string, target: Tagged, sink: Pick<ReferenceSink, 'named'>): void {
    const kind = this.#words.type(target);
    if (kind === undefined || kind === this.#view.layout.types.ODDBALL) return;
    sink.named(property, name, target, -1);
  }

  /** What the objects of a map with fast properties show. */
  plan(map: MapInfo): readonly FastProperty[] {
    let plan = this.#plans.get(map.word);
    if (!plan) {
      plan = attemptOr([], () => this.#makePlan(map));
      if (this.#plans.size < MAX_CACHED) this.#plans.set(map.word, plan);
    }
    return plan;
  }

  #makePlan(map: MapInfo): FastProperty[] {
    const view = this.#view;
    const { details: d, descriptors: o, propertyArray } = view.layout.objects;
    const { descriptors } = map;
    const inObjectCount = map.instanceSize / 8 - map.inObjectStart;
    const plan: FastProperty[] = [];
    for (const [i, word] of storedKeys(view, map).entries()) {
      const part = (n: number) => view.tagged(descriptors, o.header + 8 * (i * o.entryWords + n));
      const details = part(o.details) / 0x1_0000_0000;
      const key = this.key(word);
      const isAccessor = (details & d.kindMask) === d.kindAccessor;
      if ((details & d.locationMask) !== 0) {
        plan.push({ key, isAccessor, constant: part(o.value), inObject: -1, inArray: -1 });
        continue;
      }
      const representation = (details & d.representationMask) >>> d.representationShift;
      // Fields for numbers alone are not shown (unless numeric values are asked for).
      if (representation === view.layout.graph.representationSmi || representation === d.representationDouble)
        continue;
      const index = (details & d.indexMask) >>> d.indexShift;
      const isInObject = index < inObjectCount;
      plan.push({
        key,
        isAccessor,
        constant: 0 as Tagged,
        inObject: isInObject ? 8 * (map.inObjectStart + index) : -1,
        inArray: isInObject ? -1 : propertyArray.data + 8 * (index - inObjectCount),
      });
    }
    return plan;
  }

  /** References by a property whose value is known. */
  constant(p: FastProperty, sink: Pick<ReferenceSink, 'named'>): void {
    this.#property(p.key, p.constant, p.isAccessor, -1, sink);
  }

  /** StringsStorage::GetName (profiler/strings-storage.cc). */
  key(word: Tagged): Key {
    let key = this.#keys.get(word);
    if (!key) {
      const view = this.#view;
      key = attemptOr(symbolKey(''), () => {
        if (view.isString(word)) {
          const text = view.string(word);
          return { text, getter: `get ${text}`, setter: `set ${text}` };
        }
        const text = symbolDescription(view, word);
        if (isPrivateName(view, word)) return symbolKey(text);
        const described = view.isString(view.tagged(word, view.layout.objects.symbol.description));
        return symbolKey(described ? `<symbol ${text}>` : '<symbol>');
      });
      if (this.#keys.size < MAX_CACHED) this.#keys.set(word, key);
    }
    return key;
  }
}

function symbolKey(text: string): Key {
  return { text, getter: text, setter: text };
}
