import { signed, unsigned } from '../arithmetic-unit.ts';
import type { Encoding, Instruction, Run } from './instruction.ts';
import { locate } from './loads.ts';
import { type Arm64State, DISCARD } from './state.ts';

function load(i: Instruction, state: Arm64State, d: number): void {
  const { memory } = state;
  const low = memory.load(state.targetLow, state.targetHigh, i.size);
  state.set(d, 8, low, memory.high);
}

function store(i: Instruction, state: Arm64State, low: number, high: number): void {
  state.memory.store(state.targetLow, state.targetHigh, i.size, low, high);
}

/** ldxr, ldaxr, ldar, ldapr. */
const loadOrdered: Run = (i, state) => {
  locate(i, state);
  load(i, state, i.d);
};

/** stxr, stlxr, stlr: exclusive stores always succeed, since nobody else runs. */
const storeOrdered: Run = (i, state) => {
  locate(i, state);
  store(i, state, state.registers[i.d]!, state.registers[i.d + 1]!);
  state.set(i.a, 4, 0, 0);
};

/** cas: register `a` is compared with what is there, and has that then. */
const compareAndSwap: Run = (i, state) => {
  const { memory, registers } = state;
  locate(i, state);
  const low = memory.load(state.targetLow, state.targetHigh, i.size);
  const { high } = memory;
  const mask = i.size < 4 ? (1 << (8 * i.size)) - 1 : -1;
  const isSame = low === (registers[i.a]! & mask) && (i.size < 8 || high === registers[i.a + 1]!);
  if (isSame) store(i, state, registers[i.d]!, registers[i.d + 1]!);
  state.set(i.kind, 8, low, high);
};

/** By o3 and opc: ldadd, ldclr, ldeor, ldset, ldsmax, ldsmin, ldumax, ldumin, swp. */
const changeAtomically: Run = (i, state) => {
  const { memory, registers, halves } = state;
  locate(i, state);
  const low = memory.load(state.targetLow, state.targetHigh, i.size);
  const { high } = memory;
  const own = registers[i.a]!;
  const ownHigh = registers[i.a + 1]!;
  switch (i.kind) {
    case 0: {
      const sum = halves.add(low, high, own, ownHigh, 0);
      store(i, state, sum, halves.high);
      break;
    }
    case 1:
      store(i, state, low & ~own, high & ~ownHigh);
      break;
    case 2:
      store(i, state, low ^ own, high ^ ownHigh);
      break;
    case 3:
      store(i, state, low | own, high | ownHigh);
      break;
    case 8:
      store(i, state, own, ownHigh);
      break;
    default: {
      const take = i.kind < 6 ? signed : unsigned;
      const isMore = take(own, ownHigh, 8 * i.size) > take(low, high, 8 * i.size);
      if (isMore === (i.kind % 2 === 0)) store(i, state, own, ownHigh);
    }
  }
  state.set(i.d, 8, low, high);
};

function takeSize(i: Instruction): void {
  i.size = 1 << i.bits(30, 2);
  i.n = i.pointer(5);
}

/** Exclusive, ordered and atomic accesses (Arm ARM, C4.1.94). */
export const arm64Atomics: readonly Encoding[] = [
  {
    // Exclusive or ordered ones of single registers.
    mask: 0x3f200000,
    value: 0x08000000,
    decode(i) {
      takeSize(i);
      const isOrdered = i.has(23);
      // Fields of registers that are not used are all ones.
      if (i.bits(10, 5) !== 31 || ((isOrdered || i.has(22)) && i.bits(16, 5) !== 31)) return undefined;
      if (i.has(22)) {
        i.d = i.destination();
        return loadOrdered;
      }
      i.d = i.source(0);
      i.a = isOrdered ? DISCARD : i.destination(16);
      return storeOrdered;
    },
  },
  {
    mask: 0x3fa07c00,
    value: 0x08a07c00,
    decode(i) {
      takeSize(i);
      i.d = i.source(0);
      i.a = i.source(16);
      i.kind = i.destination(16);
      return compareAndSwap;
    },
  },
  {
    mask: 0x3f200c00,
    value: 0x38200000,
    decode(i) {
      takeSize(i);
      i.d = i.destination();
      i.a = i.source(16);
      i.kind = i.bits(12, 4);
      if (i.kind === 12) return loadOrdered;
      return i.kind <= 8 ? changeAtomically : undefined;
    },
  },
  {
    // stlur, ldapur.
    mask: 0x3f200c00,
    value: 0x19000000,
    decode(i) {
      takeSize(i);
      i.low = i.signedBits(12, 9);
      i.high = i.low >> 31;
      const opcode = i.bits(22, 2);
      i.d = opcode === 0 ? i.source(0) : i.destination();
      i.a = DISCARD;
      if (opcode > 1) return undefined;
      return opcode === 0 ? storeOrdered : loadOrdered;
    },
  },
];
