import { Fault } from '../../absence.ts';
import { type Address, address, at, type Tagged } from '../../address.ts';
import type { V8Runtime } from '../runtime.ts';

/** True if `word` is tagged as a strong pointer to a heap object. */
export function isHeapObject(word: Tagged): boolean {
  return word > 0 && word < 2 ** 48 && (word & 3) === 1;
}

/** A Smi is a multiple of 2^32 (see Tagged). */
export function isSmi(word: Tagged): boolean {
  return (word | 0) === 0 && !Number.isNaN(word);
}

export function smiValue(word: Tagged): number {
  return word / 0x1_0000_0000;
}

/** Address of the object that a strong or weak pointer leads to. */
export function untag(word: Tagged): Address {
  return address(word - (word & 3));
}

export function tag(object: Address): Tagged {
  return (object + 1) as Tagged;
}

/** The tagged word in a field; throws a Fault if it cannot be read. */
export function field(runtime: V8Runtime, object: Tagged, offset: number): Tagged {
  return runtime.memory.tagged(at(untag(object), offset));
}

/** Instance type of a heap object; undefined for Smis and what cannot be read. */
export function instanceType(runtime: V8Runtime, word: Tagged): number | undefined {
  const { memory, layout } = runtime;
  if (!isHeapObject(word) || !memory.has(untag(word), 8)) return undefined;
  const map = memory.tagged(untag(word));
  if (!isHeapObject(map)) return undefined;
  const type = at(untag(map), layout.objects.map.instanceType);
  return memory.has(type, 2) ? memory.u16(type) : undefined;
}

/** `word`, if it is a heap object of that instance type. */
export function ofType(runtime: V8Runtime, word: Tagged, type: number): Tagged | undefined {
  return instanceType(runtime, word) === type ? word : undefined;
}

export function isFunction(runtime: V8Runtime, word: Tagged): boolean {
  const type = instanceType(runtime, word);
  return type !== undefined && runtime.layout.isFunction(type);
}

const MAX_BYTE_ARRAY = 1 << 26;

/** Content of a ByteArray or TrustedByteArray; undefined if `word` is none. */
export function byteArray(runtime: V8Runtime, word: Tagged): Buffer | undefined {
  const { memory, layout } = runtime;
  const type = instanceType(runtime, word);
  if (type !== layout.types.BYTE_ARRAY && type !== layout.types.TRUSTED_BYTE_ARRAY) return undefined;
  const { length, data } = layout.objects.fixedArray;
  const bytes = smiValue(field(runtime, word, length));
  if (!(bytes >= 0 && bytes < MAX_BYTE_ARRAY)) throw new Fault(untag(word), `a byte array of ${bytes} bytes`);
  return memory.bytes(at(untag(word), data), bytes);
}

/** Number of elements of an array of tagged words. */
export function arrayLength(runtime: V8Runtime, array: Tagged): number {
  const length = smiValue(field(runtime, array, runtime.layout.objects.fixedArray.length));
  if (!(length >= 0 && length < 2 ** 27)) throw new Fault(untag(array), `an array of ${length} elements`);
  return length;
}

/** Element `index` of an array of tagged words; throws a Fault out of its bounds. */
export function element(runtime: V8Runtime, array: Tagged, index: number): Tagged {
  if (!(index >= 0 && index < arrayLength(runtime, array))) {
    throw new Fault(untag(array), `no element ${index}`);
  }
  return field(runtime, array, runtime.layout.objects.fixedArray.data + 8 * index);
}
