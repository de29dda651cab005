import type { Machine } from './machine.ts';
import {
  DumpObject,
  hole,
  isReference,
  type Made,
  MadeArray,
  MadeBytes,
  type Operand,
  type Steps,
} from './operand.ts';
import { need } from './operators.ts';
import { bad, refused } from './refusal.ts';

/** Constructors of the host whose instances hold the content of typed arrays that an evaluation made. */
export const typedArrays = {
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
  Buffer: Uint8Array,
} as const;

const CHUNK = 512;

/** An array-like object by index: what the methods of arrays work on. */
export interface Elements {
  readonly length: number;
  at(index: number): Operand | typeof hole;
}

/** LengthOfArrayLike and HasProperty/Get of the indices. */
export function* elementsOf(machine: Machine, self: Operand): Steps<Elements> {
  const value = need(self);
  if (value === undefined || value === null) throw bad('Cannot convert undefined or null to object');
  if (value instanceof MadeArray) return arrayElements(value);
  if (value instanceof MadeBytes) return { length: value.elements.length, at: (i) => value.elements[i] };
  if (typeof value === 'string') return { length: value.length, at: (i) => value[i] ?? hole };
  if (value instanceof DumpObject) return yield* dumpElements(machine, value);
  if (!isReference(value)) return { length: 0, at: () => hole };
  const length = yield* lengthOf(machine, value);
  return { length, at: (i) => (machine.has(value, String(i)) ? machine.get(value, String(i)) : hole) };
}

function arrayElements(array: MadeArray): Elements {
  const { items } = array;
  return { length: items.length, at: (i) => (i < items.length ? (items[i] as Operand | typeof hole) : hole) };
}

function* dumpElements(machine: Machine, object: DumpObject): Steps<Elements> {
  if (object.subtype === 'proxy') throw refused('a Proxy is not asked: its traps are code');
  const isTyped = object.subtype === 'typedarray';
  const length = isTyped
    ? machine.environment.inspector.counts(object.value).indexed
    : yield* lengthOf(machine, object);
  const chunk = new Map<number, Operand>();
  let start = 0;
  let end = 0;
  let last = -2;
  const at = (index: number): Operand | typeof hole => {
    if (index < start || index >= end) {
      chunk.clear();
      start = index;
      end = Math.min(length, index + (index === last + 1 ? CHUNK : 1));
      for (const [i, element] of machine.heap.elements(object, start, end)) chunk.set(i, element);
    }
    last = index;
    return chunk.has(index) ? chunk.get(index) : hole;
  };
  return { length, at };
}

function* lengthOf(machine: Machine, object: Operand): Steps<number> {
  const length = yield* machine.toInteger(machine.get(object, 'length'));
  return Math.min(Math.max(length, 0), Number.MAX_SAFE_INTEGER);
}

/** The name in `typedArrays` of a typed array's class; undefined for any other value. */
export function typedArrayClass(value: Operand): keyof typeof typedArrays | undefined {
  const name =
    value instanceof DumpObject ? dumpClass(value) : value instanceof MadeBytes ? value.className : '';
  return Object.hasOwn(typedArrays, name) ? (name as keyof typeof typedArrays) : undefined;
}

function dumpClass(object: DumpObject): string {
  if (object.subtype !== 'typedarray') return '';
  const name = object.preview.className ?? '';
  return name === 'FastBuffer' ? 'Buffer' : name;
}

/** A new typed array of a class with these elements, converted as the class does. */
export function* typedArray(
  machine: Machine,
  className: keyof typeof typedArrays,
  items: readonly Operand[],
): Steps<MadeBytes> {
  const isBig = className.startsWith('Big');
  const converted: (number | bigint)[] = [];
  for (const item of items) {
    const number = isBig ? yield* machine.toNumeric(item) : yield* machine.toNumber(item);
    if (isBig !== (typeof number === 'bigint')) throw bad(`Cannot convert ${number} to a BigInt`);
    converted.push(number);
  }
  machine.meter.allocate(items.length * 8);
  const type = typedArrays[className] as unknown as {
    from(items: unknown[]): ArrayLike<number | bigint>;
  };
  return new MadeBytes(className, type.from(converted));
}

/** What a method that gives "the same kind of array" gives: an Array, or a typed array of the class. */
export function* sameKind(machine: Machine, self: Operand, items: (Operand | typeof hole)[]): Steps<Made> {
  const className = typedArrayClass(self);
  if (className) {
    const array = yield* typedArray(machine, className, items as Operand[]);
    if (self instanceof DumpObject || self instanceof MadeBytes)
      array.prototype = machine.objects.prototype(self);
    return array;
  }
  if (self instanceof DumpObject && self.subtype === 'array') refuseSubclass(machine, self);
  return machine.array(items);
}

/** ArraySpeciesCreate: an array of a subclass would be made by the subclass's constructor. */
function refuseSubclass(machine: Machine, array: DumpObject): void {
  const maker = machine.get(array, 'constructor');
  if (maker === undefined) return;
  if (maker instanceof DumpObject) {
    if (machine.heap.builtin(maker) === 'ArrayConstructor') {
      const species = machine.get(maker, machine.realm.symbol('species'));
      if (species instanceof DumpObject && species.word === maker.word) return;
      if (species === undefined || species === null) return;
    }
  }
  throw refused(
    `the result would be built by the constructor of ${array.preview.className ?? 'the array'}`,
    'Array.from(…) gives a plain array',
  );
}
