import { Lanes128 } from '../lanes128.ts';
import type { Encoding, Instruction } from './instruction.ts';
import type { LaneOperation } from './lane-operations.ts';
import type { Arm64State } from './state.ts';
import { setBytes } from './vector-moves.ts';

type NarrowLanes = Uint8Array | Int8Array | Uint16Array | Int16Array | Int32Array | Uint32Array;

/** Lanes of 1, 2 or 4 bytes. */
export function narrowLanes(lanes: Lanes128, size: number, isSigned: boolean): NarrowLanes {
  if (size === 1) return isSigned ? lanes.i8 : lanes.u8;
  if (size === 2) return isSigned ? lanes.i16 : lanes.u16;
  return isSigned ? lanes.i32 : lanes.u32;
}

function wideLanes(lanes: Lanes128, isSigned: boolean): BigInt64Array | BigUint64Array {
  return isSigned ? lanes.i64 : lanes.u64;
}

/** Lanes of any size as numbers of any size, from byte `from` on, as many as are in `bytes`. */
export function bigLanes(
  lanes: Lanes128,
  size: number,
  isSigned: boolean,
  from: number,
  bytes: number,
): bigint[] {
  const all: bigint[] =
    size === 8 ? [...wideLanes(lanes, isSigned)] : Array.from(narrowLanes(lanes, size, isSigned), BigInt);
  return all.slice(from / size, (from + bytes) / size);
}

/** Writes lanes into a register from byte `from` on; they are cut to their size. */
export function putLanes(lanes: Lanes128, size: number, values: readonly bigint[], from: number): void {
  for (const [n, value] of values.entries()) {
    if (size === 8) lanes.u64[from / 8 + n] = value;
    else narrowLanes(lanes, size, true)[from / size + n] = Number(BigInt.asIntN(32, value));
  }
}

/** A register's worth of zeroes. */
export function emptyLanes(): Lanes128 {
  return new Lanes128(new ArrayBuffer(16), 0);
}

/** A register of which all lanes have one value. */
export function repeated(value: bigint, size: number): Lanes128 {
  const result = emptyLanes();
  putLanes(result, size, new Array<bigint>(16 / size).fill(value), 0);
  return result;
}

/** True of scalars, which are the first lanes of registers. */
export function isScalar(i: Instruction): boolean {
  if (!i.has(28)) return false;
  i.amount = i.size;
  return true;
}

/** The encodings of vectors, and of the first lanes of them as scalars. */
export function alsoOfScalars(mask: number, value: number, decode: Encoding['decode']): Encoding[] {
  return [
    { mask, value, decode },
    { mask: (mask | 0x4000_0000) >>> 0, value: value | 0x5000_0000, decode },
  ];
}

/** Runs an operation on all lanes of two registers, `other` being the second. */
export function eachLane(
  i: Instruction,
  state: Arm64State,
  { narrow, wide }: LaneOperation,
  other: Lanes128,
  isSigned: boolean,
): void {
  const own = state.vectors[i.n]!;
  const result = emptyLanes();
  const kept = state.vectors[i.d]!;
  const count = i.amount / i.size;
  if (i.size === 8) {
    const [a, b, old, to] = [own, other, kept, result].map((lanes) => wideLanes(lanes, isSigned)) as [
      BigInt64Array,
      BigInt64Array,
      BigInt64Array,
      BigInt64Array,
    ];
    for (let n = 0; n < count; n++) to[n] = wide!(a[n]!, b[n]!, old[n]!);
  } else {
    const [a, b, old, to] = [own, other, kept, result].map((lanes) =>
      narrowLanes(lanes, i.size, isSigned),
    ) as [NarrowLanes, NarrowLanes, NarrowLanes, NarrowLanes];
    for (let n = 0; n < count; n++) to[n] = narrow(a[n]!, b[n]!, old[n]!);
  }
  setBytes(state, i.d, result.u8);
}
