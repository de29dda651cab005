import { absent, attempt, isAbsent } from '../../absence.ts';
import type { Tagged } from '../../address.ts';
import type { ScriptLines } from '../frames/script-lines.ts';
import type { Value } from '../inspect.ts';
import { capturedStack } from './error.ts';
import { boundTarget, builtinName, functionText, sharedOf } from './functions.ts';
import type { HeapView } from './heap-view.ts';
import { lookup, named } from './lookup.ts';
import { parameterCount } from './parameter-count.ts';
import { globalsOf, nativeContextOf } from './realm.ts';
import { sharedName } from './shared-function.ts';

/**
 * Value of an accessor that V8 itself implements (builtins/accessors.cc), which debuggers show as a data
 * property: lengths of arrays, strings and functions, names, prototypes, stacks.
 */
export function nativeAccessor(view: HeapView, lines: ScriptLines, object: Tagged, name: string): Value {
  const { types, objects } = view.layout;
  const type = view.type(object);
  if (name === 'stack') return stackValue(view, lines, object);
  if (type === types.JS_ARRAY && name === 'length') return tagged(view.tagged(object, objects.array.length));
  if (type === types.JS_PRIMITIVE_WRAPPER && name === 'length') {
    const value = view.tagged(object, objects.primitiveWrapper.value);
    return made(view.isString(value) ? view.stringLength(value) : 0);
  }
  if (type === types.JS_ARGUMENTS_OBJECT && name === 'Symbol(Symbol.iterator)') return arrayValues(view);
  if (view.isFunction(object)) return functionAccessor(view, object, name);
  if (type === types.JS_BOUND_FUNCTION) return boundAccessor(view, object, name);
  return notRun();
}

function notRun(): Value {
  return { kind: 'absent', absence: absent('a native accessor: its code is not run') };
}

/** Arguments objects iterate as arrays of their realm do: by the builtin Array.prototype.values. */
function arrayValues(view: HeapView): Value {
  const global = currentGlobal(view);
  const array = global && lookup(view, global, named(view, 'Array'))?.property.value;
  const prototype = array && lookup(view, array, named(view, 'prototype'))?.property;
  const holder = prototype && functionPrototype(view, array);
  const values =
    holder?.kind === 'tagged' ? lookup(view, holder.word, named(view, 'values'))?.property.value : undefined;
  if (values !== undefined && builtinName(view, values) === 'ArrayPrototypeValues') return tagged(values);
  return notRun();
}

/** The global object of the realm that was current. */
function currentGlobal(view: HeapView): Tagged | undefined {
  const { context } = view.isolate;
  const realm = context === undefined ? undefined : nativeContextOf(view, context);
  return realm === undefined ? undefined : globalsOf(view, realm)?.object;
}

/** V8's accessor of an Error's stack. */
export function stackValue(view: HeapView, lines: ScriptLines, object: Tagged): Value {
  const text = attempt(() => capturedStack(view, lines, object));
  return isAbsent(text) ? { kind: 'absent', absence: text } : made(text);
}

function functionAccessor(view: HeapView, fn: Tagged, name: string): Value {
  switch (name) {
    case 'length':
      return made(functionLength(view, fn));
    case 'name':
      return made(ownName(view, fn));
    case 'prototype':
      return functionPrototype(view, fn);
    case 'arguments':
    case 'caller':
      return made(null);
    default:
      return notRun();
  }
}

/** `length` of a function; where V8 has not parsed it yet, counted from its text. */
function functionLength(view: HeapView, fn: Tagged): number | undefined {
  const shared = sharedOf(view, fn);
  const length = view.u16(shared, view.layout.code.shared.length);
  return length === 0xffff ? parameterCount(functionText(view, fn)) : length;
}

function functionPrototype(view: HeapView, fn: Tagged): Value {
  const { types, objects } = view.layout;
  const own = view.map(fn).nonInstancePrototype;
  if (own !== undefined) return tagged(own);
  const word = view.tagged(fn, objects.function.prototypeOrInitialMap);
  if (view.isType(word, types.MAP)) {
    const map = view.mapAt(word);
    return tagged(map.prototype);
  }
  if (view.isHole(word)) {
    return { kind: 'absent', absence: absent('V8 makes it when it is first used') };
  }
  return tagged(word);
}

function boundAccessor(view: HeapView, fn: Tagged, name: string): Value {
  const target = view.tagged(fn, view.layout.objects.boundFunction.target);
  if (name === 'name') return made(boundName(view, fn));
  const innermost = boundTarget(view, target);
  if (name !== 'length' || innermost === undefined) return { kind: 'absent', absence: absent('not known') };
  let bound = 0;
  let word = fn;
  for (let i = 0; i < 1000 && view.isType(word, view.layout.types.JS_BOUND_FUNCTION); i++) {
    bound += view.arrayLength(view.tagged(word, view.layout.objects.boundFunction.args));
    word = view.tagged(word, view.layout.objects.boundFunction.target);
  }
  return made(Math.max(0, (functionLength(view, innermost) ?? 0) - bound));
}

/** "bound bound f". */
function boundName(view: HeapView, fn: Tagged): string {
  let prefix = '';
  let word = fn;
  for (let i = 0; i < 1000 && view.isType(word, view.layout.types.JS_BOUND_FUNCTION); i++) {
    prefix += 'bound ';
    word = view.tagged(word, view.layout.objects.boundFunction.target);
  }
  return prefix + (view.isFunction(word) ? ownName(view, word) : '');
}

/** JSFunction::GetName. */
function ownName(view: HeapView, fn: Tagged): string {
  const shared = sharedOf(view, fn);
  const isAnonymous =
    (view.u32(shared, view.layout.code.shared.flags) & view.layout.code.anonymousFlag) !== 0;
  return isAnonymous ? 'anonymous' : sharedName(view, shared);
}

function tagged(word: Tagged): Value {
  return { kind: 'tagged', word };
}

function made(primitive: string | number | null | undefined): Value {
  return { kind: 'synthetic', primitive };
}
