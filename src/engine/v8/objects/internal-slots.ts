import { absent, attempt, isAbsent } from '../../absence.ts';
import type { Tagged } from '../../address.ts';
import { hex } from '../../address.ts';
import type { ScriptLines } from '../frames/script-lines.ts';
import type { Property, Value } from '../inspect.ts';
import { dataProperty } from '../property.ts';
import { wasmModuleSlots } from '../wasm/module-slots.ts';
import { arrayBuffer } from './array-buffer.ts';
import { scriptName } from './call-site.ts';
import { type IterationKind, iteratorEntries } from './collections.ts';
import { functionStart, isGeneratorFunction } from './functions.ts';
import { generatorInfo } from './generator.ts';
import { generatorPosition } from './generator-position.ts';
import type { HeapView } from './heap-view.ts';
import { promiseInfo } from './promise.ts';
import { viewsOfBuffer } from './typed-array.ts';

/** Internal slots with the names of the debugger (Debug::GetInternalProperties, runtime-debug.cc), without [[Prototype]]. */
export function internalSlots(view: HeapView, lines: ScriptLines, object: Tagged): Property[] {
  const { types, objects } = view.layout;
  const type = view.type(object);
  const at = (offset: number) => word(view.tagged(object, offset));
  switch (type) {
    case types.JS_BOUND_FUNCTION:
      return [
        slot('[[TargetFunction]]', at(objects.boundFunction.target)),
        slot('[[BoundThis]]', at(objects.boundFunction.boundThis)),
        slot('[[BoundArgs]]', at(objects.boundFunction.args)),
      ];
    case types.JS_GENERATOR_OBJECT:
    case types.JS_ASYNC_GENERATOR_OBJECT:
    case types.JS_ASYNC_FUNCTION_OBJECT:
      return generatorSlots(view, lines, object);
    case types.JS_PROMISE: {
      const { state, result } = promiseInfo(view, object);
      return [
        slot('[[PromiseState]]', made(state)),
        slot('[[PromiseResult]]', result === undefined ? made(undefined) : word(result)),
      ];
    }
    case types.JS_PROXY: {
      const handler = view.tagged(object, objects.proxy.handler);
      return [
        slot('[[Handler]]', word(handler)),
        slot('[[Target]]', at(objects.proxy.target)),
        slot('[[IsRevoked]]', made(!view.isReceiver(handler))),
      ];
    }
    case types.JS_PRIMITIVE_WRAPPER:
      return [slot('[[PrimitiveValue]]', at(objects.primitiveWrapper.value))];
    case types.JS_WEAK_REF: {
      const target = view.strong(view.tagged(object, objects.weakRef.target));
      return [slot('[[WeakRefTarget]]', target === undefined ? made(undefined) : word(target))];
    }
    case types.JS_ARRAY_BUFFER: {
      const buffer = arrayBuffer(view, object);
      const { detached, byteLength, data } = buffer;
      if (detached) return [slot('[[IsDetached]]', made(true))];
      return [
        ...viewsOfBuffer(view, buffer).map(([name, value]) => slot(name, value)),
        slot('[[ArrayBufferByteLength]]', made(byteLength)),
        slot('[[ArrayBufferData]]', made(hex(data))),
      ];
    }
    default:
      break;
  }
  const iterator = collectionIterator(view, object);
  if (iterator) {
    return [
      slot('[[IteratorHasMore]]', made(iterator.hasMore)),
      slot('[[IteratorIndex]]', made(iterator.index)),
      slot('[[IteratorKind]]', made(iterator.kind)),
    ];
  }
  return view.isFunction(object) ? functionSlots(view, lines, object) : wasmModuleSlots(view, object);
}

function functionSlots(view: HeapView, lines: ScriptLines, fn: Tagged): Property[] {
  const result: Property[] = [];
  const location = attempt(() => {
    const start = functionStart(view, fn);
    if (start === undefined) return undefined;
    const position = lines.at(start.script, start.offset);
    if (position === undefined) return absent("the script's text cannot be read");
    return `${scriptName(view, start.script)}:${position.line}:${position.column}`;
  });
  if (location !== undefined) {
    const value: Value = isAbsent(location) ? { kind: 'absent', absence: location } : made(location);
    result.push(slot('[[FunctionLocation]]', value));
  }
  if (isGeneratorFunction(view, fn)) result.push(slot('[[IsGenerator]]', made(true)));
  return result;
}

function generatorSlots(view: HeapView, lines: ScriptLines, object: Tagged): Property[] {
  const info = generatorInfo(view, object);
  const position = generatorPosition(view, lines, object);
  const location = position
    ? [slot('[[GeneratorLocation]]', made(`${position.url}:${position.line}:${position.column}`))]
    : [];
  return [
    ...location,
    slot('[[GeneratorState]]', made(info.state)),
    slot('[[GeneratorFunction]]', word(info.function)),
    slot('[[GeneratorReceiver]]', word(info.receiver)),
  ];
}

/** Map and Set iterators; undefined for all else. */
export function collectionIterator(view: HeapView, object: Tagged) {
  const { types } = view.layout;
  const kinds: [number, boolean, IterationKind][] = [
    [types.JS_MAP_KEY_ITERATOR, true, 'keys'],
    [types.JS_MAP_KEY_VALUE_ITERATOR, true, 'entries'],
    [types.JS_MAP_VALUE_ITERATOR, true, 'values'],
    [types.JS_SET_KEY_VALUE_ITERATOR, false, 'entries'],
    [types.JS_SET_VALUE_ITERATOR, false, 'values'],
  ];
  const type = view.type(object);
  const found = kinds.find(([t]) => t === type);
  if (!found) return undefined;
  const [, isMap, kind] = found;
  return { ...iteratorEntries(view, object, isMap, kind), kind };
}

export function slot(name: string, value: Value): Property {
  return dataProperty(name, value, {
    kind: 'internal',
    enumerable: false,
    writable: false,
    configurable: false,
  });
}

function word(tagged: Tagged): Value {
  return { kind: 'tagged', word: tagged };
}

function made(primitive: string | number | boolean | undefined): Value {
  return { kind: 'synthetic', primitive };
}
