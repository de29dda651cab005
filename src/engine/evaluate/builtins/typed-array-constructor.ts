import { typedArray, typedArrays } from '../elements.ts';
import type { Machine } from '../machine.ts';
import { DumpObject, isReference, MadeBytes, type Operand, type Steps } from '../operand.ts';
import { bad, refused } from '../refusal.ts';
import { itemsOf } from './array-constructor.ts';
import type { Intrinsic } from './registry.ts';

type ClassName = keyof typeof typedArrays;

/** `new Uint8Array(…)` and its like: of a length, of elements, or of a copy of the bytes of a buffer. */
export const typedArrayConstructor: readonly Intrinsic[] = [
  { builtin: 'TypedArrayConstructor', path: 'Uint8Array', construct },
];

function* construct(machine: Machine, maker: Operand, args: readonly Operand[]): Steps<Operand> {
  const name = maker instanceof DumpObject ? yield* machine.toString(machine.get(maker, 'name')) : '';
  if (!Object.hasOwn(typedArrays, name)) throw refused(`new ${name}(…) is not evaluated`);
  const className = name as ClassName;
  const [source] = args;
  if (isBuffer(source)) return yield* ofBuffer(machine, className, source, args);
  if (isReference(source)) return yield* typedArray(machine, className, yield* itemsOf(machine, source));
  const length = yield* machine.toInteger(source, 0);
  if (!(length >= 0 && length <= 2 ** 32)) throw bad(`Invalid typed array length: ${length}`);
  const { BYTES_PER_ELEMENT: size } = typedArrays[className];
  machine.meter.allocate(length * size);
  return ofBytes(className, new ArrayBuffer(length * size));
}

/** True for an ArrayBuffer or SharedArrayBuffer of the dump. */
export function isBuffer(value: Operand): value is DumpObject {
  return value instanceof DumpObject && /^(Shared)?ArrayBuffer\(/.test(value.preview.description);
}

/** A copy of bytes of an ArrayBuffer: nothing changes them any more. */
export function* ofBuffer(
  machine: Machine,
  className: ClassName,
  buffer: DumpObject,
  args: readonly Operand[],
): Steps<MadeBytes> {
  const whole = machine.heap.place(buffer).length;
  const { BYTES_PER_ELEMENT: size } = typedArrays[className];
  const offset = yield* machine.toInteger(args[1], 0);
  const length = args[2] === undefined ? (whole - offset) / size : yield* machine.toInteger(args[2], 0);
  if (offset % size !== 0) throw bad(`start offset of ${className} should be a multiple of ${size}`);
  if (!Number.isInteger(length)) throw bad(`byte length of ${className} should be a multiple of ${size}`);
  if (offset < 0 || length < 0 || offset + length * size > whole)
    throw bad(`Start offset ${offset} or length ${length} is outside the bounds of the buffer`);
  machine.meter.allocate(2 * length * size);
  // Bytes of the dump may stand anywhere in their block; elements have to be aligned.
  const copy = Uint8Array.from(machine.heap.bytes(buffer, offset, length * size));
  return ofBytes(className, copy.buffer);
}

function ofBytes(className: ClassName, bytes: ArrayBuffer): MadeBytes {
  const host = typedArrays[className] as unknown as new (bytes: ArrayBuffer) => MadeBytes['elements'];
  return new MadeBytes(className, new host(bytes));
}
