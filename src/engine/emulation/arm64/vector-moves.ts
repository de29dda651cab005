import { expanded } from './floats.ts';
import type { Encoding, Instruction, Run } from './instruction.ts';
import type { Arm64State } from './state.ts';

/** Sets the first bytes of a register, the rest of which becomes zero. */
export function setBytes(state: Arm64State, v: number, bytes: ArrayLike<number>): void {
  const { u8 } = state.vectors[v]!;
  u8.fill(0);
  u8.set(bytes);
}

/** Takes the vectors, and as amount how many bytes of them there are. */
export function takeVectors(i: Instruction): void {
  i.d = i.bits(0, 5);
  i.n = i.bits(5, 5);
  i.m = i.bits(16, 5);
  i.amount = i.has(30) ? 16 : 8;
}

/** Takes the lane that is told by bits 20 to 16: its lowest one tells the size, those above the number. */
function takeLane(i: Instruction): boolean {
  const bits = i.bits(16, 5);
  i.size = bits & -bits;
  i.kind = (bits >> (Math.log2(i.size) + 1)) * i.size;
  return i.size > 0 && i.size <= 8;
}

/** One lane from a place in a register to all lanes; `amount` is the width of the result. */
const repeatLane: Run = (i, state) => {
  const lane = state.vectors[i.n]!.u8.slice(i.kind, i.kind + i.size);
  setBytes(
    state,
    i.d,
    Uint8Array.from({ length: i.amount }, (_, n) => lane[n % i.size]!),
  );
};

const repeatGeneral: Run = (i, state) => {
  const lane = new Uint8Array(Int32Array.of(state.registers[i.n]!, state.registers[i.n + 1]!).buffer);
  setBytes(
    state,
    i.d,
    Uint8Array.from({ length: i.amount }, (_, n) => lane[n % i.size]!),
  );
};

const insertGeneral: Run = (i, state) => {
  const lane = new Uint8Array(Int32Array.of(state.registers[i.n]!, state.registers[i.n + 1]!).buffer);
  state.vectors[i.d]!.u8.set(lane.subarray(0, i.size), i.kind);
};

/** From the place `amount`. */
const insertLane: Run = (i, state) => {
  const lane = state.vectors[i.n]!.u8.slice(i.amount, i.amount + i.size);
  state.vectors[i.d]!.u8.set(lane, i.kind);
};

/** umov, and smov with the size of the result as amount. */
const moveLane: Run = (i, state) => {
  const bytes = new Uint8Array(8);
  bytes.set(state.vectors[i.n]!.u8.subarray(i.kind, i.kind + i.size));
  const [low, high] = new Int32Array(bytes.buffer) as unknown as [number, number];
  if (i.amount === 0) state.set(i.d, 8, low, high);
  else {
    const by = 32 - 8 * i.size;
    const own = (low << by) >> by;
    state.set(i.d, i.amount, own, own >> 31);
  }
};

/** By op and cmode: movi, mvni, orr, bic, fmov; the constant is in both halves. */
const setConstant: Run = (i, state) => {
  const { words } = state;
  for (let n = 0; n < 4; n++) {
    const own = words[4 * i.d + n]!;
    const constant = n % 2 === 0 ? i.low : i.high;
    const result = i.kind === 0 ? constant : i.kind === 1 ? own | constant : own & ~constant;
    words[4 * i.d + n] = n < i.amount / 4 ? result : 0;
  }
};

/** The constant of an instruction (Arm ARM, AdvSIMDExpandImm); false if it is not known. */
function takeConstant(i: Instruction): boolean {
  const bits = (i.bits(16, 3) << 5) | i.bits(5, 5);
  const mode = i.bits(12, 4);
  const isInverted = i.has(29);
  const floats = new Float32Array(1);
  const words = new Int32Array(floats.buffer);
  if (mode === 15 && !isInverted) floats[0] = expanded(bits);
  else if (mode === 15) {
    const double = new Int32Array(Float64Array.of(expanded(bits)).buffer);
    i.low = double[0]!;
    i.high = double[1]!;
    return i.amount === 16;
  } else if (mode === 14 && isInverted) {
    let mask = 0n;
    for (let n = 0; n < 8; n++) if ((bits >> n) & 1) mask |= 0xffn << BigInt(8 * n);
    i.low = Number(BigInt.asIntN(32, mask));
    i.high = Number(BigInt.asIntN(32, mask >> 32n));
    return true;
  } else if (mode === 14) words[0] = Math.imul(bits, 0x01010101);
  else if (mode >= 12) words[0] = mode === 12 ? (bits << 8) | 0xff : (bits << 16) | 0xffff;
  else if (mode >= 8) words[0] = Math.imul(mode & 2 ? bits << 8 : bits, 0x10001);
  else words[0] = bits << (8 * (mode >> 1));
  const isOfOwn = mode < 12 && (mode & 1) === 1;
  i.kind = isOfOwn ? (isInverted ? 2 : 1) : 0;
  i.low = isInverted && !isOfOwn ? ~words[0]! : words[0]!;
  i.high = i.low;
  return true;
}

/** Bytes of lanes of both operands in an order of their own; `kind` is that of the instruction. */
const permute: Run = (i, state) => {
  const own = state.vectors[i.n]!.u8.slice(0, i.amount);
  const other = state.vectors[i.m]!.u8.slice(0, i.amount);
  const count = i.amount / i.size;
  const second = i.kind >> 2;
  const lane = (n: number): [Uint8Array, number] => {
    const half = n >> 1;
    switch (i.kind & 3) {
      case 1:
        return n < count / 2 ? [own, 2 * n + second] : [other, 2 * n - count + second];
      case 2:
        return [n % 2 === 0 ? own : other, 2 * half + second];
      default:
        return [n % 2 === 0 ? own : other, half + (second * count) / 2];
    }
  };
  const result = new Uint8Array(i.amount);
  for (let n = 0; n < count; n++) {
    const [from, at] = lane(n);
    result.set(from.subarray(at * i.size, (at + 1) * i.size), n * i.size);
  }
  setBytes(state, i.d, result);
};

/** ext: bytes of both operands from byte `kind` on. */
const extract: Run = (i, state) => {
  const own = state.vectors[i.n]!.u8.subarray(i.kind, i.amount);
  const other = state.vectors[i.m]!.u8.subarray(0, i.kind);
  setBytes(state, i.d, [...own, ...other]);
};

/** tbl, and tbx with kind 1, from a table in `size` registers. */
const lookUp: Run = (i, state) => {
  const table: number[] = [];
  for (let n = 0; n < i.size; n++) table.push(...state.vectors[(i.n + n) % 32]!.u8);
  const kept = state.vectors[i.d]!.u8.slice();
  const indexes = state.vectors[i.m]!.u8.subarray(0, i.amount);
  setBytes(
    state,
    i.d,
    Array.from(indexes, (index, n) => table[index] ?? (i.kind === 1 ? kept[n]! : 0)),
  );
};

/** By imm4: dup of a lane and of a general register, ins of one, smov, umov. */
function copy(i: Instruction): Run | undefined {
  const isWide = i.has(30);
  switch (i.bits(11, 4)) {
    case 0:
      return repeatLane;
    case 1:
      i.n = i.source(5);
      return repeatGeneral;
    case 3:
      i.n = i.source(5);
      return insertGeneral;
    case 5:
      i.d = i.destination();
      i.amount = isWide ? 8 : 4;
      return i.size < i.amount ? moveLane : undefined;
    case 7:
      i.d = i.destination();
      i.amount = 0;
      return isWide === (i.size === 8) ? moveLane : undefined;
    default:
      return undefined;
  }
}

/** Moves of lanes and bytes of vectors (Arm ARM, C4.1.95). */
export const arm64VectorMoves: readonly Encoding[] = [
  {
    mask: 0x9fe08400,
    value: 0x0e000400,
    decode(i) {
      takeVectors(i);
      if (!takeLane(i)) return undefined;
      if (!i.has(29)) return copy(i);
      i.amount = i.bits(11, 4) & -i.size;
      return insertLane;
    },
  },
  {
    // dup of one lane as a scalar.
    mask: 0xffe0fc00,
    value: 0x5e000400,
    decode(i) {
      takeVectors(i);
      if (!takeLane(i)) return undefined;
      i.amount = i.size;
      return repeatLane;
    },
  },
  {
    mask: 0x9ff80c00,
    value: 0x0f000400,
    decode(i) {
      takeVectors(i);
      return takeConstant(i) ? setConstant : undefined;
    },
  },
  {
    // uzp, trn, zip.
    mask: 0xbf208c00,
    value: 0x0e000800,
    decode(i) {
      takeVectors(i);
      i.size = 1 << i.bits(22, 2);
      i.kind = i.bits(12, 3);
      return (i.kind & 3) === 0 || i.size === i.amount ? undefined : permute;
    },
  },
  {
    mask: 0xbfe08400,
    value: 0x2e000000,
    decode(i) {
      takeVectors(i);
      i.kind = i.bits(11, 4);
      return i.kind < i.amount ? extract : undefined;
    },
  },
  {
    mask: 0xbfe08c00,
    value: 0x0e000000,
    decode(i) {
      takeVectors(i);
      i.size = i.bits(13, 2) + 1;
      i.kind = i.bits(12, 1);
      return lookUp;
    },
  },
];
