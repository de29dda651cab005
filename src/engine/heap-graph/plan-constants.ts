import type { Tagged } from '../address.ts';
import type { HeapView } from '../v8/objects/heap-view.ts';
import { type DictionaryShape, dictionaryShape } from './dictionary-edges.ts';
import { boundArgument } from './references.ts';
import type { StringArena } from './string-arena.ts';

const HIGH = 0x1_0000_0000;
/** Bound functions with more arguments are told one by one. */
const BOUND_ARGUMENTS = 16;

/** What all plans have in common: ids of names, positions of fields in words, and words that mean nothing. */
export interface PlanConstants {
  readonly mapName: number;
  readonly initialMapName: number;
  /** Numbers below have ids of their own, one more than they are. */
  readonly numbers: number;
  readonly scopeInfoWord: number;
  readonly elementsWord: number;
  readonly arrayLengthWord: number;
  readonly prototypeWord: number;
  /** Names of the edges to the first arguments of bound functions. */
  readonly boundArguments: readonly number[];
  readonly dictionary: DictionaryShape;
  /** Of NumberDictionaries, in words: where the first entry lies behind the header, and how long each is. */
  readonly numberEntries: { readonly first: number; readonly words: number };
  /** Role of what holds the constants of a function. */
  readonly constantPoolRole: number;
  readonly map: MapConstants;
  readonly hole: Halves;
  readonly emptyArray: Halves;
}

/** Of maps: where the bits are that tell a prototype's, in halves of words, and ids of names and roles. */
export interface MapConstants {
  readonly bits: number;
  readonly isPrototype: number;
  readonly transition: number;
  readonly transitions: number;
  readonly transitionRole: number;
  readonly transitionArrayRole: number;
  readonly prototypeInfo: number;
  readonly maker: number;
  readonly backPointer: number;
  readonly nativeContext: number;
  readonly constructorData: number;
}

export interface Halves {
  readonly low: number;
  readonly high: number;
}

export function planConstants(view: HeapView, strings: StringArena): PlanConstants {
  const { object, array, map, context, hashTable } = view.layout.objects;
  return {
    mapName: strings.add('map'),
    initialMapName: strings.add('initial_map'),
    numbers: strings.numbers,
    scopeInfoWord: context.slots / 8 + context.scopeInfoSlot,
    elementsWord: object.elements / 8,
    arrayLengthWord: array.length / 8,
    prototypeWord: map.prototype / 8,
    boundArguments: Array.from({ length: BOUND_ARGUMENTS }, (_, n) => strings.add(boundArgument(n))),
    dictionary: dictionaryShape(view, strings),
    numberEntries: {
      first: hashTable.prefix + hashTable.numberPrefixSize,
      words: hashTable.numberEntrySize,
    },
    constantPoolRole: strings.add('(constant pool)'),
    map: {
      bits: map.bitField3 / 4,
      isPrototype: map.isPrototypeMap,
      transition: strings.add('transition'),
      transitions: strings.add('transitions'),
      transitionRole: strings.add('(transition)'),
      transitionArrayRole: strings.add('(transition array)'),
      prototypeInfo: strings.add('prototype_info'),
      maker: strings.add('constructor'),
      backPointer: strings.add('back_pointer'),
      nativeContext: strings.add('native_context'),
      constructorData: strings.add('constructor_function_data'),
    },
    hole: halvesOf(view.theHole),
    emptyArray: halvesOf(view.isolate.root('empty_fixed_array')),
  };
}

function halvesOf(word: Tagged): Halves {
  return { low: word | 0, high: Math.floor(word / HIGH) };
}
