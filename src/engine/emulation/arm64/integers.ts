import { signed, unsigned } from '../arithmetic-unit.ts';
import { reversed, swapped } from '../bit-order.ts';
import { Shift } from '../halves.ts';
import type { Encoding, Instruction, Run } from './instruction.ts';
import { type Arm64State, DISCARD, EXTENSION, NONE } from './state.ts';

/** add, sub. */
export const sum: Run = (i, state) => {
  const { registers, halves } = state;
  const low = state.second(i);
  const result = halves.add(registers[i.n]!, registers[i.n + 1]!, low, state.high, i.inversion & 1);
  state.set(i.d, i.size, result, halves.high);
};

export const sumWithFlags: Run = (i, state) => addWithFlags(i, state, i.inversion & 1);

function addWithFlags(i: Instruction, state: Arm64State, carry: number): void {
  const { registers, flags } = state;
  const low = state.second(i);
  const result = flags.add(registers[i.n]!, registers[i.n + 1]!, low, state.high, i.size, carry);
  state.set(i.d, i.size, result, flags.high);
}

/** adc, sbc. */
const sumWithCarry: Run = (i, state) => {
  const { registers, halves } = state;
  const low = state.second(i);
  const carry = state.flags.carry ? 1 : 0;
  const result = halves.add(registers[i.n]!, registers[i.n + 1]!, low, state.high, carry);
  state.set(i.d, i.size, result, halves.high);
};

/** adcs, sbcs. */
const sumWithCarryAndFlags: Run = (i, state) => addWithFlags(i, state, state.flags.carry ? 1 : 0);

/** By opc: and, orr, eor, ands; with the second operand inverted bic, orn, eon, bics. */
export const logic: readonly Run[] = [
  (i, state) => {
    const low = state.second(i);
    state.set(i.d, i.size, state.registers[i.n]! & low, state.registers[i.n + 1]! & state.high);
  },
  (i, state) => {
    const low = state.second(i);
    state.set(i.d, i.size, state.registers[i.n]! | low, state.registers[i.n + 1]! | state.high);
  },
  (i, state) => {
    const low = state.second(i);
    state.set(i.d, i.size, state.registers[i.n]! ^ low, state.registers[i.n + 1]! ^ state.high);
  },
  (i, state) => {
    const { registers, flags } = state;
    const low = state.second(i);
    const result = flags.logical(registers[i.n]! & low, registers[i.n + 1]! & state.high, i.size);
    state.set(i.d, i.size, result, flags.high);
  },
];

/** csel, csinc, csinv, csneg. */
const select: Run = (i, state) => {
  const { registers, halves } = state;
  if (state.holds(i.condition)) state.set(i.d, i.size, registers[i.n]!, registers[i.n + 1]!);
  else {
    const high = registers[i.m + 1]! ^ i.inversion;
    state.set(i.d, i.size, halves.add(registers[i.m]! ^ i.inversion, high, i.kind, 0, 0), halves.high);
  }
};

/** ccmp, ccmn. */
const compareIf: Run = (i, state) => {
  if (state.holds(i.condition)) sumWithFlags(i, state);
  else state.setFlags(i.kind);
};

/** The products that are added or subtracted, by bits 23 to 21. */
const multiplyAdd: Run = (i, state) => {
  const { registers, halves } = state;
  const [n, m] = [registers[i.n]!, registers[i.m]!];
  let low: number;
  if (i.kind === 1) low = halves.signedProduct(n, m);
  else if (i.kind === 5) low = halves.product(n, m);
  else low = halves.multiply(n, registers[i.n + 1]!, m, registers[i.m + 1]!);
  const { a, inversion } = i;
  const high = halves.high ^ inversion;
  low = halves.add(registers[a]!, registers[a + 1]!, low ^ inversion, high, inversion & 1);
  state.set(i.d, i.size, low, halves.high);
};

/** smulh, umulh. */
const multiplyHigh: Run = (i, state) => {
  const { registers: r, halves } = state;
  const low = halves.upperProduct(r[i.n]!, r[i.n + 1]!, r[i.m]!, r[i.m + 1]!, i.kind === 2);
  state.set(i.d, 8, low, halves.high);
};

/** udiv, and sdiv of kind 3; a quotient by zero is zero. */
const divide: Run = (i, state) => {
  const { registers: r } = state;
  const isSigned = i.kind === 3;
  if (i.size === 4) {
    const [a, b] = isSigned ? [r[i.n]!, r[i.m]!] : [r[i.n]! >>> 0, r[i.m]! >>> 0];
    state.set(i.d, 4, b === 0 ? 0 : Math.trunc(a / b) | 0, 0);
    return;
  }
  const [high, high2] = [r[i.n + 1]!, r[i.m + 1]!];
  // Numbers of that many bits have an exact place in a double.
  if (high >= 0 && high2 >= 0 && high < 1 << 21 && high2 < 1 << 21) {
    const divisor = state.number(i.m);
    state.setNumber(i.d, divisor === 0 ? 0 : Math.floor(state.number(i.n) / divisor));
    return;
  }
  const take = isSigned ? signed : unsigned;
  const divisor = take(r[i.m]!, high2, 64);
  const quotient = divisor === 0n ? 0n : take(r[i.n]!, high, 64) / divisor;
  state.set(i.d, 8, Number(BigInt.asIntN(32, quotient)), Number(BigInt.asIntN(32, quotient >> 32n)));
};

/** lslv, lsrv, asrv, rorv. */
const shiftByRegister: Run = (i, state) => {
  const { registers: r, halves } = state;
  const by = r[i.m]! & (8 * i.size - 1);
  state.set(i.d, i.size, halves.shift(i.kind & 3, r[i.n]!, r[i.n + 1]!, i.size, by), halves.high);
};

/** By opcode: rbit, rev16, rev32, rev. */
const reversals: readonly ((word: number) => number)[] = [
  reversed,
  (word) => ((word & 0xff00ff) << 8) | ((word >>> 8) & 0xff00ff),
  swapped,
  swapped,
];

const reverse: Run = (i, state) => {
  const turn = reversals[i.kind]!;
  const low = turn(state.registers[i.n]!);
  const high = turn(state.registers[i.n + 1]!);
  const isCrossed = i.size === 8 && (i.kind === 0 || i.kind === 3);
  state.set(i.d, i.size, isCrossed ? high : low, isCrossed ? low : high);
};

/** clz, and cls of kind 5, which does not count the sign itself. */
const countLeading: Run = (i, state) => {
  let low = state.registers[i.n]!;
  let high = state.registers[i.n + 1]!;
  const isSign = i.kind === 5;
  if (isSign) {
    const sign = (i.size === 8 ? high : low) >> 31;
    low ^= sign;
    high ^= sign;
  }
  const zeros = i.size === 4 ? Math.clz32(low) : high !== 0 ? Math.clz32(high) : 32 + Math.clz32(low);
  state.set(i.d, i.size, isSign ? zeros - 1 : zeros, 0);
};

/** Signing and authenticating addresses (FEAT_PAuth) leaves them as they are. */
const nothing: Run = () => {};

export function hasSize(i: Instruction): void {
  i.size = i.has(31) ? 8 : 4;
}

export function binary(i: Instruction): void {
  hasSize(i);
  i.d = i.destination();
  i.n = i.source(5);
  i.m = i.source(16);
}

export const isNegative = (i: Instruction): number => (i.has(30) ? -1 : 0);

/** Data processing with integers in registers (Arm ARM, C4.1.93). */
export const arm64Integers: readonly Encoding[] = [
  {
    // and, orr, eor, ands, bic, orn, eon, bics (shifted register).
    mask: 0x1f000000,
    value: 0x0a000000,
    decode(i) {
      binary(i);
      i.change = i.bits(22, 2);
      i.amount = i.bits(10, 6);
      i.inversion = i.has(21) ? -1 : 0;
      return i.amount < 8 * i.size ? logic[i.bits(29, 2)] : undefined;
    },
  },
  {
    // add, sub (shifted register).
    mask: 0x1f200000,
    value: 0x0b000000,
    decode(i) {
      binary(i);
      i.change = i.bits(22, 2);
      i.amount = i.bits(10, 6);
      i.inversion = isNegative(i);
      if (i.amount >= 8 * i.size || i.change === Shift.rotate) return undefined;
      return i.has(29) ? sumWithFlags : sum;
    },
  },
  {
    // add, sub (extended register).
    mask: 0x1fe00000,
    value: 0x0b200000,
    decode(i) {
      binary(i);
      i.n = i.pointer(5);
      if (!i.has(29)) i.d = i.pointer(0);
      i.change = EXTENSION + i.bits(13, 3);
      i.amount = i.bits(10, 3);
      i.inversion = isNegative(i);
      if (i.amount > 4) return undefined;
      return i.has(29) ? sumWithFlags : sum;
    },
  },
  {
    // adc, sbc.
    mask: 0x1fe0fc00,
    value: 0x1a000000,
    decode(i) {
      binary(i);
      i.inversion = isNegative(i);
      return i.has(29) ? sumWithCarryAndFlags : sumWithCarry;
    },
  },
  {
    // ccmn, ccmp.
    mask: 0x3fe00410,
    value: 0x3a400000,
    decode(i) {
      binary(i);
      i.d = DISCARD;
      if (i.has(11)) {
        i.m = NONE;
        i.low = i.bits(16, 5);
      }
      i.condition = i.bits(12, 4);
      i.kind = i.bits(0, 4);
      i.inversion = isNegative(i);
      return compareIf;
    },
  },
  {
    mask: 0x3fe00800,
    value: 0x1a800000,
    decode(i) {
      binary(i);
      i.condition = i.bits(12, 4);
      i.kind = i.bits(10, 1);
      i.inversion = isNegative(i);
      return select;
    },
  },
  {
    mask: 0x7fe00000,
    value: 0x1ac00000,
    decode(i) {
      binary(i);
      i.kind = i.bits(10, 6);
      if (i.kind >> 1 === 1) return divide;
      return i.kind >> 2 === 2 ? shiftByRegister : undefined;
    },
  },
  {
    mask: 0x7fff0000,
    value: 0x5ac00000,
    decode(i) {
      binary(i);
      i.kind = i.bits(10, 6);
      if (i.kind < 4) return i.kind === 3 && i.size === 4 ? undefined : reverse;
      return i.kind < 6 ? countLeading : undefined;
    },
  },
  { mask: 0xffff0000, value: 0xdac10000, decode: () => nothing },
  {
    mask: 0x7f000000,
    value: 0x1b000000,
    decode(i) {
      binary(i);
      i.a = i.source(10);
      i.kind = i.bits(21, 3);
      i.inversion = i.has(15) ? -1 : 0;
      if (i.kind === 0) return multiplyAdd;
      if (i.size === 4) return undefined;
      if (i.kind === 1 || i.kind === 5) return multiplyAdd;
      return (i.kind === 2 || i.kind === 6) && i.bits(10, 6) === 31 ? multiplyHigh : undefined;
    },
  },
];
