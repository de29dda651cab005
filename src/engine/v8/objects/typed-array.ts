import { attempt, Fault, isAbsent } from '../../absence.ts';
import { type Address, address, type Tagged } from '../../address.ts';
import type { Memory } from '../../memory/memory.ts';
import type { Value } from '../inspect.ts';
import { type ArrayBufferInfo, arrayBuffer } from './array-buffer.ts';
import type { Element, Elements } from './elements.ts';
import type { HeapView } from './heap-view.ts';
import type { ListedArray } from './listing.ts';

interface ElementType {
  readonly name: string;
  readonly size: number;
  read(memory: Memory, at: Address): number | bigint;
}

const U64 = 2n ** 64n;

/** In the order of TYPED_ARRAYS (objects/elements-kind.h), Float16Array last. */
const elementTypes: readonly ElementType[] = [
  { name: 'Uint8Array', size: 1, read: (m, a) => m.u8(a) },
  { name: 'Int8Array', size: 1, read: (m, a) => (m.u8(a) << 24) >> 24 },
  { name: 'Uint16Array', size: 2, read: (m, a) => m.u16(a) },
  { name: 'Int16Array', size: 2, read: (m, a) => (m.u16(a) << 16) >> 16 },
  { name: 'Uint32Array', size: 4, read: (m, a) => m.u32(a) },
  { name: 'Int32Array', size: 4, read: (m, a) => m.i32(a) },
  { name: 'BigUint64Array', size: 8, read: (m, a) => m.u64(a) },
  { name: 'BigInt64Array', size: 8, read: (m, a) => BigInt.asIntN(64, m.u64(a)) },
  { name: 'Uint8ClampedArray', size: 1, read: (m, a) => m.u8(a) },
  { name: 'Float32Array', size: 4, read: (m, a) => m.bytes(a, 4).readFloatLE(0) },
  { name: 'Float64Array', size: 8, read: (m, a) => m.f64(a) },
  { name: 'Float16Array', size: 2, read: (m, a) => halfFloat(m.u16(a)) },
];

export interface TypedArray {
  readonly type: ElementType;
  /** In elements; 0 if detached or out of bounds. */
  readonly length: number;
  readonly data: Address;
}

/** What a typed array shows: type, length and where its elements are (objects/js-array-buffer.h). */
export function typedArray(view: HeapView, object: Tagged): TypedArray {
  const { typedArray: offsets, arrayBufferView } = view.layout.objects;
  const type = elementTypes[typeIndex(view, object)];
  if (!type) throw new Fault(view.base(object), 'a typed array of an unknown kind');
  const buffer = arrayBuffer(view, view.tagged(object, arrayBufferView.buffer));
  const external = view.memory.u64(address(view.base(object) + offsets.externalPointer));
  const base = view.memory.u64(address(view.base(object) + offsets.basePointer));
  const data = address(Number((external + base) % U64));
  const offset = view.pointer(object, arrayBufferView.byteOffset);
  let bytes: number = view.pointer(object, arrayBufferView.byteLength);
  const tracking = (view.u32(object, arrayBufferView.bitField) & 1) !== 0;
  if (tracking) bytes = Math.max(0, buffer.byteLength - offset);
  // On-heap typed arrays have an empty buffer until someone asks for it.
  const onHeap = base !== 0n;
  if (onHeap) {
    const store = view.tagged(object, view.layout.objects.object.elements);
    const stored = view.smi(store, view.layout.objects.fixedArray.length);
    if (bytes > stored) throw new Fault(view.base(object), `a typed array of ${bytes} bytes in ${stored}`);
  }
  if (buffer.detached || (!onHeap && offset + bytes > buffer.byteLength)) bytes = 0;
  return { type, length: Math.floor(bytes / type.size), data };
}

/** The typed arrays as which the debugger shows a buffer: those whose elements fill it. */
const bufferViews = ['Int8Array', 'Uint8Array', 'Int16Array', 'Int32Array'];

/** What the debugger makes of the bytes of a buffer (addTypedArrayViews, inspector/value-mirror.cc), by slots' names. */
export function viewsOfBuffer(
  view: HeapView,
  { data, byteLength }: ArrayBufferInfo,
): [string, ListedArray][] {
  return bufferViews.flatMap((className): [string, ListedArray][] => {
    const type = elementTypes.find(({ name }) => name === className)!;
    if (byteLength % type.size !== 0) return [];
    const item = (index: number) => elementAt(view, type, data, index);
    return [[`[[${className}]]`, { kind: 'listed', className, length: byteLength / type.size, item }]];
  });
}

function elementAt(view: HeapView, type: ElementType, data: Address, index: number): Value {
  const read = attempt(() => type.read(view.memory, address(data + index * type.size)));
  return isAbsent(read) ? { kind: 'absent', absence: read } : { kind: 'synthetic', primitive: read };
}

export function typedArrayName(view: HeapView, object: Tagged): string {
  return elementTypes[typeIndex(view, object)]?.name ?? 'TypedArray';
}

function typeIndex(view: HeapView, object: Tagged): number {
  const { firstKind, kinds } = view.layout.objects.typedArrayKinds;
  const ordinal = view.map(object).elementsKind - firstKind;
  // Kinds of resizable buffers repeat the list.
  return kinds[ordinal % kinds.length] ?? -1;
}

export function typedElements(view: HeapView, object: Tagged): Elements {
  const { type, length, data } = typedArray(view, object);
  return {
    length,
    slice: (start, end) => {
      const result: Element[] = [];
      for (let index = start; index < Math.min(end, length); index++) {
        result.push({ index, value: elementAt(view, type, data, index), attributes: 0 });
      }
      return result;
    },
  };
}

/** IEEE 754 binary16. */
function halfFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
