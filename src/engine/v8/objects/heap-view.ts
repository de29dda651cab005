import { Fault } from '../../absence.ts';
import { type Address, address, type Tagged } from '../../address.ts';
import type { Memory } from '../../memory/memory.ts';
import { isHeapObject, isSmi, smiValue } from '../frames/heap-object.ts';
import { readString } from '../frames/string-reader.ts';
import type { Isolate } from '../isolate.ts';
import type { Layout } from '../layout/layout.ts';
import type { V8Runtime } from '../runtime.ts';
import { MapInfo } from './map.ts';

const MAX_ELEMENTS = 2 ** 27;
const MAX_MAPS = 1 << 16;
/** Bytes of a page of the machine. */
const PAGE = 4096;

/**
 * Typed reads of one isolate's heap. All throw a Fault for what cannot be read or is not what it is taken
 * for: a pointer whose map is no map, a length that no array can have.
 */
export class HeapView {
  readonly isolate: Isolate;
  readonly runtime: V8Runtime;
  readonly memory: Memory;
  readonly layout: Layout;
  readonly undefined: Tagged;
  readonly null: Tagged;
  readonly true: Tagged;
  readonly false: Tagged;
  readonly theHole: Tagged;
  readonly hashTableHole: Tagged;
  #lastText: { readonly word: Tagged; readonly text: string } | undefined;
  readonly #maps = new Map<Tagged, MapInfo>();

  constructor(isolate: Isolate) {
    this.isolate = isolate;
    this.runtime = isolate.runtime;
    this.memory = isolate.runtime.memory;
    this.layout = isolate.runtime.layout;
    this.undefined = isolate.knownRoot('undefined_value');
    this.null = isolate.knownRoot('null_value');
    this.true = isolate.knownRoot('true_value');
    this.false = isolate.knownRoot('false_value');
    this.theHole = isolate.knownRoot('the_hole_value');
    this.hashTableHole = isolate.knownRoot('hash_table_hole_value');
  }

  isPointer(word: Tagged): boolean {
    return isHeapObject(word);
  }

  isSmi(word: Tagged): boolean {
    return isSmi(word);
  }

  /** The hole in any of its kinds. */
  isHole(word: Tagged): boolean {
    return word === this.theHole || word === this.hashTableHole;
  }

  isNullish(word: Tagged): boolean {
    return word === this.undefined || word === this.null;
  }

  /** Untagged address of a strong pointer. */
  base(word: Tagged): Address {
    if (!isHeapObject(word)) throw new Fault(address(0), `${word} is no pointer to a heap object`);
    return address(word - 1);
  }

  map(word: Tagged): MapInfo {
    const map = this.memory.tagged(this.base(word));
    const known = this.#maps.get(map);
    if (known) return known;
    const info = this.mapAt(map);
    if (this.#maps.size > MAX_MAPS) this.#maps.clear();
    this.#maps.set(map, info);
    return info;
  }

  /** The map that `map` points to, after a check that it is one. */
  mapAt(map: Tagged): MapInfo {
    if (!isHeapObject(map)) throw new Fault(address(0), 'an object without a map');
    const meta = this.memory.tagged(address(map - 1));
    if (!isHeapObject(meta)) throw new Fault(address(map), 'a map without a map');
    const type = this.memory.u16(address(meta - 1 + this.layout.objects.map.instanceType));
    if (type !== this.layout.types.MAP) throw new Fault(address(map - 1), 'not a map');
    return new MapInfo(this, map);
  }

  type(word: Tagged): number {
    return this.map(word).type;
  }

  /** True if `word` is a heap object of that instance type; false, too, if it cannot be read. */
  isType(word: Tagged, type: number): boolean {
    return this.typeOrUndefined(word) === type;
  }

  typeOrUndefined(word: Tagged): number | undefined {
    if (!isHeapObject(word)) return undefined;
    try {
      return this.map(word).type;
    } catch (error) {
      if (error instanceof Fault) return undefined;
      throw error;
    }
  }

  /** The word, unless it is neither a Smi nor points to an object: then a Fault, where it must not count as none. */
  readable(word: Tagged): Tagged {
    if (!isSmi(word) && !isWeak(word)) this.map(word);
    return word;
  }

  isString(word: Tagged): boolean {
    const type = this.typeOrUndefined(word);
    return type !== undefined && this.layout.isString(type);
  }

  isReceiver(word: Tagged): boolean {
    const type = this.typeOrUndefined(word);
    return type !== undefined && this.layout.isReceiver(type);
  }

  isFunction(word: Tagged): boolean {
    const type = this.typeOrUndefined(word);
    return type !== undefined && this.layout.isFunction(type);
  }

  isContext(word: Tagged): boolean {
    const type = this.typeOrUndefined(word);
    return type !== undefined && this.layout.isContext(type);
  }

  /** A tagged field; a Fault also where a 0 comes from a page that was lost and filled up with zeros. */
  tagged(object: Tagged, offset: number): Tagged {
    const base = this.base(object);
    const at = address(base + offset);
    const word = this.memory.tagged(at);
    // The object starts on an earlier page, so an empty page cannot be unused memory: it was lost.
    if (word === 0 && offset < PAGE && at - (at % PAGE) > base && this.#isEmptyPage(at))
      throw new Fault(at, 'the page is not in the dump: it has zeros only');
    return word;
  }

  #isEmptyPage(at: Address): boolean {
    const page = address(at - (at % PAGE));
    return this.memory.has(page, PAGE) && this.memory.bytes(page, PAGE).every((byte) => byte === 0);
  }

  /** Value of a Smi field. */
  smi(object: Tagged, offset: number): number {
    const word = this.tagged(object, offset);
    if (!isSmi(word)) throw new Fault(address(this.base(object) + offset), 'no small integer');
    return smiValue(word);
  }

  u32(object: Tagged, offset: number): number {
    return this.memory.u32(address(this.base(object) + offset));
  }

  i32(object: Tagged, offset: number): number {
    return this.u32(object, offset) | 0;
  }

  u16(object: Tagged, offset: number): number {
    return this.memory.u16(address(this.base(object) + offset));
  }

  pointer(object: Tagged, offset: number): Address {
    return this.memory.pointer(address(this.base(object) + offset));
  }

  /** A number field: Smi or HeapNumber; NaN if it is neither. */
  number(word: Tagged): number {
    if (isSmi(word)) return smiValue(word);
    return this.isType(this.readable(word), this.layout.types.HEAP_NUMBER)
      ? this.memory.f64(address(this.base(word) + this.layout.objects.heapNumber.value))
      : Number.NaN;
  }

  /** Number of elements of a FixedArray-like object. */
  arrayLength(array: Tagged): number {
    const length = this.smi(array, this.layout.objects.fixedArray.length);
    if (!(length >= 0 && length <= MAX_ELEMENTS))
      throw new Fault(this.base(array), `an array of ${length} elements`);
    return length;
  }

  /** Element `index` of a FixedArray-like object; its bounds are the caller's matter. */
  element(array: Tagged, index: number): Tagged {
    return this.memory.tagged(address(this.base(array) + this.layout.objects.fixedArray.data + 8 * index));
  }

  /** Text of a string; throws a Fault if it is none. */
  string(word: Tagged): string {
    const text = readString(this.runtime, word);
    if (text === undefined) throw new Fault(address(0), 'no string');
    return text;
  }

  /** Text of a string; '' for what is none, and a Fault for what cannot be read. */
  textOrEmpty(word: Tagged): string {
    return this.isString(this.readable(word)) ? this.string(word) : '';
  }

  /** Characters `start` to `end` of a string. */
  text(word: Tagged, start: number, end: number): string {
    return this.#cachedText(word).slice(start, end);
  }

  #cachedText(word: Tagged): string {
    // Sources are asked for again and again: one per function of a script.
    if (this.#lastText?.word !== word) this.#lastText = { word, text: this.string(word) };
    return this.#lastText.text;
  }

  stringLength(word: Tagged): number {
    return this.u32(word, this.layout.objects.string.length);
  }

  /** A weak or strong pointer as a strong one; undefined for a cleared reference. */
  strong(word: Tagged): Tagged | undefined {
    if (!isWeak(word)) return this.#moved(word);
    return word < 0x1_0000_0000 ? undefined : this.#moved((word - 2) as Tagged);
  }

  /**
   * Where an object has gone if the process died inside of a garbage collection: the map word of an object
   * that was moved is the untagged address of its copy (MapWord::FromForwardingAddress, objects/objects.h).
   */
  #moved(word: Tagged): Tagged {
    if (!isHeapObject(word) || !this.memory.has(address(word - 1), 8)) return word;
    const mapWord = this.memory.tagged(address(word - 1));
    const isForwarding = (mapWord & 3) === 0 && !isSmi(mapWord);
    return isForwarding ? ((mapWord + 1) as Tagged) : word;
  }
}

function isWeak(word: Tagged): boolean {
  return (word & 3) === 3;
}
