/** What is computed from lanes of two operands and, where it counts, of the result; `wide` for lanes of 64 bits. */
export interface LaneOperation {
  readonly narrow: (a: number, b: number, own: number) => number;
  readonly wide?: (a: bigint, b: bigint, own: bigint) => bigint;
}

const minus = (holds: boolean): number => (holds ? -1 : 0);
const minusWide = (holds: boolean): bigint => (holds ? -1n : 0n);

const add: LaneOperation = { narrow: (a, b) => a + b, wide: (a, b) => a + b };
const subtract: LaneOperation = { narrow: (a, b) => a - b, wide: (a, b) => a - b };
const most: LaneOperation = { narrow: (a, b) => Math.max(a, b) };
const least: LaneOperation = { narrow: (a, b) => Math.min(a, b) };
const isMore: LaneOperation = { narrow: (a, b) => minus(a > b), wide: (a, b) => minusWide(a > b) };
const isNotLess: LaneOperation = { narrow: (a, b) => minus(a >= b), wide: (a, b) => minusWide(a >= b) };
const isEqual: LaneOperation = { narrow: (a, b) => minus(a === b), wide: (a, b) => minusWide(a === b) };
const difference: LaneOperation = { narrow: (a, b) => Math.abs(a - b) };

/** To the left by the lowest byte of the other operand, or to the right where that is negative. */
const shift: LaneOperation = {
  narrow(a, b) {
    const by = (b << 24) >> 24;
    if (by >= 0) return by < 32 ? a << by : 0;
    return Math.floor(a / 2 ** -by);
  },
  wide(a, b) {
    const by = BigInt.asIntN(8, b);
    return by >= 0n ? a << by : a >> -by;
  },
};

/** Flag of the instructions whose bit U is set, beside the opcode. */
export const U = 0x20;

/** Operations on lanes of two operands, by opcode and U (Arm ARM, C4.1.95, "Advanced SIMD three same"). */
export const ofTwo: ReadonlyMap<number, LaneOperation> = new Map<number, LaneOperation>([
  [0x00, { narrow: (a, b) => Math.floor((a + b) / 2) }],
  [0x00 | U, { narrow: (a, b) => Math.floor((a + b) / 2) }],
  [0x02, { narrow: (a, b) => Math.floor((a + b + 1) / 2) }],
  [0x02 | U, { narrow: (a, b) => Math.floor((a + b + 1) / 2) }],
  [0x06, isMore],
  [0x06 | U, isMore],
  [0x07, isNotLess],
  [0x07 | U, isNotLess],
  [0x08, shift],
  [0x08 | U, shift],
  [0x0c, most],
  [0x0c | U, most],
  [0x0d, least],
  [0x0d | U, least],
  [0x0e, difference],
  [0x0e | U, difference],
  [0x0f, { narrow: (a, b, own) => own + Math.abs(a - b) }],
  [0x0f | U, { narrow: (a, b, own) => own + Math.abs(a - b) }],
  [0x10, add],
  [0x10 | U, subtract],
  [0x11, { narrow: (a, b) => minus((a & b) !== 0), wide: (a, b) => minusWide((a & b) !== 0n) }],
  [0x11 | U, isEqual],
  [0x12, { narrow: (a, b, own) => own + Math.imul(a, b) }],
  [0x12 | U, { narrow: (a, b, own) => own - Math.imul(a, b) }],
  [0x13, { narrow: Math.imul }],
]);

/** Operations on neighbours in both operands. */
export const ofNeighbours: ReadonlyMap<number, LaneOperation> = new Map<number, LaneOperation>([
  [0x14, most],
  [0x14 | U, most],
  [0x15, least],
  [0x15 | U, least],
  [0x17, add],
]);

/** By size and U: and, bic, orr, orn, eor, bsl, bit, bif. */
export const logic: readonly ((a: number, b: number, own: number) => number)[] = [
  (a, b) => a & b,
  (a, b) => a & ~b,
  (a, b) => a | b,
  (a, b) => a | ~b,
  (a, b) => a ^ b,
  (a, b, own) => (own & a) | (~own & b),
  (a, b, own) => (b & a) | (~b & own),
  (a, b, own) => (b & own) | (~b & a),
];

/**
 * By opcode and U: operations on lanes of one operand, the other one being zero (Arm ARM, C4.1.95, "Advanced SIMD
 * two-register miscellaneous").
 */
export const ofOne: ReadonlyMap<number, LaneOperation> = new Map<number, LaneOperation>([
  [0x08, isMore],
  [0x08 | U, isNotLess],
  [0x09, isEqual],
  [0x09 | U, { narrow: (a, b) => minus(a <= b), wide: (a, b) => minusWide(a <= b) }],
  [0x0a, { narrow: (a, b) => minus(a < b), wide: (a, b) => minusWide(a < b) }],
  [0x0b, { narrow: Math.abs, wide: (a) => (a < 0n ? -a : a) }],
  [0x0b | U, { narrow: (a) => -a, wide: (a) => -a }],
]);

/** By opcode and U: shifts by a constant, the second operand (Arm ARM, "Advanced SIMD shift by immediate"). */
export const shiftsRight: ReadonlyMap<number, LaneOperation> = new Map<number, LaneOperation>([
  [0x00, { narrow: right, wide: (a, by) => a >> by }],
  [0x00 | U, { narrow: right, wide: (a, by) => a >> by }],
  [0x02, { narrow: (a, by, own) => own + right(a, by), wide: (a, by, own) => own + (a >> by) }],
  [0x02 | U, { narrow: (a, by, own) => own + right(a, by), wide: (a, by, own) => own + (a >> by) }],
  [0x04, { narrow: rounded, wide: (a, by) => (a + (1n << (by - 1n))) >> by }],
  [0x04 | U, { narrow: rounded, wide: (a, by) => (a + (1n << (by - 1n))) >> by }],
]);

export const shiftsLeft: ReadonlyMap<number, LaneOperation> = new Map<number, LaneOperation>([
  [0x0a, { narrow: (a, by) => a << by, wide: (a, by) => a << by }],
  [
    0x0a | U,
    {
      narrow: (a, by, own) => (a << by) | (own & ((1 << by) - 1)),
      wide: (a, by, own) => (a << by) | (own & ((1n << by) - 1n)),
    },
  ],
]);

/** Numbers of up to 32 bits, with a sign or without. */
function right(a: number, by: number): number {
  return Math.floor(a / 2 ** by);
}

function rounded(a: number, by: number): number {
  return Math.floor((a + 2 ** (by - 1)) / 2 ** by);
}

/** By opcode: operations with results twice as wide as lanes (Arm ARM, "Advanced SIMD three different"). */
export const lengthening: ReadonlyMap<number, (a: bigint, b: bigint, own: bigint) => bigint> = new Map([
  [0, (a: bigint, b: bigint) => a + b],
  [1, (a: bigint, b: bigint) => a + b],
  [2, (a: bigint, b: bigint) => a - b],
  [3, (a: bigint, b: bigint) => a - b],
  [5, (a: bigint, b: bigint, own: bigint) => own + (a > b ? a - b : b - a)],
  [7, (a: bigint, b: bigint) => (a > b ? a - b : b - a)],
  [8, (a: bigint, b: bigint, own: bigint) => own + a * b],
  [10, (a: bigint, b: bigint, own: bigint) => own - a * b],
  [12, (a: bigint, b: bigint) => a * b],
]);
