/** The nearest integer; of two, the even one. */
export function roundToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  const even = floor % 2 === 0 ? floor : floor + 1;
  return even === 0 && value < 0 ? -0 : even;
}

/** The nearest integer; of two, the one that is farther from zero. */
export function roundAwayFromZero(value: number): number {
  const whole = Math.trunc(value);
  return Math.abs(value - whole) >= 0.5 ? whole + Math.sign(value) : whole;
}

/** An integer of that many bits: numbers with fractions are cut, those that do not fit become the nearest one. */
export function saturated(value: number, bits: number, isSigned: boolean): bigint {
  if (Number.isNaN(value)) return 0n;
  const [least, end] = isSigned ? [-(2 ** (bits - 1)), 2 ** (bits - 1)] : [0, 2 ** bits];
  return value >= end ? BigInt(end) - 1n : BigInt(Math.max(least, Math.trunc(value)));
}

/** n · m + a with the errors of both operations added at the end (Dekker 1971). */
export function fused(n: number, m: number, a: number): number {
  const product = n * m;
  const [nUpper, mUpper] = [upperHalf(n), upperHalf(m)];
  const [nLower, mLower] = [n - nUpper, m - mUpper];
  const lost = nLower * mLower - (product - nUpper * mUpper - nLower * mUpper - nUpper * mLower);
  const sum = product + a;
  const part = sum - product;
  const result = sum + (product - (sum - part) + (a - part) + lost);
  return Number.isFinite(result) ? result : sum;
}

/** The number with half of its digits. */
function upperHalf(value: number): number {
  const scaled = value * 0x800_0001;
  return scaled - (scaled - value);
}
