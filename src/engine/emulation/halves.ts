const HIGH = 0x1_0000_0000;

/** Kinds of shifts, as A64 numbers them (Arm ARM, ShiftedReg). */
export const Shift = { left: 0, right: 1, rightSigned: 2, rotate: 3 } as const;

/**
 * Arithmetic without flags on integers of 64 bits in two halves. The low half of a result is returned, the upper one
 * left in `high`.
 */
export class Halves {
  high = 0;

  add(low: number, high: number, low2: number, high2: number, carry: number): number {
    const sum = (low >>> 0) + (low2 >>> 0) + carry;
    this.high = (high + high2 + (sum >= HIGH ? 1 : 0)) | 0;
    return sum | 0;
  }

  /** Of two words without a sign, all of the product. */
  product(a: number, b: number): number {
    const low = Math.imul(a, b);
    // The rounded product is off by less than half of what a unit of the upper half stands for.
    this.high = Math.round(((a >>> 0) * (b >>> 0) - (low >>> 0)) / HIGH) | 0;
    return low;
  }

  signedProduct(a: number, b: number): number {
    const low = this.product(a, b);
    this.high = (this.high - (a < 0 ? b : 0) - (b < 0 ? a : 0)) | 0;
    return low;
  }

  multiply(low: number, high: number, low2: number, high2: number): number {
    const result = this.product(low, low2);
    this.high = (this.high + Math.imul(low, high2) + Math.imul(high, low2)) | 0;
    return result;
  }

  /** The upper 64 bits of a product of 128. */
  upperProduct(low: number, high: number, low2: number, high2: number, isSigned: boolean): number {
    this.product(low, low2);
    let middle = this.high >>> 0;
    middle += this.product(low, high2) >>> 0;
    let upper = this.high >>> 0;
    middle += this.product(high, low2) >>> 0;
    upper += (this.high >>> 0) + Math.floor(middle / HIGH);
    upper += this.product(high, high2) >>> 0;
    let result = upper | 0;
    this.high = (this.high + Math.floor(upper / HIGH)) | 0;
    if (isSigned && high < 0) result = this.add(result, this.high, ~low2, ~high2, 1);
    if (isSigned && high2 < 0) result = this.add(result, this.high, ~low, ~high, 1);
    return result;
  }

  /** A shift of `size` bytes, 4 or 8, by less than they have bits. */
  shift(kind: number, low: number, high: number, size: number, by: number): number {
    if (size === 4) {
      this.high = 0;
      if (kind === Shift.left) return low << by;
      if (kind === Shift.right) return (low >>> by) | 0;
      return kind === Shift.rightSigned ? low >> by : (low >>> by) | (by === 0 ? 0 : low << (32 - by));
    }
    const n = by & 31;
    if (kind === Shift.left) return by < 32 ? this.#left(low, high, n) : this.#left(0, low, n);
    if (kind === Shift.rotate)
      return by < 32 ? this.#right(low, high, low, n) : this.#right(high, low, high, n);
    const filling = kind === Shift.rightSigned ? high >> 31 : 0;
    return by < 32 ? this.#right(low, high, filling, n) : this.#right(high, filling, filling, n);
  }

  #left(low: number, high: number, n: number): number {
    this.high = n === 0 ? high : (high << n) | (low >>> (32 - n));
    return low << n;
  }

  /** With what comes in from above. */
  #right(low: number, high: number, above: number, n: number): number {
    this.high = n === 0 ? high : (high >>> n) | (above << (32 - n));
    return n === 0 ? low : (low >>> n) | (high << (32 - n));
  }
}
