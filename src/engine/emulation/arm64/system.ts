import type { Encoding, Run } from './instruction.ts';

const nothing: Run = () => {};

/** System registers, by bits 20 to 5 of the instructions that read them (Arm ARM, D19). */
const SystemRegister = {
  threadPointer: 0xde82,
  dataCacheZero: 0xd807,
  cacheType: 0xd801,
  floatControl: 0xda20,
  floatStatus: 0xda21,
} as const;
/** DCZID_EL0.DZP: blocks cannot be zeroed by one instruction. */
const NO_ZEROING = 16;

const readRegister: Run = (i, state) => {
  if (i.kind === SystemRegister.threadPointer) state.setNumber(i.d, state.threadBase);
  else state.setNumber(i.d, i.kind === SystemRegister.dataCacheZero ? NO_ZEROING : 0);
};

/** Hints, barriers and system registers (Arm ARM, C4.1.92). */
export const arm64System: readonly Encoding[] = [
  { mask: 0xfffff01f, value: 0xd503201f, decode: () => nothing },
  { mask: 0xfffff01f, value: 0xd503301f, decode: () => nothing },
  {
    mask: 0xfff00000,
    value: 0xd5300000,
    decode(i) {
      i.kind = i.bits(5, 16);
      i.d = i.destination();
      return Object.values<number>(SystemRegister).includes(i.kind) ? readRegister : undefined;
    },
  },
  // msr fpcr and fpsr.
  { mask: 0xffffffc0, value: 0xd51b4400, decode: () => nothing },
];
