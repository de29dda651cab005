import type { Encoding, Instruction, Run } from './instruction.ts';
import { type Arm64State, LINK, Next } from './state.ts';

const branch: Run = (_, state) => {
  state.next = Next.jump;
};

const branchWithLink: Run = (i, state) => {
  state.setNumber(LINK, i.pc + 4);
  state.next = Next.jump;
};

const branchIf: Run = (i, state) => {
  state.next = state.holds(i.condition) ? Next.jump : Next.following;
};

/** cbz, and cbnz of kind 1. */
const compareAndBranch: Run = (i, state) => {
  const { registers } = state;
  const isZero = registers[i.n] === 0 && (i.size === 4 || registers[i.n + 1] === 0);
  state.next = isZero === (i.kind === 0) ? Next.jump : Next.following;
};

/** tbz, and tbnz of kind 1. */
const testAndBranch: Run = (i, state) => {
  const word = state.registers[i.amount < 32 ? i.n : i.n + 1]!;
  state.next = ((word >>> (i.amount & 31)) & 1) === i.kind ? Next.jump : Next.following;
};

function toRegister(i: Instruction, state: Arm64State, next: Next): void {
  state.targetLow = state.registers[i.n]!;
  state.targetHigh = state.registers[i.n + 1]!;
  state.next = next;
}

/** By opc: br, blr, ret. */
const toRegisters: readonly Run[] = [
  (i, state) => toRegister(i, state, Next.jumpByRegister),
  (i, state) => {
    toRegister(i, state, Next.call);
    state.setNumber(LINK, i.pc + 4);
  },
  (i, state) => toRegister(i, state, Next.return),
];

function take(i: Instruction, run: Run, distance: number): Run {
  i.isBranch = true;
  i.target = i.pc + 4 * distance;
  return run;
}

/** Branches (Arm ARM, C4.1.92). */
export const arm64Branches: readonly Encoding[] = [
  {
    mask: 0x7c000000,
    value: 0x14000000,
    decode: (i) => take(i, i.has(31) ? branchWithLink : branch, i.signedBits(0, 26)),
  },
  {
    mask: 0xff000010,
    value: 0x54000000,
    decode(i) {
      i.condition = i.bits(0, 4);
      return take(i, branchIf, i.signedBits(5, 19));
    },
  },
  {
    mask: 0x7e000000,
    value: 0x34000000,
    decode(i) {
      i.n = i.source(0);
      i.size = i.has(31) ? 8 : 4;
      i.kind = i.bits(24, 1);
      return take(i, compareAndBranch, i.signedBits(5, 19));
    },
  },
  {
    mask: 0x7e000000,
    value: 0x36000000,
    decode(i) {
      i.n = i.source(0);
      i.amount = 32 * i.bits(31, 1) + i.bits(19, 5);
      i.kind = i.bits(24, 1);
      return take(i, testAndBranch, i.signedBits(5, 14));
    },
  },
  {
    // Those that authenticate addresses (FEAT_PAuth) are plain here: nothing signs any.
    mask: 0xfe9f0000,
    value: 0xd61f0000,
    decode(i) {
      const run = toRegisters[i.bits(21, 2)];
      const isSigned = i.has(11);
      i.n = isSigned && i.bits(21, 2) === 2 ? LINK : i.source(5);
      return run && take(i, run, 0);
    },
  },
];
