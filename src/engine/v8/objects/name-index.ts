import type { Tagged } from '../../address.ts';
import type { HeapView } from './heap-view.ts';
import { fastPropertyAt, type StoredProperty, storedKeys } from './properties.ts';
import { visibleProperties } from './vm-sandbox.ts';

/** Maps and dictionaries whose names are kept. */
const MAX_MAPS = 4096;
const MAX_DICTIONARIES = 64;

/**
 * Own string-keyed properties by name. Objects of one map have them at the same places, and nothing changes
 * in a dump, so the names of a map are read once; those of dictionaries are kept for a few objects.
 */
export class NameIndex {
  readonly #view: HeapView;
  readonly #maps = new Map<Tagged, ReadonlyMap<string, number>>();
  readonly #dictionaries = new Map<Tagged, ReadonlyMap<string, StoredProperty>>();

  constructor(view: HeapView) {
    this.#view = view;
  }

  find(object: Tagged, name: string): StoredProperty | undefined {
    const map = this.#view.map(object);
    if (map.isDictionary || map.type === this.#view.layout.types.JS_GLOBAL_OBJECT) {
      return this.#dictionary(object).get(name);
    }
    let names = this.#maps.get(map.word);
    if (!names) {
      names = new Map(
        storedKeys(this.#view, map).flatMap((key, index) =>
          this.#view.isString(key) ? [[this.#view.string(key), index] as const] : [],
        ),
      );
      if (this.#maps.size >= MAX_MAPS) this.#maps.clear();
      this.#maps.set(map.word, names);
    }
    const index = names.get(name);
    return index === undefined ? undefined : fastPropertyAt(this.#view, object, map, index);
  }

  #dictionary(object: Tagged): ReadonlyMap<string, StoredProperty> {
    let names = this.#dictionaries.get(object);
    if (!names) {
      names = new Map(
        visibleProperties(this.#view, object).flatMap((property) =>
          this.#view.isString(property.key) ? [[this.#view.string(property.key), property] as const] : [],
        ),
      );
      if (this.#dictionaries.size >= MAX_DICTIONARIES) this.#dictionaries.clear();
      this.#dictionaries.set(object, names);
    }
    return names;
  }
}
