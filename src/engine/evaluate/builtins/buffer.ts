import type { Value } from '../../v8/inspect.ts';
import { elementsOf, sameKind, typedArray, typedArrayClass } from '../elements.ts';
import type { Machine } from '../machine.ts';
import { describe } from '../machine.ts';
import { DumpObject, hole, MadeBytes, type Operand, type Steps } from '../operand.ts';
import { host, toBoolean } from '../operators.ts';
import { bad, refused } from '../refusal.ts';
import { isArray } from './array.ts';
import { itemsOf } from './array-constructor.ts';
import type { Intrinsic, Run } from './registry.ts';
import { isBuffer, ofBuffer } from './typed-array-constructor.ts';

/** Bytes of a Uint8Array or Buffer. */
export function bytesOf(machine: Machine, self: Operand): Uint8Array {
  if (self instanceof DumpObject && self.subtype === 'typedarray') {
    const place = machine.environment.inspector.memory(self.value);
    if ('length' in place) machine.meter.allocate(place.length);
    return machine.heap.bytes(self);
  }
  if (self instanceof MadeBytes) {
    const { elements } = self;
    if (ArrayBuffer.isView(elements)) {
      return new Uint8Array(elements.buffer, elements.byteOffset, elements.byteLength);
    }
  }
  throw bad(`${describe(self)} is not a buffer`);
}

const encodings = new Set([
  'utf8',
  'utf-8',
  'hex',
  'base64',
  'base64url',
  'latin1',
  'binary',
  'ascii',
  'ucs2',
  'ucs-2',
  'utf16le',
  'utf-16le',
]);

const toText: Run = function* (machine, self, args) {
  const encoding = args[0] === undefined ? 'utf8' : (yield* machine.toString(args[0])).toLowerCase();
  if (!encodings.has(encoding)) throw bad(`Unknown encoding: ${encoding}`);
  const bytes = bytesOf(machine, self);
  const start = yield* machine.toInteger(args[1], 0);
  const end = yield* machine.toInteger(args[2], bytes.length);
  machine.meter.text(bytes.length * 2);
  return Buffer.from(bytes).toString(encoding as BufferEncoding, start, end);
};

function* range(machine: Machine, args: readonly Operand[], length: number): Steps<[number, number]> {
  const clamp = (index: number) => (index < 0 ? Math.max(0, length + index) : Math.min(index, length));
  const from = clamp(yield* machine.toInteger(args[0], 0));
  const to = clamp(yield* machine.toInteger(args[1], length));
  return [from, Math.max(from, to)];
}

const subarray: Run = function* (machine, self, args) {
  if (!typedArrayClass(self)) throw bad(`${describe(self)} is not a typed array`);
  const elements = yield* elementsOf(machine, self);
  const [from, to] = yield* range(machine, args, elements.length);
  const items: Operand[] = [];
  for (let i = from; i < to; i++) {
    if (machine.meter.tick()) yield;
    const item = elements.at(i);
    machine.meter.allocate(16);
    items.push(item === hole ? undefined : item);
  }
  return yield* sameKind(machine, self, items);
};

function reader(name: string): Run {
  return function* (machine, self, args) {
    const bytes = Buffer.from(bytesOf(machine, self));
    const offset = args[0] === undefined ? 0 : yield* machine.toInteger(args[0]);
    const rest: number[] = args.length > 1 ? [yield* machine.toInteger(args[1])] : [];
    const read = bytes[name as 'readUInt8'] as unknown as (...args: number[]) => number | bigint;
    return host(() => read.call(bytes, offset, ...rest));
  };
}

const readers = [
  'readUInt8',
  'readUInt16LE',
  'readUInt16BE',
  'readUInt32LE',
  'readUInt32BE',
  'readInt8',
  'readInt16LE',
  'readInt16BE',
  'readInt32LE',
  'readInt32BE',
  'readFloatLE',
  'readFloatBE',
  'readDoubleLE',
  'readDoubleBE',
  'readBigUInt64LE',
  'readBigUInt64BE',
  'readBigInt64LE',
  'readBigInt64BE',
  'readUIntLE',
  'readUIntBE',
  'readIntLE',
  'readIntBE',
];

function* bufferFrom(machine: Machine, args: readonly Operand[]): Steps<MadeBytes> {
  const [source] = args;
  if (isBuffer(source)) return yield* ofBuffer(machine, 'Buffer', source, args);
  if (typedArrayClass(source) || isArray(source))
    return yield* typedArray(machine, 'Buffer', yield* itemsOf(machine, source));
  if (typeof source !== 'string') throw refused('Buffer.from is evaluated for text, arrays and buffers only');
  const encoding = args[1] === undefined ? 'utf8' : yield* machine.toString(args[1]);
  if (!encodings.has(encoding.toLowerCase())) throw bad(`Unknown encoding: ${encoding}`);
  machine.meter.allocate(source.length * 3);
  return new MadeBytes('Buffer', new Uint8Array(Buffer.from(source, encoding as BufferEncoding)));
}

/** Functions of Node's lib/buffer.js, by name: JavaScript of Node, done here by our own code. */
export const bufferFunctions: ReadonlyMap<string, Run> = new Map<string, Run>([
  ['toString', toText],
  ['slice', subarray],
  ['subarray', subarray],
  [
    'equals',
    function* (machine, self, args) {
      return Buffer.from(bytesOf(machine, self)).equals(bytesOf(machine, args[0]));
    },
  ],
  [
    'toJSON',
    function* (machine, self) {
      const bytes = bytesOf(machine, self);
      machine.meter.allocate(bytes.length * 16);
      return machine.object([
        ['type', 'Buffer'],
        ['data', machine.array([...bytes])],
      ]);
    },
  ],
  [
    'isBuffer',
    function* (_machine, _self, args) {
      return typedArrayClass(args[0]) === 'Buffer';
    },
  ],
  [
    'from',
    function* (machine, self, args) {
      const buffer = yield* bufferFrom(machine, args);
      // The global is a getter of Node's: only the function itself leads to the prototype.
      const prototype = self instanceof DumpObject ? machine.heap.own(self, 'prototype')?.value : undefined;
      if (prototype instanceof DumpObject) buffer.prototype = prototype;
      return buffer;
    },
  ],
  ...readers.flatMap((name): [string, Run][] => [
    [name, reader(name)],
    [name.replace('UInt', 'Uint'), reader(name)],
  ]),
]);

/** Methods of DataView that read. */
const viewReaders = [
  'getBigInt64',
  'getBigUint64',
  'getFloat32',
  'getFloat64',
  'getInt16',
  'getInt32',
  'getInt8',
  'getUint16',
  'getUint32',
  'getUint8',
] as const;

function viewReader(name: (typeof viewReaders)[number]): Run {
  return function* (machine, self, args) {
    if (!(self instanceof DumpObject) || !self.preview.description.startsWith('DataView(')) {
      throw bad(`Method DataView.prototype.${name} called on incompatible receiver ${describe(self)}`);
    }
    const bytes = machine.heap.bytes(self);
    const offset = yield* machine.toInteger(args[0]);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return host(() => view[name](offset, toBoolean(args[1])));
  };
}

function length(machine: Machine, self: Operand): number {
  if (self instanceof MadeBytes) return self.elements.length;
  if (self instanceof DumpObject && self.subtype === 'typedarray') {
    return machine.environment.inspector.counts(self.value).indexed;
  }
  throw bad(`${describe(self)} is not a typed array`);
}

function byteLength(machine: Machine, self: Operand): number {
  if (self instanceof MadeBytes) return (self.elements as unknown as Uint8Array).byteLength;
  const place = self instanceof DumpObject ? machine.environment.inspector.memory(self.value) : undefined;
  if (!place || !('length' in place)) throw refused(`the length of ${describe(self)} cannot be read`);
  return place.length;
}

function viewed(machine: Machine, self: Operand): { readonly buffer: Value; readonly byteOffset: number } {
  const found = self instanceof DumpObject ? machine.environment.inspector.viewed?.(self.value) : undefined;
  if (!found) throw refused(`the buffer of ${describe(self)} cannot be read`);
  return found;
}

function bufferOf(machine: Machine, self: Operand): Operand {
  const { buffer } = viewed(machine, self);
  const place = machine.environment.inspector.memory(buffer);
  // Small typed arrays keep their elements themselves.
  if ('length' in place && place.length > 0 && place.address === 0)
    throw refused(`the buffer of ${describe(self)} is made by V8 when it is first used`);
  return machine.heap.operand(buffer);
}

const byteOffset = (machine: Machine, self: Operand) => viewed(machine, self).byteOffset;

export const bufferIntrinsics: readonly Intrinsic[] = [
  { builtin: 'TypedArrayPrototypeBuffer', path: 'TypedArray.prototype.buffer', get: bufferOf },
  { builtin: 'TypedArrayPrototypeByteOffset', path: 'TypedArray.prototype.byteOffset', get: byteOffset },
  { builtin: 'DataViewPrototypeGetBuffer', path: 'DataView.prototype.buffer', get: bufferOf },
  { builtin: 'DataViewPrototypeGetByteOffset', path: 'DataView.prototype.byteOffset', get: byteOffset },
  { builtin: 'TypedArrayPrototypeLength', path: 'TypedArray.prototype.length', get: length },
  { builtin: 'TypedArrayPrototypeByteLength', path: 'TypedArray.prototype.byteLength', get: byteLength },
  { builtin: 'ArrayBufferPrototypeGetByteLength', path: 'ArrayBuffer.prototype.byteLength', get: byteLength },
  {
    builtin: 'SharedArrayBufferPrototypeGetByteLength',
    path: 'SharedArrayBuffer.prototype.byteLength',
    get: byteLength,
  },
  { builtin: 'DataViewPrototypeGetByteLength', path: 'DataView.prototype.byteLength', get: byteLength },
  ...viewReaders.map((name) => ({
    builtin: `DataViewPrototype${name.charAt(0).toUpperCase()}${name.slice(1)}`,
    path: `DataView.prototype.${name}`,
    run: viewReader(name),
  })),
  { builtin: 'TypedArrayPrototypeSubArray', path: 'TypedArray.prototype.subarray', run: subarray },
  {
    builtin: 'TypedArrayPrototypeToStringTag',
    path: 'TypedArray.prototype[Symbol.toStringTag]',
    get: (_machine, self) => (typedArrayClass(self) ?? '').replace('Buffer', 'Uint8Array') || undefined,
  },
];
