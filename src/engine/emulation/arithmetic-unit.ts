const HIGH = 0x1_0000_0000;

/** Operations of the opcodes below 0x40, by bits 3 to 5. */
export const COMPARE = 7;

/**
 * Integer arithmetic of x86-64 with its flags (Intel SDM volume 1, 3.4.3). Operands have `size` bytes: 1, 2, 4 or 8;
 * those of eight come in two halves. The low half of a result is returned, the upper one left in `high`.
 */
export class ArithmeticUnit {
  high = 0;
  carry = false;
  zero = false;
  sign = false;
  overflow = false;
  parity = false;

  /** True if the condition of that code holds (jcc, setcc, cmovcc). */
  condition(code: number): boolean {
    let holds: boolean;
    switch (code >> 1) {
      case 0:
        holds = this.overflow;
        break;
      case 1:
        holds = this.carry;
        break;
      case 2:
        holds = this.zero;
        break;
      case 3:
        holds = this.carry || this.zero;
        break;
      case 4:
        holds = this.sign;
        break;
      case 5:
        holds = this.parity;
        break;
      case 6:
        holds = this.sign !== this.overflow;
        break;
      default:
        holds = this.zero || this.sign !== this.overflow;
    }
    return (code & 1) === 1 ? !holds : holds;
  }

  /** add, or, adc, sbb, and, sub, xor, cmp by their number. */
  compute(kind: number, low: number, high: number, low2: number, high2: number, size: number): number {
    switch (kind) {
      case 0:
        return this.add(low, high, low2, high2, size, 0);
      case 1:
        return this.logical(low | low2, high | high2, size);
      case 2:
        return this.add(low, high, low2, high2, size, this.carry ? 1 : 0);
      case 3:
        return this.subtract(low, high, low2, high2, size, this.carry ? 1 : 0);
      case 4:
        return this.logical(low & low2, high & high2, size);
      case 6:
        return this.logical(low ^ low2, high ^ high2, size);
      default:
        return this.subtract(low, high, low2, high2, size, 0);
    }
  }

  /** Takes a result of and, or or xor. */
  logical(low: number, high: number, size: number): number {
    this.carry = false;
    this.overflow = false;
    this.#test(low, high, size);
    return low;
  }

  add(low: number, high: number, low2: number, high2: number, size: number, carry: number): number {
    if (size < 4) {
      const mask = size === 1 ? 0xff : 0xffff;
      const sum = (low & mask) + (low2 & mask) + carry;
      const result = signExtended(sum, size);
      this.carry = sum > mask;
      this.overflow = signExtended(low, size) + signExtended(low2, size) + carry !== result;
      this.#test(result, 0, size);
      return result;
    }
    const sum = (low >>> 0) + (low2 >>> 0) + carry;
    let over = sum >= HIGH ? 1 : 0;
    const result = sum | 0;
    let resultHigh = 0;
    if (size === 8) {
      const upper = (high >>> 0) + (high2 >>> 0) + over;
      over = upper >= HIGH ? 1 : 0;
      resultHigh = upper | 0;
      this.overflow = ((high ^ resultHigh) & (high2 ^ resultHigh)) < 0;
    } else this.overflow = ((low ^ result) & (low2 ^ result)) < 0;
    this.carry = over === 1;
    this.#test(result, resultHigh, size);
    return result;
  }

  subtract(low: number, high: number, low2: number, high2: number, size: number, borrow: number): number {
    if (size < 4) {
      const mask = size === 1 ? 0xff : 0xffff;
      const difference = (low & mask) - (low2 & mask) - borrow;
      const result = signExtended(difference, size);
      this.carry = difference < 0;
      this.overflow = signExtended(low, size) - signExtended(low2, size) - borrow !== result;
      this.#test(result, 0, size);
      return result;
    }
    const difference = (low >>> 0) - (low2 >>> 0) - borrow;
    let under = difference < 0 ? 1 : 0;
    const result = difference | 0;
    let resultHigh = 0;
    if (size === 8) {
      const upper = (high >>> 0) - (high2 >>> 0) - under;
      under = upper < 0 ? 1 : 0;
      resultHigh = upper | 0;
      this.overflow = ((high ^ high2) & (high ^ resultHigh)) < 0;
    } else this.overflow = ((low ^ low2) & (low ^ result)) < 0;
    this.carry = under === 1;
    this.#test(result, resultHigh, size);
    return result;
  }

  /** inc and dec, which leave the carry alone. */
  count(by: 1 | -1, low: number, high: number, size: number): number {
    const { carry } = this;
    const result = by === 1 ? this.add(low, high, 1, 0, size, 0) : this.subtract(low, high, 1, 0, size, 0);
    this.carry = carry;
    return result;
  }

  /** imul with a result as wide as its operands. */
  multiply(low: number, high: number, low2: number, high2: number, size: number): number {
    const bits = 8 * size;
    const product = signed(low, high, bits) * signed(low2, high2, bits);
    const result = BigInt.asIntN(bits, product);
    this.carry = this.overflow = result !== product;
    return this.#give(result);
  }

  /** Rotations and shifts (group 2) by their number; undefined for those through the carry. */
  shift(kind: number, low: number, high: number, size: number, amount: number): number | undefined {
    const count = amount & (size === 8 ? 63 : 31);
    if (count === 0) {
      this.high = high;
      return low;
    }
    if (size === 4 && kind === 4) {
      const result = low << count;
      this.carry = ((low >>> (32 - count)) & 1) === 1;
      this.overflow = (result ^ low) < 0;
      this.#test(result, 0, 4);
      return result;
    }
    if (kind === 2 || kind === 3) return undefined;
    const bits = 8 * size;
    const all = unsigned(low, high, bits);
    if (kind < 2) return this.#rotate(kind, all, bits, count);
    const by = BigInt(count);
    const own = BigInt.asIntN(bits, all);
    const result = kind === 7 ? own >> by : kind === 5 ? all >> by : all << by;
    const lost = kind === 7 ? own >> (by - 1n) : kind === 5 ? all >> (by - 1n) : result >> BigInt(bits);
    this.carry = (lost & 1n) === 1n;
    this.overflow =
      kind === 7 ? false : kind === 5 ? own < 0n : BigInt.asIntN(bits, result) < 0n !== own < 0n;
    const given = this.#give(BigInt.asIntN(bits, result));
    this.#test(given, this.high, size);
    return given;
  }

  /** shld and shrd: bits of the second operand come in. */
  shiftBoth(
    isLeft: boolean,
    first: readonly [number, number],
    second: readonly [number, number],
    size: number,
    amount: number,
  ): number {
    const bits = 8 * size;
    const count = BigInt(amount & (size === 8 ? 63 : 31));
    const value = unsigned(first[0], first[1], bits);
    if (count === 0n) return this.#give(value);
    const own = unsigned(second[0], second[1], bits);
    const rest = BigInt(bits) - count;
    const result = isLeft ? (value << count) | (own >> rest) : (value >> count) | (own << rest);
    this.carry = ((isLeft ? value >> rest : value >> (count - 1n)) & 1n) === 1n;
    const given = this.#give(BigInt.asIntN(bits, result));
    this.#test(given, this.high, size);
    return given;
  }

  #rotate(kind: number, all: bigint, bits: number, count: number): number {
    const by = BigInt(count % bits);
    const rest = BigInt(bits) - by;
    const result = kind === 0 ? (all << by) | (all >> rest) : (all >> by) | (all << rest);
    this.carry = ((kind === 0 ? result : result >> BigInt(bits - 1)) & 1n) === 1n;
    return this.#give(BigInt.asIntN(bits, result));
  }

  #give(value: bigint): number {
    this.high = Number(BigInt.asIntN(32, value >> 32n));
    return Number(BigInt.asIntN(32, value));
  }

  /** Flags of a result, and its upper half. */
  #test(low: number, high: number, size: number): void {
    this.high = high;
    const shown = size >= 4 ? low : signExtended(low, size);
    this.zero = shown === 0 && (size !== 8 || high === 0);
    this.sign = size === 8 ? high < 0 : shown < 0;
    let bits = low & 0xff;
    bits ^= bits >>> 4;
    this.parity = ((0x6996 >>> (bits & 15)) & 1) === 0;
  }
}

/** A value of that many bytes as a number with a sign. */
export function signExtended(low: number, size: number): number {
  if (size === 1) return (low << 24) >> 24;
  return size === 2 ? (low << 16) >> 16 : low;
}

export function signed(low: number, high: number, bits: number): bigint {
  return BigInt.asIntN(bits, (BigInt(high) << 32n) | BigInt(low >>> 0));
}

export function unsigned(low: number, high: number, bits: number): bigint {
  return BigInt.asUintN(bits, (BigInt(high) << 32n) | BigInt(low >>> 0));
}
