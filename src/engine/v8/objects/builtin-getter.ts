import { attemptOr } from '../../absence.ts';
import type { Tagged } from '../../address.ts';
import type { Value } from '../inspect.ts';
import { builtinName } from './functions.ts';
import type { HeapView } from './heap-view.ts';
import { lookup, named } from './lookup.ts';
import { globalsOf, nativeContextOf } from './realm.ts';

const FLAG =
  /^RegExpPrototype(DotAll|Global|HasIndices|IgnoreCase|Linear|Multiline|Sticky|Unicode|UnicodeSets)Getter$/;

/**
 * What a getter that is a builtin of V8 gives for the object that has it, where debuggers show that instead of the
 * accessor since nothing else happens (ValueMirror::getProperties, inspector/value-mirror.cc); undefined for others.
 */
export function builtinGetterValue(view: HeapView, object: Tagged, getter: Tagged): Value | undefined {
  return attemptOr(undefined, () => {
    const name = builtinName(view, getter);
    switch (name) {
      // Symbol.species of V8's own constructors.
      case 'ReturnReceiver':
        return { kind: 'tagged', word: object };
      case 'TypedArrayPrototypeToStringTag':
        return view.isType(object, view.layout.types.JS_TYPED_ARRAY) ? undefined : made(undefined);
      case 'IteratorPrototypeGetToStringTag':
        return made('Iterator');
      case 'IteratorPrototypeGetConstructor': {
        const maker = globalOf(view, getter, 'Iterator');
        return maker === undefined ? undefined : { kind: 'tagged', word: maker };
      }
      case undefined:
        return undefined;
      default:
        return isPatternPrototype(view, object, getter) ? ofPatternPrototype(name) : undefined;
    }
  });
}

/** RegExp.prototype is no regular expression, but has to look like an empty one. */
function ofPatternPrototype(getter: string): Value | undefined {
  if (getter === 'RegExpPrototypeSourceGetter') return made('(?:)');
  if (getter === 'RegExpPrototypeFlagsGetter') return made('');
  return FLAG.test(getter) ? made(undefined) : undefined;
}

function isPatternPrototype(view: HeapView, object: Tagged, getter: Tagged): boolean {
  const maker = globalOf(view, getter, 'RegExp');
  if (maker === undefined || !view.isFunction(maker)) return false;
  const initial = view.tagged(maker, view.layout.objects.function.prototypeOrInitialMap);
  return view.isType(initial, view.layout.types.MAP) && view.mapAt(initial).prototype === object;
}

/** A global variable of the realm that a builtin function belongs to. */
function globalOf(view: HeapView, fn: Tagged, name: string): Tagged | undefined {
  const realm = nativeContextOf(view, view.tagged(fn, view.layout.objects.function.context));
  const globals = realm === undefined ? undefined : globalsOf(view, realm);
  return globals && lookup(view, globals.object, named(view, name))?.property.value;
}

function made(primitive: string | undefined): Value {
  return { kind: 'synthetic', primitive };
}
