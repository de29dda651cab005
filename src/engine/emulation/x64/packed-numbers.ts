import type { Lanes128 } from '../lanes128.ts';
import { roundToEven } from '../rounding.ts';

/** By the lower four bits of their number (Intel SDM volume 2, CMPPD, table 3-1); the others differ in exceptions. */
const comparisons = [
  (a: number, b: number) => a === b,
  (a: number, b: number) => a < b,
  (a: number, b: number) => a <= b,
  areUnordered,
  (a: number, b: number) => a !== b,
  (a: number, b: number) => !(a < b),
  (a: number, b: number) => !(a <= b),
  (a: number, b: number) => !areUnordered(a, b),
  (a: number, b: number) => a === b || areUnordered(a, b),
  (a: number, b: number) => !(a >= b),
  (a: number, b: number) => !(a > b),
  () => false,
  (a: number, b: number) => a !== b && !areUnordered(a, b),
  (a: number, b: number) => a >= b,
  (a: number, b: number) => a > b,
  () => true,
] as const;

/**
 * One operation of SSE2 on two numbers with fractions, by its opcode (Intel SDM volume 2: sqrt, add, mul, sub, min, div
 * and max). NaN is the second operand of min and max, as there. Undefined for another opcode.
 */
export function combined(opcode: number, own: number, other: number): number | undefined {
  switch (opcode) {
    case 0x151:
      return Math.sqrt(other);
    case 0x158:
      return own + other;
    case 0x159:
      return own * other;
    case 0x15c:
      return own - other;
    case 0x15d:
      return own < other ? own : other;
    case 0x15e:
      return own / other;
    case 0x15f:
      return own > other ? own : other;
    default:
      return undefined;
  }
}

/** The result of the comparison with that number. */
export function compared(kind: number, own: number, other: number): boolean {
  return comparisons[kind & 15]!(own, other);
}

function areUnordered(a: number, b: number): boolean {
  return Number.isNaN(a) || Number.isNaN(b);
}

/** A number as an integer of 32 bits, or the one that stands for those that do not fit. */
export function wordOf(value: number, isCut: boolean): number {
  const whole = isCut ? Math.trunc(value) : roundToEven(value);
  return whole >= -0x8000_0000 && whole <= 0x7fff_ffff ? whole : -0x8000_0000;
}

/** True for operations on all numbers of a register and conversions of them: those of packedNumbers, and movmskps. */
export function isPackedNumbers(opcode: number, prefix: number): boolean {
  if (opcode === 0x15b || opcode === 0x1e6) return true;
  // Logical operations (0x154 to 0x157) are those of integers.
  return prefix < 0xf2 && (opcode === 0x1c2 || (opcode >> 4 === 0x15 && opcode >> 2 !== 0x154 >> 2));
}

/**
 * Operations on all numbers with fractions of a register, and conversions of them (opcodes 0F 50 to 5F, C2, E6). The
 * prefix tells of which kind they are. Returns false for an opcode that is none of them.
 */
export function packedNumbers(
  opcode: number,
  prefix: number,
  own: Lanes128,
  other: Lanes128,
  immediate: number,
): boolean {
  if (opcode === 0x1e6 || (opcode >= 0x15a && opcode <= 0x15b)) return converted(opcode, prefix, own, other);
  const isSingle = prefix === 0;
  if (!isSingle && prefix !== 0x66) return false;
  const [mine, others] = isSingle ? [own.f32, other.f32] : [own.f64, other.f64];
  if (opcode === 0x1c2) {
    const results = Array.from(mine, (value, n) => (compared(immediate, value, others[n]!) ? -1 : 0));
    for (const [n, result] of results.entries())
      if (isSingle) own.i32[n] = result;
      else own.i64[n] = BigInt(result);
    return true;
  }
  if (combined(opcode, 0, 0) === undefined) return false;
  for (let n = 0; n < mine.length; n++) mine[n] = combined(opcode, mine[n]!, others[n]!)!;
  return true;
}

/** Bytes of the operand in memory of a conversion. */
export function conversionBytes(opcode: number, prefix: number): number {
  return (opcode === 0x15a && prefix === 0) || (opcode === 0x1e6 && prefix === 0xf3) ? 8 : 16;
}

function converted(opcode: number, prefix: number, own: Lanes128, other: Lanes128): boolean {
  const words = Array.from(other.i32);
  const singles = Array.from(other.f32);
  const doubles = Array.from(other.f64);
  if (opcode === 0x15a && prefix === 0) own.f64.set(singles.slice(0, 2));
  else if (opcode === 0x15a && prefix === 0x66) own.f32.set([...doubles, 0, 0]);
  else if (opcode === 0x1e6 && prefix === 0xf3) own.f64.set(words.slice(0, 2));
  else if (opcode === 0x1e6 && prefix !== 0)
    own.i32.set([...doubles.map((value) => wordOf(value, prefix === 0x66)), 0, 0]);
  else if (opcode === 0x15b && prefix === 0) own.f32.set(words);
  else if (opcode === 0x15b && prefix !== 0xf2)
    own.i32.set(singles.map((value) => wordOf(value, prefix === 0xf3)));
  else return false;
  return true;
}
