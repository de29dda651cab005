import { reversed } from '../bit-order.ts';
import type { Lanes128 } from '../lanes128.ts';
import type { Encoding, Instruction, Run } from './instruction.ts';
import {
  type LaneOperation,
  lengthening,
  logic,
  ofNeighbours,
  ofOne,
  ofTwo,
  shiftsLeft,
  shiftsRight,
  U,
} from './lane-operations.ts';
import { alsoOfScalars, bigLanes, eachLane, emptyLanes, isScalar, putLanes, repeated } from './lanes.ts';
import type { Arm64State } from './state.ts';
import { setBytes, takeVectors } from './vector-moves.ts';

const zeroes = emptyLanes();
/** Says of the second operand that it is one lane. */
const BY_LANE = 1;

/** Takes the registers and the lanes' size; returns the opcode with U, of which a field of that many bits begins at a bit. */
function takeLanes(i: Instruction, from: number, count: number): number {
  takeVectors(i);
  i.size = 1 << i.bits(22, 2);
  return i.bits(from, count) | (i.has(29) ? U : 0);
}

/** True of instructions for which lanes are signed. */
const isSigned = (i: Instruction): boolean => !i.has(29);

/** Lanes of 64 bits are not in registers of 64 bits, other than as scalars. */
function fits(i: Instruction, { wide }: LaneOperation): boolean {
  const scalar = isScalar(i);
  if (i.size < 8) return !scalar;
  return wide !== undefined && (scalar || i.amount === 16);
}

function withTwo(operation: LaneOperation): Run {
  return (i, state) => eachLane(i, state, operation, state.vectors[i.m]!, isSigned(i));
}

function withZero(operation: LaneOperation): Run {
  return (i, state) => eachLane(i, state, operation, zeroes, true);
}

/** With the constant that `low` is in all lanes. */
function withConstant(operation: LaneOperation): Run {
  return (i, state) => {
    eachLane(i, state, operation, repeated(BigInt(i.low), i.size), isSigned(i));
  };
}

function lanesOf(i: Instruction, state: Arm64State, v: number): bigint[] {
  return bigLanes(state.vectors[v]!, i.size, isSigned(i), 0, i.amount);
}

/** Sets lanes of `size` bytes; the rest of the register becomes zero. */
function setLanes(state: Arm64State, v: number, size: number, values: readonly bigint[]): void {
  const result = emptyLanes();
  putLanes(result, size, values, 0);
  setBytes(state, v, result.u8);
}

function combined({ narrow, wide }: LaneOperation, a: bigint, b: bigint): bigint {
  return wide ? wide(a, b, 0n) : BigInt(narrow(Number(a), Number(b), 0));
}

/** addp, smaxp …: neighbours of both operands. */
function withNeighbours(operation: LaneOperation): Run {
  return (i, state) => {
    const all = [...lanesOf(i, state, i.n), ...lanesOf(i, state, i.m)];
    const result: bigint[] = [];
    for (let n = 0; n < all.length; n += 2) result.push(combined(operation, all[n]!, all[n + 1]!));
    setLanes(state, i.d, i.size, result);
  };
}

const combineBits: Run = (i, state) => {
  const compute = logic[i.kind]!;
  const { words } = state;
  for (let n = 0; n < 4; n++) {
    const result = compute(words[4 * i.n + n]!, words[4 * i.m + n]!, words[4 * i.d + n]!);
    words[4 * i.d + n] = n < i.amount / 4 ? result : 0;
  }
};

/** The lane of the second operand, which begins at byte `low`, in all lanes. */
function laneOfSecond(i: Instruction, state: Arm64State): Lanes128 {
  return repeated(bigLanes(state.vectors[i.m]!, i.size, isSigned(i), i.low, i.size)[0]!, i.size);
}

function withLane(operation: LaneOperation): Run {
  return (i, state) => eachLane(i, state, operation, laneOfSecond(i, state), isSigned(i));
}

/** Lanes of the half of an operand that is lengthened: the upper one of those with Q. */
function half(i: Instruction, state: Arm64State, v: number): bigint[] {
  return bigLanes(state.vectors[v]!, i.size, isSigned(i), i.has(30) ? 8 : 0, 8);
}

/** saddl, umull …; of saddw, ssubw and the like the first operand is as wide as the result. */
const lengthen: Run = (i, state) => {
  const compute = lengthening.get(i.kind)!;
  const wide = 2 * i.size;
  const isWide = i.kind === 1 || i.kind === 3;
  const a = isWide ? bigLanes(state.vectors[i.n]!, wide, isSigned(i), 0, 16) : half(i, state, i.n);
  const b =
    i.change === BY_LANE ? bigLanes(laneOfSecond(i, state), i.size, isSigned(i), 0, 8) : half(i, state, i.m);
  const own = bigLanes(state.vectors[i.d]!, wide, isSigned(i), 0, 16);
  setLanes(
    state,
    i.d,
    wide,
    a.map((value, n) => compute(value, b[n]!, own[n]!)),
  );
};

/** sshll, ushll, shll. */
const lengthenShifted: Run = (i, state) =>
  setLanes(
    state,
    i.d,
    2 * i.size,
    half(i, state, i.n).map((value) => value << BigInt(i.low)),
  );

/** xtn and shrn: into the lower half of the result, or with Q into the upper one. */
const shorten: Run = (i, state) => {
  const lanes = bigLanes(state.vectors[i.n]!, 2 * i.size, true, 0, 16);
  const result = emptyLanes();
  if (i.has(30)) result.u8.set(state.vectors[i.d]!.u8.subarray(0, 8));
  putLanes(
    result,
    i.size,
    lanes.map((value) => value >> BigInt(i.low)),
    i.has(30) ? 8 : 0,
  );
  setBytes(state, i.d, result.u8);
};

/** saddlp, uaddlp; with kind 1 added to what is in the result (sadalp, uadalp). */
const addNeighbours: Run = (i, state) => {
  const all = lanesOf(i, state, i.n);
  const own = bigLanes(state.vectors[i.d]!, 2 * i.size, true, 0, i.amount);
  setLanes(
    state,
    i.d,
    2 * i.size,
    own.map((old, n) => all[2 * n]! + all[2 * n + 1]! + (i.kind === 1 ? old : 0n)),
  );
};

/** All lanes in one of `low` bytes. */
function across(compute: (a: bigint, b: bigint) => bigint): Run {
  return (i, state) => setLanes(state, i.d, i.low, [lanesOf(i, state, i.n).reduce(compute)]);
}

const sum = across((a, b) => a + b);
const greatest = across((a, b) => (a > b ? a : b));
const smallest = across((a, b) => (a < b ? a : b));

function ofBytes(compute: (byte: number) => number): Run {
  return (i, state) => setBytes(state, i.d, state.vectors[i.n]!.u8.slice(0, i.amount).map(compute));
}

const countBits = ofBytes((byte) => {
  let bits = 0;
  for (let rest = byte; rest !== 0; rest &= rest - 1) bits++;
  return bits;
});
const invert = ofBytes((byte) => ~byte);
const reverseBits = ofBytes((byte) => reversed(byte) >>> 24);

/** rev16, rev32, rev64: the order of lanes in groups of `kind` bytes. */
const reverseLanes: Run = (i, state) => {
  const own = state.vectors[i.n]!.u8.slice(0, i.amount);
  const flip = i.kind - i.size;
  setBytes(
    state,
    i.d,
    own.map((_, n) => own[n ^ flip]!),
  );
};

function reversal(i: Instruction, group: number): Run | undefined {
  i.kind = group;
  return i.size < group ? reverseLanes : undefined;
}

/** Instructions of one vector that are no operations on lanes alone. */
function ofOneVector(i: Instruction, opcode: number): Run | undefined {
  switch (opcode) {
    case 0x00:
      return reversal(i, 8);
    case 0x00 | U:
      return reversal(i, 4);
    case 0x01:
      return reversal(i, 2);
    case 0x02:
    case 0x02 | U:
    case 0x06:
    case 0x06 | U:
      i.kind = (opcode & 4) >> 2;
      return i.size < 8 ? addNeighbours : undefined;
    case 0x04 | U: {
      if (i.size === 8) return undefined;
      const above = 32 - 8 * i.size;
      return withZero({ narrow: (a) => Math.clz32(a & (-1 >>> above)) - above });
    }
    case 0x05:
      return i.size === 1 ? countBits : undefined;
    case 0x05 | U:
      if (i.size > 2) return undefined;
      return i.size === 1 ? invert : reverseBits;
    case 0x12:
      return i.size < 8 ? shorten : undefined;
    case 0x13 | U:
      i.low = 8 * i.size;
      return i.size < 8 ? lengthenShifted : undefined;
    default:
      return undefined;
  }
}

/** The shift of an instruction by a constant, and the size of its lanes (immh and immb). */
function takeShift(i: Instruction): number {
  takeVectors(i);
  const bits = i.bits(16, 7);
  i.size = 1 << (28 - Math.clz32(bits));
  return bits;
}

/** Multiplications by a lane, by opcode and U: opcodes of those of two vectors. */
const equalWidths: ReadonlyMap<number, number> = new Map([
  [0x08, 0x13],
  [0x00 | U, 0x12],
  [0x04 | U, 0x12 | U],
]);
const longerWidths: ReadonlyMap<number, number> = new Map([
  [2, 8],
  [6, 10],
  [10, 12],
]);

/** Arithmetic of vectors (Arm ARM, C4.1.95). */
export const arm64Vectors: readonly Encoding[] = [
  ...alsoOfScalars(0x9f200400, 0x0e200400, (i) => {
    const opcode = takeLanes(i, 11, 5);
    const code = opcode & ~U;
    if (code === 3) {
      i.kind = i.bits(22, 2) + (i.has(29) ? 4 : 0);
      return i.has(28) ? undefined : combineBits;
    }
    const neighbours = ofNeighbours.get(opcode);
    if (neighbours) return !i.has(28) && fits(i, neighbours) ? withNeighbours(neighbours) : undefined;
    const operation = ofTwo.get(opcode);
    return operation && fits(i, operation) ? withTwo(operation) : undefined;
  }),
  {
    mask: 0x9f200c00,
    value: 0x0e200000,
    decode(i) {
      takeLanes(i, 12, 4);
      i.kind = i.bits(12, 4);
      return i.size < 8 && lengthening.has(i.kind) ? lengthen : undefined;
    },
  },
  ...alsoOfScalars(0x9f3e0c00, 0x0e200800, (i) => {
    const opcode = takeLanes(i, 12, 5);
    const operation = ofOne.get(opcode);
    if (operation) return fits(i, operation) ? withZero(operation) : undefined;
    return i.has(28) ? undefined : ofOneVector(i, opcode);
  }),
  {
    // addv, smaxv, uminv, uaddlv …
    mask: 0x9f3e0c00,
    value: 0x0e300800,
    decode(i) {
      const opcode = takeLanes(i, 12, 5) & ~U;
      i.low = opcode === 3 ? 2 * i.size : i.size;
      if (i.size === 8 || (i.size === 4 && i.amount === 8)) return undefined;
      if (opcode === 3 || opcode === 0x1b) return sum;
      return opcode === 0x0a ? greatest : opcode === 0x1a ? smallest : undefined;
    },
  },
  {
    // addp of both lanes of a register.
    mask: 0xfffffc00,
    value: 0x5ef1b800,
    decode(i) {
      takeLanes(i, 12, 5);
      i.low = 8;
      i.amount = 16;
      return sum;
    },
  },
  ...alsoOfScalars(0x9f800400, 0x0f000400, (i) => {
    const bits = takeShift(i);
    const opcode = i.bits(11, 5) | (i.has(29) ? U : 0);
    const isRight = shiftsRight.get(opcode);
    const isLeft = shiftsLeft.get(opcode);
    i.low = isRight || opcode === 0x10 ? 16 * i.size - bits : bits - 8 * i.size;
    if (bits < 8) return undefined;
    const operation = isRight ?? isLeft;
    if (operation) return fits(i, operation) ? withConstant(operation) : undefined;
    if (i.has(28) || i.size === 8) return undefined;
    if (opcode === 0x10) return shorten;
    return (opcode & ~U) === 0x14 ? lengthenShifted : undefined;
  }),
  {
    // By one lane of the second operand: mul, mla, mls, smull, umlal …
    mask: 0x9f000400,
    value: 0x0f000000,
    decode(i) {
      takeLanes(i, 12, 4);
      if (i.size !== 2 && i.size !== 4) return undefined;
      const number = 2 * i.bits(11, 1) + i.bits(21, 1);
      i.low = i.size === 4 ? 4 * number : 2 * (2 * number + i.bits(20, 1));
      if (i.size === 2) i.m &= 15;
      i.change = BY_LANE;
      const opcode = i.bits(12, 4);
      const equal = equalWidths.get(opcode | (i.has(29) ? U : 0));
      if (equal !== undefined) return withLane(ofTwo.get(equal)!);
      const longer = longerWidths.get(opcode);
      i.kind = longer ?? 0;
      return longer === undefined ? undefined : lengthen;
    },
  },
];
