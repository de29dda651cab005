import type { Encoding, Instruction, Run } from './instruction.ts';
import { locate } from './loads.ts';
import { type Arm64State, NONE } from './state.ts';
import { setBytes } from './vector-moves.ts';

/** Registers of an access, and whether their lanes take turns in memory, by opcode (ld4 to ld1). */
const structures = new Map<number, readonly [registers: number, isInTurns: boolean]>([
  [0, [4, true]],
  [2, [4, false]],
  [4, [3, true]],
  [6, [3, false]],
  [7, [1, false]],
  [8, [2, true]],
  [10, [2, false]],
]);
const WRITTEN_BACK = 1;

/** Calls `run` with the halves of the address `bytes` behind the state's one. */
function behind(state: Arm64State, bytes: number, run: (low: number, high: number) => void): void {
  const low = state.halves.add(state.targetLow, state.targetHigh, bytes, 0, 0);
  run(low, state.halves.high);
}

/** Calls `run` for each byte of the registers, with where it is in memory behind the address. */
function eachByte(i: Instruction, run: (v: number, byte: number, at: number) => void): void {
  for (let r = 0; r < i.kind; r++)
    for (let byte = 0; byte < i.a; byte++) {
      const lane = Math.floor(byte / i.size);
      const place = i.condition === 1 ? (lane * i.kind + r) * i.size + (byte % i.size) : r * i.a + byte;
      run((i.d + r) % 32, byte, place);
    }
}

const load: Run = (i, state) => {
  locate(i, state);
  for (let r = 0; r < i.kind; r++) setBytes(state, (i.d + r) % 32, []);
  eachByte(i, (v, byte, at) =>
    behind(state, at, (low, high) => {
      state.vectors[v]!.u8[byte] = state.memory.u8(low, high);
    }),
  );
};

const store: Run = (i, state) => {
  locate(i, state);
  eachByte(i, (v, byte, at) =>
    behind(state, at, (low, high) => state.memory.setU8(low, high, state.vectors[v]!.u8[byte]!)),
  );
};

/** One lane, which begins at byte `kind`. */
const loadLane: Run = (i, state) => {
  locate(i, state);
  const { u8 } = state.vectors[i.d]!;
  for (let n = 0; n < i.size; n++)
    behind(state, n, (low, high) => {
      u8[i.kind + n] = state.memory.u8(low, high);
    });
};

const storeLane: Run = (i, state) => {
  locate(i, state);
  const { u8 } = state.vectors[i.d]!;
  for (let n = 0; n < i.size; n++)
    behind(state, n, (low, high) => state.memory.setU8(low, high, u8[i.kind + n]!));
};

/** ld1r. */
const loadRepeated: Run = (i, state) => {
  loadLane(i, state);
  const lane = state.vectors[i.d]!.u8.slice(0, i.size);
  setBytes(
    state,
    i.d,
    Uint8Array.from({ length: i.a }, (_, n) => lane[n % i.size]!),
  );
};

/** Takes the address and, with bit 23, what is added to the base register; `a` is how many bytes vectors have. */
function takeAddress(i: Instruction, bytes: number): void {
  i.d = i.bits(0, 5);
  i.n = i.pointer(5);
  i.a = i.has(30) ? 16 : 8;
  i.m = NONE;
  if (!i.has(23)) return;
  i.writeBack = WRITTEN_BACK;
  i.low = bytes;
  if (i.bits(16, 5) !== 31) i.m = i.source(16);
}

/** Takes the lane that Q, S and size tell (Arm ARM, C4.1.94); false if it is not known. */
function takeLane(i: Instruction): boolean {
  const place = (i.bits(30, 1) << 3) | i.bits(10, 3);
  const opcode = i.bits(13, 3);
  if (opcode === 0) i.size = 1;
  else if (opcode === 2) i.size = 2;
  else if (opcode === 4) i.size = i.has(10) ? 8 : 4;
  else return false;
  i.kind = place & -i.size;
  return true;
}

/** Loads and stores of structures in vectors (Arm ARM, C4.1.94). */
export const arm64Structures: readonly Encoding[] = [
  {
    mask: 0xbf200000,
    value: 0x0c000000,
    decode(i) {
      const structure = structures.get(i.bits(12, 4));
      if (!structure) return undefined;
      takeAddress(i, structure[0] * (i.has(30) ? 16 : 8));
      i.kind = structure[0];
      i.condition = structure[1] ? 1 : 0;
      i.size = 1 << i.bits(10, 2);
      return i.has(22) ? load : store;
    },
  },
  {
    mask: 0xbf200000,
    value: 0x0d000000,
    decode(i) {
      const isRepeated = i.bits(13, 3) === 6;
      if (isRepeated) i.size = 1 << i.bits(10, 2);
      else if (!takeLane(i)) return undefined;
      takeAddress(i, i.size);
      if (isRepeated) return i.has(22) ? loadRepeated : undefined;
      return i.has(22) ? loadLane : storeLane;
    },
  },
];
