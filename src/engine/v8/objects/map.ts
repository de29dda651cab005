import { address, type Tagged } from '../../address.ts';
import type { HeapView } from './heap-view.ts';

/** ElementsKind groups do not matter to us: elements are told by the type of their store. */
const MAX_BACK_POINTERS = 2048;
/** Offsets of the values of a Tuple2. */
const TUPLE_FIRST = 8;
const TUPLE_SECOND = 16;
/** Map::Bits1 (objects/map.h). */
const HAS_NON_INSTANCE_PROTOTYPE = 1;

/** A hidden class (objects/map.h), read once. */
export class MapInfo {
  readonly word: Tagged;
  readonly type: number;
  /** Bytes; 0 if instances have variable size. */
  readonly instanceSize: number;
  /** In words from the object's start. */
  readonly inObjectStart: number;
  readonly bitField: number;
  readonly bitField2: number;
  readonly bitField3: number;
  readonly #view: HeapView;

  constructor(view: HeapView, word: Tagged) {
    const { map } = view.layout.objects;
    const base = word - 1;
    const { memory } = view;
    this.#view = view;
    this.word = word;
    this.type = memory.u16(address(base + map.instanceType));
    this.instanceSize = memory.u8(address(base + map.instanceSizeInWords)) * 8;
    this.inObjectStart = memory.u8(address(base + map.inObjectStart));
    this.bitField = memory.u8(address(base + map.bitField));
    this.bitField2 = memory.u8(address(base + map.bitField2));
    this.bitField3 = memory.u32(address(base + map.bitField3));
  }

  get prototype(): Tagged {
    return this.#view.tagged(this.word, this.#view.layout.objects.map.prototype);
  }

  get descriptors(): Tagged {
    return this.#view.tagged(this.word, this.#view.layout.objects.map.descriptors);
  }

  get ownDescriptors(): number {
    const { ownDescriptorsMask, ownDescriptorsShift } = this.#view.layout.objects.map;
    return (this.bitField3 & ownDescriptorsMask) >>> ownDescriptorsShift;
  }

  get isDictionary(): boolean {
    return ((this.bitField3 >>> this.#view.layout.objects.map.isDictionaryShift) & 1) === 1;
  }

  get isPrototypeMap(): boolean {
    return (this.bitField3 & this.#view.layout.objects.map.isPrototypeMap) !== 0;
  }

  get isCallable(): boolean {
    return (this.bitField & this.#view.layout.objects.map.isCallable) !== 0;
  }

  get elementsKind(): number {
    const { elementsKindMask, elementsKindShift } = this.#view.layout.objects.map;
    return (this.bitField2 & elementsKindMask) >>> elementsKindShift;
  }

  /** Map::GetConstructor: JSFunction, FunctionTemplateInfo or null, behind the back pointers. */
  get constructorWord(): Tagged {
    return this.#constructorOrTuple(TUPLE_FIRST);
  }

  /** What a function's `prototype` was set to if that is no object (Map::non_instance_prototype). */
  get nonInstancePrototype(): Tagged | undefined {
    return (this.bitField & HAS_NON_INSTANCE_PROTOTYPE) !== 0
      ? this.#constructorOrTuple(TUPLE_SECOND)
      : undefined;
  }

  /** What stands behind the back pointers: the constructor, or a tuple of it and a non-instance prototype. */
  #constructorOrTuple(offsetInTuple: number): Tagged {
    const view = this.#view;
    const offset = view.layout.objects.map.constructorOrBackPointer;
    let word = view.tagged(this.word, offset);
    for (let i = 0; i < MAX_BACK_POINTERS && view.isType(word, view.layout.types.MAP); i++) {
      word = view.tagged(word, offset);
    }
    return view.isType(word, view.layout.types.TUPLE2) ? view.tagged(word, offsetInTuple) : word;
  }
}
