import type { Lanes128 } from '../lanes128.ts';
import { fused, roundAwayFromZero, roundToEven, saturated } from '../rounding.ts';
import type { Encoding, Instruction, Run } from './instruction.ts';
import { alsoOfScalars, bigLanes, emptyLanes, isScalar, putLanes, repeated } from './lanes.ts';
import { setBytes, takeVectors } from './vector-moves.ts';

type Compute = (a: number, b: number, own: number) => number;

const sum: Compute = (a, b) => a + b;
const product: Compute = (a, b) => a * b;
const productAdded: Compute = (a, b, own) => fused(a, b, own);
const productTaken: Compute = (a, b, own) => fused(-a, b, own);

/** By opcode, U and bit 1 of size (Arm ARM, C4.1.95, "Advanced SIMD three same"). */
const ofTwo: ReadonlyMap<string, Compute> = new Map<string, Compute>([
  ['19', productAdded],
  ['19 size', productTaken],
  ['1a', sum],
  ['1a size', (a, b) => a - b],
  ['1a U size', (a, b) => Math.abs(a - b)],
  ['1b U', product],
  ['1e', (a, b) => Math.max(a, b)],
  ['1e size', (a, b) => Math.min(a, b)],
  ['1f U', (a, b) => a / b],
]);

/** Comparisons of two vectors, and of one with zero. */
const comparisons: ReadonlyMap<string, (a: number, b: number) => boolean> = new Map([
  ['1c', (a: number, b: number) => a === b],
  ['1c U', (a: number, b: number) => a >= b],
  ['1c U size', (a: number, b: number) => a > b],
]);
const comparisonsWithZero: ReadonlyMap<string, (a: number) => boolean> = new Map([
  ['c size', (a: number) => a > 0],
  ['c U size', (a: number) => a >= 0],
  ['d size', (a: number) => a === 0],
  ['d U size', (a: number) => a <= 0],
  ['e size', (a: number) => a < 0],
]);

/** "Advanced SIMD two-register miscellaneous". */
const ofOne: ReadonlyMap<string, (a: number) => number> = new Map([
  ['f size', Math.abs],
  ['f U size', (a: number) => -a],
  ['18', roundToEven],
  ['18 U', roundAwayFromZero],
  ['18 size', Math.ceil],
  ['19', Math.floor],
  ['19 size', Math.trunc],
  ['1f U size', Math.sqrt],
]);

function floats(lanes: Lanes128, size: number): Float32Array | Float64Array {
  return size === 8 ? lanes.f64 : lanes.f32;
}

function withTwo(compute: Compute): Run {
  return (i, state) => {
    const second = state.vectors[i.m]!;
    const lanes =
      i.kind === 1 ? repeated(bigLanes(second, i.size, false, i.low, i.size)[0]!, i.size) : second;
    const other = floats(lanes, i.size);
    const own = floats(state.vectors[i.n]!, i.size);
    const kept = floats(state.vectors[i.d]!, i.size);
    const result = emptyLanes();
    const to = floats(result, i.size);
    for (let n = 0; n < i.amount / i.size; n++) {
      const value = compute(own[n]!, other[n]!, kept[n]!);
      const isNew = Number.isNaN(value) && ![own[n], other[n], kept[n]].some(Number.isNaN);
      to[n] = isNew ? Number.NaN : value;
    }
    setBytes(state, i.d, result.u8);
  };
}

/** Gives integers of the same size for lanes. */
function toIntegers(compute: (a: number, b: number, i: Instruction) => bigint, isWithZero: boolean): Run {
  return (i, state) => {
    const own = floats(state.vectors[i.n]!, i.size);
    const other = floats(state.vectors[i.m]!, i.size);
    const count = i.amount / i.size;
    const values = Array.from({ length: count }, (_, n) => compute(own[n]!, isWithZero ? 0 : other[n]!, i));
    const result = emptyLanes();
    putLanes(result, i.size, values, 0);
    setBytes(state, i.d, result.u8);
  };
}

/** fcvtzs, fcvtzu. */
const cut = toIntegers((a, _, i) => saturated(a, 8 * i.size, !i.has(29)), true);

/** scvtf, ucvtf. */
const fromIntegers: Run = (i, state) => {
  const values = bigLanes(state.vectors[i.n]!, i.size, !i.has(29), 0, i.amount);
  const result = emptyLanes();
  floats(result, i.size).set(values.map(Number));
  setBytes(state, i.d, result.u8);
};

/** fcvtl, of the upper half with Q. */
const lengthen: Run = (i, state) => {
  const from = i.has(30) ? 2 : 0;
  const result = emptyLanes();
  result.f64.set(state.vectors[i.n]!.f32.subarray(from, from + 2));
  setBytes(state, i.d, result.u8);
};

/** fcvtn, into the upper half with Q. */
const shorten: Run = (i, state) => {
  const result = emptyLanes();
  if (i.has(30)) result.u8.set(state.vectors[i.d]!.u8.subarray(0, 8));
  result.f32.set(state.vectors[i.n]!.f64, i.has(30) ? 2 : 0);
  setBytes(state, i.d, result.u8);
};

/** Takes the registers; returns the opcode with U and bit 1 of size. */
function take(i: Instruction, from: number): string {
  takeVectors(i);
  i.size = i.has(22) ? 8 : 4;
  const isOne = isScalar(i);
  const opcode = i.bits(from, 5).toString(16);
  return isOne || i.size < i.amount ? `${opcode}${i.has(29) ? ' U' : ''}${i.has(23) ? ' size' : ''}` : '';
}

/** Numbers with fractions in vectors (Arm ARM, C4.1.95). */
export const arm64VectorFloats: readonly Encoding[] = [
  ...alsoOfScalars(0x9f20c400, 0x0e20c400, (i) => {
    const opcode = take(i, 11);
    const compute = ofTwo.get(opcode);
    const holds = comparisons.get(opcode);
    if (holds) return toIntegers((a, b) => (holds(a, b) ? -1n : 0n), false);
    return compute && withTwo(compute);
  }),
  ...alsoOfScalars(0x9f3e0c00, 0x0e200800, (i) => {
    const opcode = take(i, 12);
    const compute = ofOne.get(opcode);
    if (compute) return i.has(28) ? undefined : withTwo(compute);
    const holds = comparisonsWithZero.get(opcode);
    if (holds) return toIntegers((a) => (holds(a) ? -1n : 0n), true);
    if (opcode === '1d' || opcode === '1d U') return fromIntegers;
    if (opcode === '1b size' || opcode === '1b U size') return cut;
    if (i.has(28) || i.has(29) || i.bits(22, 2) !== 1) return undefined;
    if (i.bits(12, 5) === 0x17) return lengthen;
    return i.bits(12, 5) === 0x16 ? shorten : undefined;
  }),
  ...alsoOfScalars(0x9f800400, 0x0f800000, (i) => {
    // fmul, fmla, fmls by one lane of the second operand, which begins at byte `low`.
    take(i, 12);
    const opcode = i.bits(12, 4);
    i.kind = 1;
    i.low = i.size === 8 ? 8 * i.bits(11, 1) : 4 * (2 * i.bits(11, 1) + i.bits(21, 1));
    if (i.has(29) || (!i.has(28) && i.size === i.amount)) return undefined;
    if (opcode === 9) return withTwo(product);
    return opcode === 1 ? withTwo(productAdded) : opcode === 5 ? withTwo(productTaken) : undefined;
  }),
];
