import type { Lanes128 } from '../lanes128.ts';

type Lanes = Uint8Array | Int8Array | Uint16Array | Int16Array | Int32Array | Uint32Array | BigUint64Array;

/**
 * Integer operations of SSE2 on lanes of registers (Intel SDM volume 2): `own` is changed by `other`. Returns false for
 * an opcode that is none of them.
 */
export function packedIntegers(opcode: number, own: Lanes128, other: Lanes128): boolean {
  switch (opcode) {
    case 0x160:
      return interleave(own.u8, other.u8, 0);
    case 0x161:
      return interleave(own.u16, other.u16, 0);
    case 0x162:
      return interleave(own.i32, other.i32, 0);
    case 0x16c:
      return interleave(own.u64, other.u64, 0);
    case 0x168:
      return interleave(own.u8, other.u8, 8);
    case 0x169:
      return interleave(own.u16, other.u16, 4);
    case 0x16a:
      return interleave(own.i32, other.i32, 2);
    case 0x16d:
      return interleave(own.u64, other.u64, 1);
    case 0x163:
      return narrow(own.i16, other.i16, own.i8, -0x80, 0x7f);
    case 0x167:
      return narrow(own.i16, other.i16, own.u8, 0, 0xff);
    case 0x16b:
      return narrow(own.i32, other.i32, own.i16, -0x8000, 0x7fff);
    case 0x164:
      return each(own.i8, other.i8, (a, b) => (a > b ? -1 : 0));
    case 0x165:
      return each(own.i16, other.i16, (a, b) => (a > b ? -1 : 0));
    case 0x166:
      return each(own.i32, other.i32, (a, b) => (a > b ? -1 : 0));
    case 0x174:
      return each(own.i8, other.i8, (a, b) => (a === b ? -1 : 0));
    case 0x175:
      return each(own.i16, other.i16, (a, b) => (a === b ? -1 : 0));
    case 0x176:
      return each(own.i32, other.i32, (a, b) => (a === b ? -1 : 0));
    case 0x1fc:
      return each(own.u8, other.u8, (a, b) => a + b);
    case 0x1fd:
      return each(own.u16, other.u16, (a, b) => a + b);
    case 0x1fe:
      return each(own.i32, other.i32, (a, b) => a + b);
    case 0x1f8:
      return each(own.u8, other.u8, (a, b) => a - b);
    case 0x1f9:
      return each(own.u16, other.u16, (a, b) => a - b);
    case 0x1fa:
      return each(own.i32, other.i32, (a, b) => a - b);
    case 0x1d4:
      return eachWide(own, other, (a, b) => a + b);
    case 0x1fb:
      return eachWide(own, other, (a, b) => a - b);
    case 0x1d5:
      return each(own.i16, other.i16, (a, b) => Math.imul(a, b));
    case 0x1e5:
      return each(own.i16, other.i16, (a, b) => Math.imul(a, b) >> 16);
    case 0x1e4:
      return each(own.u16, other.u16, (a, b) => Math.imul(a, b) >>> 16);
    case 0x1f5:
      return addProducts(own, other);
    case 0x1f6:
      return addDifferences(own, other);
    case 0x1e0:
      return each(own.u8, other.u8, (a, b) => (a + b + 1) >> 1);
    case 0x1e3:
      return each(own.u16, other.u16, (a, b) => (a + b + 1) >> 1);
    case 0x1d8:
      return each(own.u8, other.u8, (a, b) => within(a - b, 0, 0xff));
    case 0x1d9:
      return each(own.u16, other.u16, (a, b) => within(a - b, 0, 0xffff));
    case 0x1dc:
      return each(own.u8, other.u8, (a, b) => within(a + b, 0, 0xff));
    case 0x1dd:
      return each(own.u16, other.u16, (a, b) => within(a + b, 0, 0xffff));
    case 0x1e8:
      return each(own.i8, other.i8, (a, b) => within(a - b, -0x80, 0x7f));
    case 0x1e9:
      return each(own.i16, other.i16, (a, b) => within(a - b, -0x8000, 0x7fff));
    case 0x1ec:
      return each(own.i8, other.i8, (a, b) => within(a + b, -0x80, 0x7f));
    case 0x1ed:
      return each(own.i16, other.i16, (a, b) => within(a + b, -0x8000, 0x7fff));
    case 0x1f4:
      return eachWide(own, other, (a, b) => (a & 0xffff_ffffn) * (b & 0xffff_ffffn));
    case 0x1da:
      return each(own.u8, other.u8, (a, b) => Math.min(a, b));
    case 0x1de:
      return each(own.u8, other.u8, (a, b) => Math.max(a, b));
    case 0x1ea:
      return each(own.i16, other.i16, (a, b) => Math.min(a, b));
    case 0x1ee:
      return each(own.i16, other.i16, (a, b) => Math.max(a, b));
    case 0x154:
    case 0x1db:
      return each(own.i32, other.i32, (a, b) => a & b);
    case 0x155:
    case 0x1df:
      return each(own.i32, other.i32, (a, b) => ~a & b);
    case 0x156:
    case 0x1eb:
      return each(own.i32, other.i32, (a, b) => a | b);
    case 0x157:
    case 0x1ef:
      return each(own.i32, other.i32, (a, b) => a ^ b);
    default:
      return shiftByOperand(opcode, own, other);
  }
}

/** Shifts of the groups 12 to 14 by a constant; `kind` is the register field. False for one that there is not. */
export function shiftLanes(opcode: number, kind: number, own: Lanes128, by: number): boolean {
  if (opcode === 0x173 && (kind === 3 || kind === 7)) {
    const bytes = Array.from(own.u8);
    const count = Math.min(by, 16) * (kind === 7 ? -1 : 1);
    for (let n = 0; n < 16; n++) own.u8[n] = bytes[n + count] ?? 0;
    return true;
  }
  const bits = opcode === 0x171 ? 16 : opcode === 0x172 ? 32 : 64;
  if (kind === 4) {
    if (bits === 64) return false;
    const lanes = bits === 16 ? own.i16 : own.i32;
    for (let n = 0; n < lanes.length; n++) lanes[n] = lanes[n]! >> Math.min(by, 31);
    return true;
  }
  if (kind !== 2 && kind !== 6) return false;
  if (by >= bits) own.u8.fill(0);
  else if (bits === 64) {
    for (let n = 0; n < 2; n++)
      own.u64[n] = kind === 2 ? own.u64[n]! >> BigInt(by) : own.u64[n]! << BigInt(by);
  } else {
    const lanes = bits === 16 ? own.u16 : own.u32;
    for (let n = 0; n < lanes.length; n++) lanes[n] = kind === 2 ? lanes[n]! >>> by : lanes[n]! << by;
  }
  return true;
}

/** Opcodes of shifts whose count is in the second operand: right, right with the sign, left. */
function shiftByOperand(opcode: number, own: Lanes128, other: Lanes128): boolean {
  const kind = opcode >> 4 === 0x1d ? 2 : opcode >> 4 === 0x1e ? 4 : opcode >> 4 === 0x1f ? 6 : 0;
  const width = opcode & 15;
  if (kind === 0 || width < 1 || width > 3) return false;
  return shiftLanes(0x170 + width, kind, own, Number(other.u64[0]! > 255n ? 255n : other.u64[0]!));
}

/** Computes each lane of `own` from both operands and its number. */
export function each<T extends Exclude<Lanes, BigUint64Array>>(
  own: T,
  other: T,
  compute: (own: number, other: number, n: number) => number,
): true {
  for (let n = 0; n < own.length; n++) own[n] = compute(own[n]!, other[n]!, n);
  return true;
}

function eachWide(own: Lanes128, other: Lanes128, compute: (own: bigint, other: bigint) => bigint): true {
  for (let n = 0; n < 2; n++) own.u64[n] = compute(own.u64[n]!, other.u64[n]!);
  return true;
}

/** Lanes of both in turn, from lane `first` on. */
function interleave<T extends Lanes>(own: T, other: T, first: number): true {
  const mine = own.slice();
  for (let n = 0; n < own.length / 2; n++) {
    own[2 * n] = mine[first + n]!;
    own[2 * n + 1] = other[first + n]!;
  }
  return true;
}

/** Lanes of both with half of their bits, at most and at least what fits. */
export function narrow(
  own: Int16Array | Int32Array,
  other: Int16Array | Int32Array,
  to: Uint8Array | Int8Array | Int16Array | Uint16Array,
  least: number,
  most: number,
): true {
  const all = [...own, ...other];
  for (const [n, value] of all.entries()) to[n] = within(value, least, most);
  return true;
}

function within(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, value));
}

/** pmaddwd: the sums of two products. */
function addProducts(own: Lanes128, other: Lanes128): true {
  const products = Array.from(own.i16, (value, n) => value * other.i16[n]!);
  for (let n = 0; n < 4; n++) own.i32[n] = products[2 * n]! + products[2 * n + 1]!;
  return true;
}

/** psadbw: the sums of eight differences. */
function addDifferences(own: Lanes128, other: Lanes128): true {
  const sums = [0, 0];
  for (const [n, value] of own.u8.entries()) sums[n >> 3]! += Math.abs(value - other.u8[n]!);
  for (let n = 0; n < 2; n++) own.u64[n] = BigInt(sums[n]!);
  return true;
}
