import type { Tagged } from '../../address.ts';
import { functionName, sharedOf } from './functions.ts';
import type { HeapView } from './heap-view.ts';
import type { MapInfo } from './map.ts';
import { findProperty } from './properties.ts';
import { sharedDebugName } from './shared-function.ts';
import { typedArrayName } from './typed-array.ts';

const MAX_PROTOTYPES = 10_000;

/**
 * The name of the constructor as the debugger shows it (JSReceiver::GetConstructorName, objects/
 * js-objects.cc): the map's constructor where `new` named it, else a `Symbol.toStringTag` or a `constructor`
 * of the prototype chain, else the class of the object. A Fault where one of these cannot be read.
 */
export function constructorName(view: HeapView, object: Tagged): string {
  const map = view.map(object);
  if (map.type !== view.layout.types.JS_PROXY) {
    const fromMap = mapConstructorName(view, map);
    if (fromMap !== undefined) return fromMap;
  }
  const tag = view.isReceiver(object) ? ownTag(view, object) : undefined;
  return tag ?? inheritedName(view, object) ?? className(view, object);
}

export interface NameByMap {
  readonly name: string;
  /** A `Symbol.toStringTag` of an object itself comes first. */
  readonly isTagFirst: boolean;
}

/**
 * The name that the object has in common with all of its map; `inherited` keeps what prototypes tell, by the
 * first one. Not for proxies and wrappers of primitive values.
 */
export function nameByMap(
  view: HeapView,
  object: Tagged,
  inherited: Map<Tagged, string | undefined>,
): NameByMap {
  const map = view.map(object);
  const fromMap = mapConstructorName(view, map);
  if (fromMap !== undefined) return { name: fromMap, isTagFirst: false };
  const { prototype } = map;
  if (!inherited.has(prototype)) inherited.set(prototype, inheritedName(view, object));
  return { name: inherited.get(prototype) ?? className(view, object), isTagFirst: true };
}

function mapConstructorName(view: HeapView, map: MapInfo): string | undefined {
  // Prototypes count as instances of what they inherit from.
  if (map.isPrototypeMap || (map.bitField2 & view.layout.objects.map.newTargetIsBase) === 0) return undefined;
  const maker = view.readable(map.constructorWord);
  if (view.isFunction(maker)) {
    const name = view.layout.inspector.ownConstructorName
      ? functionName(view, maker)
      : sharedDebugName(view, sharedOf(view, maker));
    return name !== '' && name !== 'Object' ? name : undefined;
  }
  return templateName(view, maker);
}

/** Class name of a FunctionTemplateInfo. */
function templateName(view: HeapView, word: Tagged): string | undefined {
  if (!view.isType(word, view.layout.types.FUNCTION_TEMPLATE_INFO)) return undefined;
  const name = view.readable(view.tagged(word, view.layout.objects.functionTemplate.className));
  return view.isString(name) ? view.string(name) : undefined;
}

/** The text under `Symbol.toStringTag` of the object itself. */
export function ownTag(view: HeapView, object: Tagged): string | undefined {
  const key = view.isolate.root('to_string_tag_symbol');
  const tag = findProperty(view, object, (k) => k === key);
  return tag && !tag.isAccessor && view.isString(view.readable(tag.value))
    ? view.string(tag.value)
    : undefined;
}

/** What the prototypes of the object tell. */
function inheritedName(view: HeapView, object: Tagged): string | undefined {
  if (!view.isReceiver(object)) return undefined;
  const constructorKey = view.isolate.root('constructor_string');
  const seen = new Set([object]);
  let current = view.readable(view.map(object).prototype);
  while (seen.size < MAX_PROTOTYPES && view.isReceiver(current) && !seen.has(current)) {
    seen.add(current);
    const holder = current;
    const tag = ownTag(view, holder);
    if (tag !== undefined) return tag;
    const found = findProperty(view, holder, (key) => key === constructorKey);
    if (found && !found.isAccessor && view.isFunction(view.readable(found.value))) {
      // Not the `name` that the function may have been given, as above.
      const name = sharedDebugName(view, sharedOf(view, found.value));
      if (name !== '' && name !== 'Object') return name;
    }
    current = view.readable(view.map(holder).prototype);
  }
  return undefined;
}

/** JSReceiver::class_name. */
export function className(view: HeapView, object: Tagged): string {
  const { types } = view.layout;
  const map = view.map(object);
  const { type } = map;
  if (
    view.layout.isFunction(type) ||
    type === types.JS_BOUND_FUNCTION ||
    type === types.JS_WRAPPED_FUNCTION
  ) {
    return 'Function';
  }
  if (type === types.JS_PROXY) return map.isCallable ? 'Function' : 'Object';
  if (type === types.JS_GLOBAL_PROXY && view.layout.inspector.globalClass) return 'global';
  if (type === types.JS_TYPED_ARRAY || type === types.JS_DETACHED_TYPED_ARRAY)
    return typedArrayName(view, object);
  if (type === types.JS_PRIMITIVE_WRAPPER) return wrapperClass(view, object);
  const simple = simpleClasses(view).get(type);
  if (simple) return simple;
  const maker = view.readable(map.constructorWord);
  if (!view.isFunction(maker)) return templateName(view, maker) ?? 'Object';
  const { functionData, untrustedData } = view.layout.code.shared;
  const data = view.tagged(sharedOf(view, maker), Number.isNaN(untrustedData) ? functionData : untrustedData);
  return templateName(view, data) ?? 'Object';
}

const classTables = new WeakMap<object, Map<number, string>>();

function simpleClasses(view: HeapView): Map<number, string> {
  const { types } = view.layout;
  let table = classTables.get(types);
  if (!table) {
    table = new Map([
      [types.JS_ARGUMENTS_OBJECT, 'Arguments'],
      [types.JS_ARRAY, 'Array'],
      [types.JS_ARRAY_BUFFER, 'ArrayBuffer'],
      [types.JS_DATA_VIEW, 'DataView'],
      [types.JS_DATE, 'Date'],
      [types.JS_ERROR, 'Error'],
      [types.JS_GENERATOR_OBJECT, 'Generator'],
      [types.JS_ASYNC_FUNCTION_OBJECT, 'Generator'],
      [types.JS_ASYNC_GENERATOR_OBJECT, 'Generator'],
      [types.JS_ARRAY_ITERATOR, 'Array Iterator'],
      [types.JS_MAP, 'Map'],
      [types.JS_REG_EXP, 'RegExp'],
      [types.JS_SET, 'Set'],
      [types.JS_WEAK_MAP, 'WeakMap'],
      [types.JS_WEAK_SET, 'WeakSet'],
    ]);
    classTables.set(types, table);
  }
  return table;
}

function wrapperClass(view: HeapView, object: Tagged): string {
  const value = view.tagged(object, view.layout.objects.primitiveWrapper.value);
  if (view.isSmi(value)) return 'Number';
  if (value === view.true || value === view.false) return 'Boolean';
  if (view.isString(value)) return 'String';
  const { types } = view.layout;
  switch (view.typeOrUndefined(value)) {
    case types.HEAP_NUMBER:
      return 'Number';
    case types.BIGINT:
      return 'BigInt';
    case types.SYMBOL:
      return 'Symbol';
    default:
      return 'Object';
  }
}
