import { fused, roundAwayFromZero, roundToEven, saturated } from '../rounding.ts';
import type { Encoding, Instruction, Run } from './instruction.ts';
import type { Arm64State } from './state.ts';

const HIGH = 0x1_0000_0000;

function read(state: Arm64State, v: number, size: number): number {
  const lanes = state.vectors[v]!;
  return size === 8 ? lanes.f64[0]! : lanes.f32[0]!;
}

/** Numbers that are none have no sign here (Arm ARM, FPDefaultNaN), unlike those of other hosts. */
function write(state: Arm64State, v: number, size: number, value: number): void {
  const lanes = state.vectors[v]!;
  lanes.u8.fill(0);
  const known = Number.isNaN(value) ? Number.NaN : value;
  if (size === 8) lanes.f64[0] = known;
  else lanes.f32[0] = known;
}

function copy(state: Arm64State, from: number, to: number, size: number): void {
  const { words } = state;
  state.setScalar(to, words[4 * from]!, size === 8 ? words[4 * from + 1]! : 0);
}

/** By opcode: fsqrt, and frintn to frinti, which round to integers. */
const unary = new Map<number, (a: number) => number>([
  [3, Math.sqrt],
  [8, roundToEven],
  [9, Math.ceil],
  [10, Math.floor],
  [11, Math.trunc],
  [12, roundAwayFromZero],
  [14, roundToEven],
  [15, roundToEven],
]);

/** By opcode: fmul, fdiv, fadd, fsub, fmax, fmin, fmaxnm, fminnm, fnmul. */
const binary: readonly ((a: number, b: number) => number)[] = [
  (a, b) => a * b,
  (a, b) => a / b,
  (a, b) => a + b,
  (a, b) => a - b,
  Math.max,
  Math.min,
  (a, b) => (Number.isNaN(a) ? b : Number.isNaN(b) ? a : Math.max(a, b)),
  (a, b) => (Number.isNaN(a) ? b : Number.isNaN(b) ? a : Math.min(a, b)),
  (a, b) => -(a * b),
];

/** How conversions to integers round, by rmode. */
const roundings = [roundToEven, Math.ceil, Math.floor, Math.trunc] as const;

const move: Run = (i, state) => copy(state, i.n, i.d, i.size);

/** fabs, and fneg of kind 2. */
const changeSign: Run = (i, state) => {
  copy(state, i.n, i.d, i.size);
  const at = 4 * i.d + i.size / 4 - 1;
  const word = state.words[at]!;
  state.words[at] = i.kind === 1 ? word & 0x7fff_ffff : word ^ -0x8000_0000;
};

const changeOne: Run = (i, state) => write(state, i.d, i.size, unary.get(i.kind)!(read(state, i.n, i.size)));

/** fcvt; `amount` is the size of the result. */
const convert: Run = (i, state) => write(state, i.d, i.amount, read(state, i.n, i.size));

const combine: Run = (i, state) =>
  write(state, i.d, i.size, binary[i.kind]!(read(state, i.n, i.size), read(state, i.m, i.size)));

/** fmadd, fmsub, fnmadd, fnmsub, which round once: `inversion` is of the product, `kind` of all. */
const multiplyAdd: Run = (i, state) => {
  const sign = i.inversion === 0 ? 1 : -1;
  const a = (i.kind === 1 ? -1 : 1) * read(state, i.a, i.size);
  const n = sign * read(state, i.n, i.size);
  const m = read(state, i.m, i.size);
  write(state, i.d, i.size, i.size === 4 ? n * m + a : fused(n, m, a));
};

/** fcmp and fcmpe; `kind` is 1 for comparisons with zero. */
const compare: Run = (i, state) => {
  const a = read(state, i.n, i.size);
  const b = i.kind === 1 ? 0 : read(state, i.m, i.size);
  state.setFlags(a === b ? 0b0110 : a < b ? 0b1000 : a > b ? 0b0010 : 0b0011);
};

const compareIf: Run = (i, state) => {
  if (state.holds(i.condition)) compare(i, state);
  else state.setFlags(i.amount);
};

const select: Run = (i, state) => copy(state, state.holds(i.condition) ? i.n : i.m, i.d, i.size);

const setConstant: Run = (i, state) => write(state, i.d, i.size, i.low);

/** Moves between general registers and those of vectors, of which `amount` is the first word. */
const moveToGeneral: Run = (i, state) => {
  const from = 4 * i.n + i.amount;
  state.set(i.d, i.size, state.words[from]!, state.words[from + 1]!);
};

const moveFromGeneral: Run = (i, state) => {
  const low = state.registers[i.n]!;
  const high = i.size === 8 ? state.registers[i.n + 1]! : 0;
  if (i.amount === 0) state.setScalar(i.d, low, high);
  else {
    state.words[4 * i.d + 2] = low;
    state.words[4 * i.d + 3] = high;
  }
};

/** scvtf and ucvtf; `a` is the size of the number, `amount` how many bits its fraction has. */
const fromInteger: Run = (i, state) => {
  const { registers } = state;
  let low = registers[i.n]!;
  if (i.kind === 1 || i.size === 8) low >>>= 0;
  const high = i.kind === 1 ? registers[i.n + 1]! >>> 0 : registers[i.n + 1]!;
  const value = i.size === 8 ? high * HIGH + low : low;
  write(state, i.d, i.a, value / 2 ** i.amount);
};

/** fcvt with a rounding, whose number is the condition; numbers that do not fit become the nearest one. */
const toInteger: Run = (i, state) => {
  const round = i.condition === 4 ? roundAwayFromZero : roundings[i.condition]!;
  const value = round(read(state, i.n, i.a) * 2 ** i.amount);
  const integer = saturated(value, 8 * i.size, i.kind === 0);
  state.set(i.d, i.size, Number(BigInt.asIntN(32, integer)), Number(BigInt.asIntN(32, integer >> 32n)));
};

/** Takes the type of the numbers: 4 bytes, 8, or none that is known. */
function hasType(i: Instruction): boolean {
  const type = i.bits(22, 2);
  i.size = type === 0 ? 4 : 8;
  i.d = i.bits(0, 5);
  i.n = i.bits(5, 5);
  i.m = i.bits(16, 5);
  return type < 2;
}

/** A constant of eight bits (Arm ARM, VFPExpandImm). */
export function expanded(bits: number): number {
  const exponent = (bits & 0x40) !== 0 ? ((bits >> 4) & 3) - 3 : ((bits >> 4) & 3) + 1;
  return ((bits & 0x80) !== 0 ? -1 : 1) * 2 ** exponent * (1 + (bits & 15) / 16);
}

function conversion(i: Instruction, rounding: number, opcode: number): Run | undefined {
  if (!hasType(i)) return undefined;
  i.a = i.size;
  i.size = i.has(31) ? 8 : 4;
  i.kind = opcode & 1;
  if (opcode >> 1 === 1) {
    i.n = i.source(5);
    return rounding === 0 ? fromInteger : undefined;
  }
  i.d = i.destination();
  i.condition = opcode >> 1 === 2 ? 4 : rounding;
  return opcode < 2 || rounding === 0 ? toInteger : undefined;
}

/** Numbers with fractions, of which registers hold one (Arm ARM, C4.1.95). */
export const arm64Floats: readonly Encoding[] = [
  {
    // Conversions from and to general registers.
    mask: 0x7f20fc00,
    value: 0x1e200000,
    decode(i) {
      const opcode = i.bits(16, 3);
      const rounding = i.bits(19, 2);
      if (opcode < 6) return conversion(i, rounding, opcode);
      const type = i.bits(22, 2);
      i.size = i.has(31) ? 8 : 4;
      i.amount = 2 * rounding;
      if (rounding > 1 || (rounding === 1) !== (type === 2)) return undefined;
      if (type === 3 || (type === 0) !== (i.size === 4)) return undefined;
      i.d = opcode === 6 ? i.destination() : i.bits(0, 5);
      i.n = opcode === 6 ? i.bits(5, 5) : i.source(5);
      return opcode === 6 ? moveToGeneral : moveFromGeneral;
    },
  },
  {
    // Conversions from and to integers of which some bits are a fraction.
    mask: 0x7f200000,
    value: 0x1e000000,
    decode(i) {
      const opcode = i.bits(16, 3);
      const rounding = i.bits(19, 2);
      i.amount = 64 - i.bits(10, 6);
      if (opcode > 3 || rounding !== (opcode < 2 ? 3 : 0) || (!i.has(31) && i.amount > 32)) return undefined;
      return conversion(i, rounding, opcode);
    },
  },
  {
    mask: 0xff207c00,
    value: 0x1e204000,
    decode(i) {
      i.kind = i.bits(15, 6);
      if (!hasType(i)) return undefined;
      if (i.kind === 0) return move;
      if (i.kind < 3) return changeSign;
      if (i.kind === 4 || i.kind === 5) {
        i.amount = i.kind === 4 ? 4 : 8;
        return convert;
      }
      return unary.has(i.kind) ? changeOne : undefined;
    },
  },
  {
    mask: 0xff20fc07,
    value: 0x1e202000,
    decode(i) {
      i.kind = i.bits(3, 1);
      return hasType(i) ? compare : undefined;
    },
  },
  {
    mask: 0xff201fe0,
    value: 0x1e201000,
    decode(i) {
      i.low = expanded(i.bits(13, 8));
      return hasType(i) ? setConstant : undefined;
    },
  },
  {
    mask: 0xff200c00,
    value: 0x1e200400,
    decode(i) {
      i.condition = i.bits(12, 4);
      i.amount = i.bits(0, 4);
      return hasType(i) ? compareIf : undefined;
    },
  },
  {
    mask: 0xff200c00,
    value: 0x1e200800,
    decode(i) {
      i.kind = i.bits(12, 4);
      return hasType(i) && i.kind < binary.length ? combine : undefined;
    },
  },
  {
    mask: 0xff200c00,
    value: 0x1e200c00,
    decode(i) {
      i.condition = i.bits(12, 4);
      return hasType(i) ? select : undefined;
    },
  },
  {
    // fmadd a + nm, fmsub a - nm, fnmadd -a - nm, fnmsub -a + nm.
    mask: 0xff000000,
    value: 0x1f000000,
    decode(i) {
      i.a = i.bits(10, 5);
      i.kind = i.bits(21, 1);
      i.inversion = i.has(15) !== i.has(21) ? -1 : 0;
      return hasType(i) ? multiplyAdd : undefined;
    },
  },
];
