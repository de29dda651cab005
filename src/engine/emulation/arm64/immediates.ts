import { Halves, Shift } from '../halves.ts';
import type { Encoding, Instruction, Run } from './instruction.ts';
import { binary, hasSize, isNegative, logic, sum, sumWithFlags } from './integers.ts';

const setConstant: Run = (i, state) => state.set(i.d, i.size, i.low, i.high);

/** movk. */
const keep: Run = (i, state) => {
  const at = i.d + (i.amount >> 5);
  const by = i.amount & 31;
  state.registers[at] = (state.registers[at]! & ~(0xffff << by)) | (i.low << by);
  if (i.size === 4) state.registers[i.d + 1] = 0;
};

/** sbfm and ubfm, which move a bit field to the top of the register and back to where it shall be. */
const moveField: Run = (i, state) => {
  const { registers, halves } = state;
  const top = halves.shift(Shift.left, registers[i.n]!, registers[i.n + 1]!, i.size, i.amount);
  const result = halves.shift(i.kind, top, halves.high, i.size, i.change);
  state.set(i.d, i.size, result, halves.high);
};

/** bfm: the mask tells what is replaced. */
const insertField: Run = (i, state) => {
  const { registers, halves } = state;
  const top = halves.shift(Shift.left, registers[i.n]!, registers[i.n + 1]!, i.size, i.amount);
  const low = halves.shift(Shift.right, top, halves.high, i.size, i.change);
  const oldHigh = registers[i.d + 1]! & ~i.high;
  state.set(i.d, i.size, (registers[i.d]! & ~i.low) | low, oldHigh | halves.high);
};

const extract: Run = (i, state) => {
  const { registers, halves } = state;
  const bits = 8 * i.size;
  let low = halves.shift(Shift.right, registers[i.m]!, registers[i.m + 1]!, i.size, i.amount);
  let { high } = halves;
  if (i.amount > 0) {
    low |= halves.shift(Shift.left, registers[i.n]!, registers[i.n + 1]!, i.size, bits - i.amount);
    high |= halves.high;
  }
  state.set(i.d, i.size, low, high);
};

/** The operand of logical immediates (Arm ARM, DecodeBitMasks): ones, rotated and repeated; undefined if there is none. */
function bitMask(n: number, rotation: number, length: number): bigint | undefined {
  const top = 31 - Math.clz32((n << 6) | (~length & 63));
  if (top < 1) return undefined;
  const width = 1 << top;
  const ones = (length & (width - 1)) + 1;
  if (ones === width) return undefined;
  const by = BigInt(rotation & (width - 1));
  const element = (1n << BigInt(ones)) - 1n;
  const rotated = BigInt.asUintN(width, (element >> by) | (element << (BigInt(width) - by)));
  let result = 0n;
  for (let at = 0; at < 64; at += width) result |= rotated << BigInt(at);
  return result;
}

/** Bit fields have their size in bit 22, too. */
function hasMatchingSize(i: Instruction): boolean {
  return i.has(22) === i.has(31) && (i.has(31) || !i.has(21));
}

/** Data processing with constants (Arm ARM, C4.1.88). */
export const arm64Immediates: readonly Encoding[] = [
  {
    // adr, adrp.
    mask: 0x1f000000,
    value: 0x10000000,
    decode(i) {
      i.d = i.destination();
      i.size = 8;
      const distance = 4 * i.signedBits(5, 19) + i.bits(29, 2);
      i.setImmediate(i.has(31) ? i.pc - (i.pc % 4096) + 4096 * distance : i.pc + distance);
      return setConstant;
    },
  },
  {
    // add, sub (immediate).
    mask: 0x1f800000,
    value: 0x11000000,
    decode(i) {
      hasSize(i);
      i.d = i.has(29) ? i.destination() : i.pointer(0);
      i.n = i.pointer(5);
      i.low = i.has(22) ? i.bits(10, 12) << 12 : i.bits(10, 12);
      i.inversion = isNegative(i);
      return i.has(29) ? sumWithFlags : sum;
    },
  },
  {
    // and, orr, eor, ands (immediate).
    mask: 0x1f800000,
    value: 0x12000000,
    decode(i) {
      hasSize(i);
      const opcode = i.bits(29, 2);
      i.d = opcode === 3 ? i.destination() : i.pointer(0);
      i.n = i.source(5);
      const mask = bitMask(i.bits(22, 1), i.bits(16, 6), i.bits(10, 6));
      if (mask === undefined || (i.size === 4 && i.has(22))) return undefined;
      i.low = Number(BigInt.asIntN(32, mask));
      i.high = Number(BigInt.asIntN(32, mask >> 32n));
      return logic[opcode];
    },
  },
  {
    // movn, movz, movk.
    mask: 0x1f800000,
    value: 0x12800000,
    decode(i) {
      hasSize(i);
      i.d = i.destination();
      i.low = i.bits(5, 16);
      i.amount = 16 * i.bits(21, 2);
      const opcode = i.bits(29, 2);
      if (opcode === 1 || (i.size === 4 && i.amount > 16)) return undefined;
      if (opcode === 3) return keep;
      const inversion = opcode === 0 ? -1 : 0;
      const word = i.low << (i.amount & 31);
      i.low = (i.amount < 32 ? word : 0) ^ inversion;
      i.high = (i.amount < 32 ? 0 : word) ^ inversion;
      return setConstant;
    },
  },
  {
    // sbfm, bfm, ubfm.
    mask: 0x1f800000,
    value: 0x13000000,
    decode(i) {
      hasSize(i);
      i.d = i.destination();
      i.n = i.source(5);
      const last = 8 * i.size - 1;
      const opcode = i.bits(29, 2);
      i.amount = last - i.bits(10, 6);
      i.change = (i.amount + i.bits(16, 6)) & last;
      if (opcode === 3 || i.amount < 0 || !hasMatchingSize(i)) return undefined;
      i.kind = opcode === 0 ? Shift.rightSigned : Shift.right;
      if (opcode !== 1) return moveField;
      const halves = new Halves();
      const top = halves.shift(Shift.left, -1, -1, i.size, i.amount);
      i.low = halves.shift(Shift.right, top, halves.high, i.size, i.change);
      i.high = halves.high;
      return insertField;
    },
  },
  {
    mask: 0x7fa00000,
    value: 0x13800000,
    decode(i) {
      binary(i);
      i.amount = i.bits(10, 6);
      return i.amount < 8 * i.size && hasMatchingSize(i) ? extract : undefined;
    },
  },
];
