import { type Absence, absent, attemptOr } from '../../absence.ts';
import { type Address, address, type Tagged } from '../../address.ts';
import type { ValueType } from '../../contract.ts';
import type { ScriptLines } from '../frames/script-lines.ts';
import type { Preview } from '../inspect.ts';
import { wasmFunctionText } from '../wasm/exported-function.ts';
import { arrayBuffer, dataView } from './array-buffer.ts';
import { bigIntValue } from './bigint.ts';
import { mapEntries, setEntries } from './collections.ts';
import { constructorName } from './constructor-name.ts';
import { dateText, dateValue } from './date.ts';
import { errorDescription } from './error.ts';
import { shownFunctionText } from './functions.ts';
import type { HeapView } from './heap-view.ts';
import { collectionIterator } from './internal-slots.ts';
import { named } from './lookup.ts';
import { markerReason } from './oddball.ts';
import { findProperty } from './properties.ts';
import { regExpText } from './regexp.ts';
import { symbolDescription } from './symbol.ts';
import { typedArray } from './typed-array.ts';

export type Primitive = string | number | boolean | bigint | null | undefined;

export function primitivePreview(primitive: Primitive, at?: Address): Preview {
  return {
    type: primitive === null ? 'object' : (typeof primitive as ValueType),
    subtype: primitive === null ? 'null' : undefined,
    primitive,
    className: undefined,
    description: primitiveText(primitive),
    address: at,
  };
}

function primitiveText(primitive: Primitive): string {
  if (typeof primitive === 'bigint') return `${primitive}n`;
  return Object.is(primitive, -0) ? '-0' : String(primitive);
}

/** The value of a tagged word that is a primitive; `notPrimitive` for objects, symbols and V8's own. */
export const notPrimitive = Symbol('not a primitive');

export function primitiveOf(view: HeapView, word: Tagged): Primitive | typeof notPrimitive {
  if (view.isSmi(word)) return word / 0x1_0000_0000;
  if (word === view.undefined) return undefined;
  if (word === view.null) return null;
  if (word === view.true) return true;
  if (word === view.false) return false;
  const type = view.type(word);
  if (view.layout.isString(type)) return view.string(word);
  if (type === view.layout.types.HEAP_NUMBER) return view.number(word);
  if (type === view.layout.types.BIGINT) return bigIntValue(view, word);
  return notPrimitive;
}

/** What the debugger's first line of a value says (ValueMirror::create, inspector/value-mirror.cc). */
export function previewOf(
  view: HeapView,
  lines: ScriptLines,
  timeZone: string | undefined,
  word: Tagged,
): Preview | Absence {
  const marker = markerReason(view, word);
  if (marker !== undefined) return absent(marker);
  const primitive = primitiveOf(view, word);
  if (primitive !== notPrimitive)
    return primitivePreview(primitive, view.isPointer(word) ? at(word) : undefined);
  const type = view.type(word);
  if (type === view.layout.types.SYMBOL) {
    return {
      type: 'symbol',
      subtype: undefined,
      primitive: undefined,
      className: undefined,
      description: `Symbol(${symbolDescription(view, word)})`,
      address: at(word),
    };
  }
  if (!view.layout.isReceiver(type)) {
    if (type === view.layout.types.FIXED_ARRAY) return boundArguments(view, word);
    return absent(`a ${view.layout.typeName(type)} of V8, not a JavaScript value`);
  }
  const className = constructorName(view, word);
  const { subtype, description } = mirror(view, lines, timeZone, word, className);
  return {
    type: subtype !== 'proxy' && view.map(word).isCallable ? 'function' : 'object',
    subtype,
    primitive: undefined,
    className,
    description,
    // An object that the optimizer never allocated was at no address in the process.
    address: view.isolate.runtime.memory.isMade(at(word)) ? undefined : at(word),
  };
}

function at(word: Tagged): Address {
  return address(word - 1);
}

/** V8 shows the list of a bound function's arguments as an array. */
function boundArguments(view: HeapView, word: Tagged): Preview {
  return {
    type: 'object',
    subtype: 'array',
    primitive: undefined,
    className: 'Array',
    description: `Array(${view.arrayLength(word)})`,
    address: at(word),
  };
}

interface Mirror {
  readonly subtype: string | undefined;
  readonly description: string;
}

function mirror(
  view: HeapView,
  lines: ScriptLines,
  timeZone: string | undefined,
  word: Tagged,
  className: string,
): Mirror {
  const { types, objects, inspector } = view.layout;
  const plain = (subtype?: string): Mirror => ({ subtype, description: className });
  const sized = (subtype: string, size: number): Mirror => ({
    subtype,
    description: `${className}(${size})`,
  });
  const type = view.type(word);
  switch (type) {
    case types.JS_PROXY: {
      const target = view.tagged(word, objects.proxy.target);
      const shown = inspector.proxyTarget && view.isReceiver(target);
      return { subtype: 'proxy', description: shown ? `Proxy(${constructorName(view, target)})` : 'Proxy' };
    }
    case types.JS_REG_EXP: {
      const text = regExpText(view, word);
      return text === undefined ? plain() : { subtype: 'regexp', description: text };
    }
    case types.JS_DATE:
      return { subtype: 'date', description: dateText(dateValue(view, word), timeZone) };
    case types.JS_ERROR:
      return { subtype: 'error', description: errorDescription(view, lines, word) };
    case types.JS_PROMISE:
      return plain('promise');
    case types.JS_MAP:
      return sized('map', mapEntries(view, word).size);
    case types.JS_SET:
      return sized('set', setEntries(view, word).size);
    case types.JS_WEAK_MAP:
      return plain('weakmap');
    case types.JS_WEAK_SET:
      return plain('weakset');
    case types.JS_GENERATOR_OBJECT:
    case types.JS_ASYNC_GENERATOR_OBJECT:
    case types.JS_ASYNC_FUNCTION_OBJECT:
      return plain('generator');
    case types.JS_TYPED_ARRAY:
    case types.JS_DETACHED_TYPED_ARRAY:
      return sized('typedarray', typedArray(view, word).length);
    case types.JS_ARRAY_BUFFER:
      return sized('arraybuffer', arrayBuffer(view, word).byteLength);
    case types.JS_DATA_VIEW:
    case types.JS_RAB_GSAB_DATA_VIEW:
      return sized('dataview', dataView(view, word).byteLength);
    case types.WASM_MEMORY_OBJECT:
      return wasmMemory(view, word, className);
    case types.JS_ARRAY:
      return sized('array', view.number(view.tagged(word, objects.array.length)));
    case types.JS_ARGUMENTS_OBJECT:
      return sized('array', argumentsLength(view, word));
    default:
      break;
  }
  if (view.map(word).isCallable)
    return { subtype: undefined, description: wasmFunctionText(view, word) ?? shownFunctionText(view, word) };
  if (collectionIterator(view, word)) return plain('iterator');
  const length = inspector.arrayLikes ? arrayLikeLength(view, word) : undefined;
  return length === undefined ? plain() : sized('array', length);
}

/** Own `length` of an arguments object: a data property. */
function argumentsLength(view: HeapView, word: Tagged): number {
  const length = attemptOr(undefined, () => findProperty(view, word, named(view, 'length')));
  const n = length && !length.isAccessor ? view.number(length.value) : Number.NaN;
  return n >= 0 ? n : 0;
}

/** isArrayLike: own `splice` function, own integer `length`. */
function arrayLikeLength(view: HeapView, word: Tagged): number | undefined {
  return attemptOr(undefined, () => {
    const splice = findProperty(view, word, named(view, 'splice'));
    if (!splice || splice.isAccessor || !view.isFunction(splice.value)) return undefined;
    const length = findProperty(view, word, named(view, 'length'));
    const n = length && !length.isAccessor ? view.number(length.value) : Number.NaN;
    return Number.isInteger(n) && n >= 0 ? n : undefined;
  });
}

/** WebAssembly.Memory: pages of 64 KiB of its buffer. */
function wasmMemory(view: HeapView, word: Tagged, className: string): Mirror {
  const { types } = view.layout;
  for (let offset = 24; offset <= 64; offset += 8) {
    const buffer = view.tagged(word, offset);
    if (!view.isType(buffer, types.JS_ARRAY_BUFFER)) continue;
    const pages = arrayBuffer(view, buffer).byteLength / 0x10000;
    return { subtype: 'webassemblymemory', description: `${className}(${pages})` };
  }
  return { subtype: 'webassemblymemory', description: className };
}
