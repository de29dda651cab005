import { signExtended } from '../arithmetic-unit.ts';
import type { Encoding, Instruction, Run } from './instruction.ts';
import { type Arm64State, EXTENSION, NONE, ZERO } from './state.ts';

/** When the base register of an address is changed: not at all, behind the access, before it. */
const WriteBack = { none: 0, after: 1, before: 3 } as const;

const nothing: Run = () => {};

/** Tells the state the address of an access; its base register is changed where it shall be. */
export function locate(i: Instruction, state: Arm64State): void {
  const { registers, halves } = state;
  const base = registers[i.n]!;
  const baseHigh = registers[i.n + 1]!;
  let offset = i.low;
  let offsetHigh = i.high;
  if (i.m !== NONE) {
    offset = state.changed(registers[i.m]!, registers[i.m + 1]!, 8, i.change, i.amount);
    offsetHigh = state.high;
  }
  const low = halves.add(base, baseHigh, offset, offsetHigh, 0);
  const { high } = halves;
  if (i.writeBack !== WriteBack.none) {
    registers[i.n] = low;
    registers[i.n + 1] = high;
  }
  const isAfter = i.writeBack === WriteBack.after;
  state.targetLow = isAfter ? base : low;
  state.targetHigh = isAfter ? baseHigh : high;
}

/** Moves the address on. */
function advance(state: Arm64State, bytes: number): void {
  state.targetLow = state.halves.add(state.targetLow, state.targetHigh, bytes, 0, 0);
  state.targetHigh = state.halves.high;
}

/** Of values with a sign, `kind` is the size to which they are extended; of others it is 0. */
function get(i: Instruction, state: Arm64State, d: number): void {
  const { memory, registers } = state;
  const low = memory.load(state.targetLow, state.targetHigh, i.size);
  if (i.kind === 0) {
    registers[d] = low;
    registers[d + 1] = memory.high;
  } else {
    const own = signExtended(low, i.size);
    state.set(d, i.kind, own, own >> 31);
  }
}

function put(i: Instruction, state: Arm64State, from: number): void {
  const { registers, memory } = state;
  memory.store(state.targetLow, state.targetHigh, i.size, registers[from]!, registers[from + 1]!);
}

/** A scalar or all of a register; what is not loaded becomes zero. */
function getVector(size: number, state: Arm64State, v: number): void {
  const { memory, words } = state;
  const low = memory.load(state.targetLow, state.targetHigh, Math.min(size, 8));
  state.setScalar(v, low, memory.high);
  if (size < 16) return;
  advance(state, 8);
  words[4 * v + 2] = memory.i64(state.targetLow, state.targetHigh);
  words[4 * v + 3] = memory.high;
}

function putVector(size: number, state: Arm64State, v: number): void {
  const { memory, words } = state;
  memory.store(state.targetLow, state.targetHigh, Math.min(size, 8), words[4 * v]!, words[4 * v + 1]!);
  if (size < 16) return;
  advance(state, 8);
  memory.setI64(state.targetLow, state.targetHigh, words[4 * v + 2]!, words[4 * v + 3]!);
}

const load: Run = (i, state) => {
  locate(i, state);
  get(i, state, i.d);
};

const store: Run = (i, state) => {
  locate(i, state);
  put(i, state, i.d);
};

const loadVector: Run = (i, state) => {
  locate(i, state);
  getVector(i.size, state, i.d);
};

const storeVector: Run = (i, state) => {
  locate(i, state);
  putVector(i.size, state, i.d);
};

const loadPair: Run = (i, state) => {
  locate(i, state);
  get(i, state, i.d);
  advance(state, i.size);
  get(i, state, i.a);
};

const storePair: Run = (i, state) => {
  locate(i, state);
  put(i, state, i.d);
  advance(state, i.size);
  put(i, state, i.a);
};

const loadVectors: Run = (i, state) => {
  locate(i, state);
  getVector(i.size, state, i.d);
  advance(state, Math.min(i.size, 8));
  getVector(i.size, state, i.a);
};

const storeVectors: Run = (i, state) => {
  locate(i, state);
  putVector(i.size, state, i.d);
  advance(state, Math.min(i.size, 8));
  putVector(i.size, state, i.a);
};

const isVector = (i: Instruction): boolean => i.has(26);

/** What an access of one register does by its fields size, V and opc. */
function single(i: Instruction): Run | undefined {
  const opcode = i.bits(22, 2);
  i.n = i.pointer(5);
  i.size = 1 << i.bits(30, 2);
  if (isVector(i)) {
    i.d = i.bits(0, 5);
    if (opcode >= 2) i.size *= 16;
    if (i.size > 16) return undefined;
    return (opcode & 1) === 1 ? loadVector : storeVector;
  }
  i.d = opcode === 0 ? i.source(0) : i.destination();
  if (opcode < 2) return opcode === 0 ? store : load;
  if (i.size === 8) return opcode === 2 ? nothing : undefined;
  i.kind = opcode === 2 ? 8 : 4;
  return i.size === 4 && i.kind === 4 ? undefined : load;
}

/** Loads and stores of one register or two (Arm ARM, C4.1.94). */
export const arm64Loads: readonly Encoding[] = [
  {
    // With an offset without a sign, in units of the size.
    mask: 0x3b000000,
    value: 0x39000000,
    decode(i) {
      const run = single(i);
      i.low = i.bits(10, 12) * i.size;
      return run;
    },
  },
  {
    // With an offset in bytes, or a change of the base register.
    mask: 0x3b200000,
    value: 0x38000000,
    decode(i) {
      const run = single(i);
      const mode = i.bits(10, 2);
      i.low = i.signedBits(12, 9);
      i.high = i.low >> 31;
      i.writeBack = mode === 2 ? WriteBack.none : mode;
      return isVector(i) && mode === 2 ? undefined : run;
    },
  },
  {
    // With an offset in a register.
    mask: 0x3b200c00,
    value: 0x38200800,
    decode(i) {
      const run = single(i);
      i.m = i.source(16);
      i.change = EXTENSION + i.bits(13, 3);
      i.amount = i.has(12) ? Math.log2(i.size) : 0;
      return i.has(14) ? run : undefined;
    },
  },
  {
    // ldp, stp, ldpsw.
    mask: 0x3a000000,
    value: 0x28000000,
    decode(i) {
      const opcode = i.bits(30, 2);
      const isLoad = i.has(22);
      const mode = i.bits(23, 2);
      i.n = i.pointer(5);
      i.writeBack = mode === 2 ? WriteBack.none : mode;
      if (isVector(i)) {
        i.size = 4 << opcode;
        i.d = i.bits(0, 5);
        i.a = i.bits(10, 5);
      } else {
        i.size = opcode === 2 ? 8 : 4;
        i.kind = opcode === 1 ? 8 : 0;
        i.d = isLoad ? i.destination() : i.source(0);
        i.a = isLoad ? i.destination(10) : i.source(10);
        if (opcode === 1 && (!isLoad || mode === 0)) return undefined;
      }
      i.low = i.signedBits(15, 7) * i.size;
      i.high = i.low >> 31;
      if (opcode === 3) return undefined;
      if (isVector(i)) return isLoad ? loadVectors : storeVectors;
      return isLoad ? loadPair : storePair;
    },
  },
  {
    // From an address that counts from the instruction.
    mask: 0x3b000000,
    value: 0x18000000,
    decode(i) {
      const opcode = i.bits(30, 2);
      i.n = ZERO;
      i.setImmediate(i.pc + 4 * i.signedBits(5, 19));
      if (isVector(i)) {
        i.size = 4 << opcode;
        i.d = i.bits(0, 5);
        return opcode === 3 ? undefined : loadVector;
      }
      if (opcode === 3) return nothing;
      i.size = opcode === 1 ? 8 : 4;
      i.kind = opcode === 2 ? 8 : 0;
      i.d = i.destination();
      return load;
    },
  },
];
