import { type Absence, absent, attempt, attemptOr, isAbsent } from '../../absence.ts';
import type { Tagged } from '../../address.ts';
import type { ScriptLines } from '../frames/script-lines.ts';
import type { Property, Value } from '../inspect.ts';
import { dataProperty } from '../property.ts';
import { builtinGetterValue } from './builtin-getter.ts';
import type { Element } from './elements.ts';
import { sharedOf } from './functions.ts';
import type { HeapView } from './heap-view.ts';
import { moduleExports } from './module-namespace.ts';
import { nativeAccessor, stackValue } from './native-accessor.ts';
import { privateMembers } from './private-members.ts';
import {
  accessorPair,
  isPrivateName,
  isPrivateSymbol,
  type StoredProperty,
  storedProperties,
} from './properties.ts';
import { sharedScript } from './shared-function.ts';
import { keyText } from './symbol.ts';
import { visibleProperties } from './vm-sandbox.ts';

const READ_ONLY = 1;
const DONT_ENUM = 2;
const DONT_DELETE = 4;
const NOT_NAMED: readonly Property[] = [];

/** The object that has the own properties that a program sees on `object`. */
export function propertyHolder(view: HeapView, object: Tagged): Tagged {
  const { types } = view.layout;
  if (!view.isType(object, types.JS_GLOBAL_PROXY)) return object;
  const global = view.readable(view.map(object).prototype);
  return view.isType(global, types.JS_GLOBAL_OBJECT) ? global : object;
}

/**
 * Own named properties in the order of the debugger: enumerable strings, other strings, symbols, each in
 * order of creation, then private members.
 */
export function namedProperties(view: HeapView, lines: ScriptLines, object: Tagged): readonly Property[] {
  const { types } = view.layout;
  const type = view.type(object);
  if (type === types.JS_PROXY) return NOT_NAMED;
  if (type === types.JS_MODULE_NAMESPACE || type === types.JS_DEFERRED_MODULE_NAMESPACE) {
    return namespaceProperties(view, lines, object);
  }
  const holder = propertyHolder(view, object);
  const first: Property[] = [];
  const strings: Property[] = [];
  const symbols: Property[] = [];
  const hidden: Property[] = [];
  const lost = (key: Tagged, absence: Absence) => first.push(unreadableProperty(absence, keyName(view, key)));
  for (const stored of visibleProperties(view, holder, lost)) {
    const property = attempt(() => {
      if (!isPrivateSymbol(view, stored.key)) return propertyOf(view, lines, holder, stored);
      if (isPrivateName(view, stored.key)) hidden.push(...privateMembers(view, stored, holder));
      return undefined;
    });
    if (property === undefined) continue;
    if (isAbsent(property)) lost(stored.key, property);
    else if (property.isSymbol) symbols.push(property);
    else if (property.enumerable) first.push(property);
    else strings.push(property);
  }
  return [...first, ...strings, ...symbols, ...hidden, ...privateMembers(view, undefined, holder)];
}

function keyName(view: HeapView, key: Tagged): string | undefined {
  return attemptOr(undefined, () => keyText(view, key));
}

/** A property that is there, but whose value, and maybe its key, cannot be read. */
export function unreadableProperty(absence: Absence, name = '(unreadable)'): Property {
  return dataProperty(name, { kind: 'absent', absence }, { writable: false, configurable: false });
}

/** A stored property as the debugger shows it; `text` is its key's, where that is known. */
export function propertyOf(
  view: HeapView,
  lines: ScriptLines,
  object: Tagged,
  stored: StoredProperty,
  text?: string,
): Property {
  const name = text ?? keyText(view, stored.key);
  const { kind, value, getter, setter } = contentOf(view, lines, object, stored, name);
  // No spreads here: evaluations come by this for every property that they read.
  const property: Property = {
    name,
    kind,
    value,
    getter,
    setter,
    enumerable: (stored.attributes & DONT_ENUM) === 0,
    // Accessor pairs have no such flag; the debugger then says no.
    writable:
      (stored.attributes & READ_ONLY) === 0 &&
      !(stored.isAccessor && view.isType(stored.value, view.layout.types.ACCESSOR_PAIR)),
    configurable: (stored.attributes & DONT_DELETE) === 0,
    isSymbol: false,
  };
  if (text !== undefined || view.isString(stored.key)) return property;
  return { ...property, isSymbol: true, symbol: { kind: 'tagged', word: stored.key } };
}

type Content = Pick<Property, 'kind' | 'value' | 'getter' | 'setter'>;

function contentOf(
  view: HeapView,
  lines: ScriptLines,
  object: Tagged,
  stored: StoredProperty,
  name: string,
): Content {
  const { types } = view.layout;
  if (!stored.isAccessor) return data({ kind: 'tagged', word: stored.value });
  if (!view.isType(stored.value, types.ACCESSOR_PAIR)) {
    return data(attemptOr(unknown(), () => nativeAccessor(view, lines, object, name)));
  }
  const { getter, setter } = accessorPair(view, stored.value);
  // V8's own accessor of Error objects, which debuggers show as a value.
  if (name === 'stack' && (getter === undefined || isNative(view, getter))) {
    return data(stackValue(view, lines, object));
  }
  const value = getter === undefined ? undefined : builtinGetterValue(view, object, getter);
  // Other objects that inherit it get something else: evaluation needs the getter.
  return value ? { ...accessor(getter, setter), kind: 'data', value } : accessor(getter, setter);
}

function isNative(view: HeapView, fn: Tagged): boolean {
  return attemptOr(false, () => view.isFunction(fn) && sharedScript(view, sharedOf(view, fn)) === undefined);
}

function unknown(): Value {
  return { kind: 'absent', absence: absent('an accessor of V8 that cannot be read') };
}

function data(value: Value): Content {
  return { kind: 'data', value, getter: undefined, setter: undefined };
}

function accessor(getter: Tagged | undefined, setter: Tagged | undefined): Content {
  return {
    kind: 'accessor',
    value: { kind: 'absent', absence: absent('an accessor: its code is not run') },
    getter: getter === undefined ? undefined : { kind: 'tagged', word: getter },
    setter: setter === undefined ? undefined : { kind: 'tagged', word: setter },
  };
}

export function elementProperty(view: HeapView, element: Element): Property {
  const pair = element.accessor;
  const isPair = pair !== undefined && view.isType(pair, view.layout.types.ACCESSOR_PAIR);
  const parts = isPair ? accessorPair(view, pair) : undefined;
  const { kind, value, getter, setter } = parts ? accessor(parts.getter, parts.setter) : data(element.value);
  return {
    name: String(element.index),
    kind,
    value,
    getter,
    setter,
    enumerable: (element.attributes & DONT_ENUM) === 0,
    writable: (element.attributes & READ_ONLY) === 0,
    configurable: (element.attributes & DONT_DELETE) === 0,
    isSymbol: false,
  };
}

function namespaceProperties(view: HeapView, lines: ScriptLines, object: Tagged): Property[] {
  const exported: Property[] = moduleExports(view, object).map(({ key, value: word }) => ({
    name: keyText(view, key),
    ...data({ kind: 'tagged', word }),
    enumerable: true,
    writable: true,
    configurable: false,
    isSymbol: false,
  }));
  const symbols = storedProperties(view, object)
    .filter((p) => !view.isString(p.key) && !isPrivateSymbol(view, p.key))
    .map((p) => propertyOf(view, lines, object, p));
  return [...exported, ...symbols];
}
