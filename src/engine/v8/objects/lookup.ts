import type { Tagged } from '../../address.ts';
import type { HeapView } from './heap-view.ts';
import { findProperty, type StoredProperty } from './properties.ts';

const MAX_PROTOTYPES = 10_000;

export interface Found {
  readonly holder: Tagged;
  readonly property: StoredProperty;
}

/** Objects of the prototype chain from `object` on; ends at null, a proxy, or a cycle. */
export function* prototypeChain(view: HeapView, object: Tagged): Generator<Tagged> {
  const seen = new Set<Tagged>();
  let current = object;
  while (view.isReceiver(current) && !seen.has(current) && seen.size < MAX_PROTOTYPES) {
    seen.add(current);
    yield current;
    const holder = current;
    current = view.readable(view.map(holder).prototype);
  }
}

/** A named property of an object or its prototypes; a Fault where a part of these cannot be read. */
export function lookup(view: HeapView, object: Tagged, matches: (key: Tagged) => boolean): Found | undefined {
  for (const holder of prototypeChain(view, object)) {
    const property = findProperty(view, holder, matches);
    if (property) return { holder, property };
  }
  return undefined;
}

/** Matches a string key by its text. */
export function named(view: HeapView, name: string): (key: Tagged) => boolean {
  return (key) =>
    view.isString(view.readable(key)) && view.stringLength(key) === name.length && view.string(key) === name;
}

/** A string-valued data property of an object or its prototypes; undefined if it is anything else. */
export function stringProperty(view: HeapView, object: Tagged, name: string): string | undefined {
  const found = lookup(view, object, named(view, name));
  if (!found || found.property.isAccessor || !view.isString(view.readable(found.property.value)))
    return undefined;
  return view.string(found.property.value);
}
