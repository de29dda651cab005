import type { Tagged } from '../../address.ts';
import type { Kind } from '../inspect.ts';
import type { HeapView } from './heap-view.ts';
import { propertyHolder } from './own-properties.ts';
import { notPrimitive, primitiveOf } from './preview.ts';
import { regExpText } from './regexp.ts';
import { sandboxOf } from './vm-sandbox.ts';

/** Map::Bits1 (objects/map.tq): has_named_interceptor, has_indexed_interceptor. */
const INTERCEPTORS = 0b1100;

/**
 * What `previewOf` says of a value without its texts; undefined where the kind cannot be told from the
 * instance type alone.
 */
export function kindOf(view: HeapView, word: Tagged): Kind | undefined {
  const primitive = primitiveOf(view, word);
  if (primitive !== notPrimitive) {
    const type = primitive === null ? 'object' : (typeof primitive as Kind['type']);
    return { type, subtype: primitive === null ? 'null' : undefined, primitive };
  }
  const type = view.type(word);
  if (!view.layout.isReceiver(type)) return undefined;
  const subtype = subtypeOf(view, word, type);
  const map = view.map(word);
  const isFunction = subtype !== 'proxy' && map.isCallable;
  const holder = propertyHolder(view, word);
  const intercepted =
    ((map.bitField | view.map(holder).bitField) & INTERCEPTORS) !== 0 &&
    sandboxOf(view, holder) === undefined;
  return { type: isFunction ? 'function' : 'object', subtype, primitive: undefined, intercepted };
}

function subtypeOf(view: HeapView, word: Tagged, type: number): string | undefined {
  const { types } = view.layout;
  switch (type) {
    case types.JS_PROXY:
      return 'proxy';
    case types.JS_ARRAY:
      return 'array';
    case types.JS_ARGUMENTS_OBJECT:
      return 'arguments';
    case types.JS_MAP:
      return 'map';
    case types.JS_SET:
      return 'set';
    case types.JS_WEAK_MAP:
      return 'weakmap';
    case types.JS_WEAK_SET:
      return 'weakset';
    case types.JS_DATE:
      return 'date';
    case types.JS_REG_EXP:
      return regExpText(view, word) === undefined ? undefined : 'regexp';
    case types.JS_ERROR:
      return 'error';
    case types.JS_PROMISE:
      return 'promise';
    case types.JS_TYPED_ARRAY:
    case types.JS_DETACHED_TYPED_ARRAY:
      return 'typedarray';
    case types.JS_ARRAY_BUFFER:
      return 'arraybuffer';
    case types.JS_MAP_KEY_ITERATOR:
    case types.JS_MAP_KEY_VALUE_ITERATOR:
    case types.JS_MAP_VALUE_ITERATOR:
    case types.JS_SET_KEY_VALUE_ITERATOR:
    case types.JS_SET_VALUE_ITERATOR:
      return 'iterator';
    default:
      return undefined;
  }
}
