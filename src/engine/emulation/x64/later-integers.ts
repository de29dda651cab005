import type { Lanes128 } from '../lanes128.ts';
import { each, narrow } from './packed-integers.ts';

type Numbers = Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array;

/** Opcodes of the map 0F 38 that make lanes wider, less their opcode's sign bit (0x10): bytes of their operand. */
const widenings: ReadonlyMap<number, number> = new Map([
  [0x20, 8],
  [0x21, 4],
  [0x22, 2],
  [0x23, 8],
  [0x24, 4],
  [0x25, 8],
]);

/** Bytes of the operand in memory of an operation of the map 0F 38. */
export function operandBytes(opcode: number): number {
  return widenings.get(opcode & ~0x10) ?? 16;
}

/**
 * Integer operations of SSSE3 and SSE4 on lanes of registers, by their opcode of the map 0F 38 (Intel SDM volume 2):
 * `own` is changed by `other`; blends choose by `mask`, which is xmm0. Returns false for an opcode that is none of them.
 */
export function laterIntegers(opcode: number, own: Lanes128, other: Lanes128, mask: Lanes128): boolean {
  if (widenings.has(opcode & ~0x10)) return widen(opcode, own, other);
  switch (opcode) {
    case 0x00: {
      const mine = own.u8.slice();
      return each(own.u8, other.u8, (_, b) => (b & 0x80 ? 0 : mine[b & 15]!));
    }
    case 0x01:
      return pairs(own.i16, other.i16, (a, b) => a + b);
    case 0x02:
      return pairs(own.i32, other.i32, (a, b) => a + b);
    case 0x05:
      return pairs(own.i16, other.i16, (a, b) => a - b);
    case 0x06:
      return pairs(own.i32, other.i32, (a, b) => a - b);
    case 0x08:
      return each(own.i8, other.i8, (a, b) => a * Math.sign(b));
    case 0x09:
      return each(own.i16, other.i16, (a, b) => a * Math.sign(b));
    case 0x0a:
      return each(own.i32, other.i32, (a, b) => a * Math.sign(b));
    case 0x0b:
      return each(own.i16, other.i16, (a, b) => ((Math.imul(a, b) >> 14) + 1) >> 1);
    case 0x10:
      return each(own.i8, other.i8, (a, b, n) => (mask.i8[n]! < 0 ? b : a));
    case 0x14:
      return each(own.i32, other.i32, (a, b, n) => (mask.i32[n]! < 0 ? b : a));
    case 0x15:
      return each(own.i32, other.i32, (a, b, n) => (mask.i32[n | 1]! < 0 ? b : a));
    case 0x1c:
      return each(own.i8, other.i8, (_, b) => Math.abs(b));
    case 0x1d:
      return each(own.i16, other.i16, (_, b) => Math.abs(b));
    case 0x1e:
      return each(own.i32, other.i32, (_, b) => Math.abs(b));
    case 0x28:
      for (let n = 0; n < 2; n++) own.i64[n] = BigInt(own.i32[2 * n]!) * BigInt(other.i32[2 * n]!);
      return true;
    case 0x29:
      for (let n = 0; n < 2; n++) own.i64[n] = own.i64[n] === other.i64[n] ? -1n : 0n;
      return true;
    case 0x37:
      for (let n = 0; n < 2; n++) own.i64[n] = own.i64[n]! > other.i64[n]! ? -1n : 0n;
      return true;
    case 0x2b:
      return narrow(own.i32, other.i32, own.u16, 0, 0xffff);
    case 0x38:
      return each(own.i8, other.i8, (a, b) => Math.min(a, b));
    case 0x39:
      return each(own.i32, other.i32, (a, b) => Math.min(a, b));
    case 0x3a:
      return each(own.u16, other.u16, (a, b) => Math.min(a, b));
    case 0x3b:
      return each(own.u32, other.u32, (a, b) => Math.min(a, b));
    case 0x3c:
      return each(own.i8, other.i8, (a, b) => Math.max(a, b));
    case 0x3d:
      return each(own.i32, other.i32, (a, b) => Math.max(a, b));
    case 0x3e:
      return each(own.u16, other.u16, (a, b) => Math.max(a, b));
    case 0x3f:
      return each(own.u32, other.u32, (a, b) => Math.max(a, b));
    case 0x40:
      return each(own.i32, other.i32, Math.imul);
    default:
      return false;
  }
}

/** Lanes of the map 0F 3A that an immediate chooses (blendps, blendpd, pblendw, palignr). False for other opcodes. */
export function chosenLanes(opcode: number, own: Lanes128, other: Lanes128, by: number): boolean {
  switch (opcode) {
    case 0x0c:
      return each(own.i32, other.i32, (a, b, n) => ((by >> n) & 1 ? b : a));
    case 0x0d:
      return each(own.i32, other.i32, (a, b, n) => ((by >> (n >> 1)) & 1 ? b : a));
    case 0x0e:
      return each(own.i16, other.i16, (a, b, n) => ((by >> n) & 1 ? b : a));
    case 0x0f: {
      const both = [...other.u8, ...own.u8];
      return each(own.u8, other.u8, (_a, _b, n) => both[n + by] ?? 0);
    }
    default:
      return false;
  }
}

/** pmovsx and pmovzx: the lowest lanes of `other`, with their sign or without. */
function widen(opcode: number, own: Lanes128, other: Lanes128): true {
  const isSigned = (opcode & 0x10) === 0;
  const kind = opcode & 15;
  const lanes: readonly [Numbers, Numbers] =
    kind < 3 ? [other.i8, other.u8] : kind < 5 ? [other.i16, other.u16] : [other.i32, other.u32];
  const from = lanes[isSigned ? 0 : 1];
  if (kind === 2 || kind === 4 || kind === 5) for (let n = 0; n < 2; n++) own.i64[n] = BigInt(from[n]!);
  else {
    const to = kind === 0 ? own.i16 : own.i32;
    for (let n = 0; n < to.length; n++) to[n] = from[n]!;
  }
  return true;
}

/** Neighbours of `own`, then those of `other`. */
function pairs<T extends Int16Array | Int32Array>(
  own: T,
  other: T,
  compute: (a: number, b: number) => number,
): true {
  const all = [...own, ...other];
  for (let n = 0; n < own.length; n++) own[n] = compute(all[2 * n]!, all[2 * n + 1]!);
  return true;
}
