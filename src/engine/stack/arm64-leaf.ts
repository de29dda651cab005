import { attemptOr } from '../absence.ts';
import { type Address, address, at } from '../address.ts';
import type { Memory } from '../memory/memory.ts';
import { arm64, arm64Architecture } from '../unwind/arm64.ts';
import { arm64Code, isCall } from '../unwind/arm64-code.ts';
import type { Registers } from '../unwind/registers.ts';
import {
  findReturn,
  type Interrupted,
  isBeingBuilt,
  type Leaf,
  prologueBytes,
  readAt,
  returnsToCode,
  wordAt,
} from './leaf.ts';

const MAX_EPILOGUE = 10;

/** As leafOf, for AArch64: a call leaves its return address in the link register. */
export function arm64Leaf(interrupted: Interrupted): Leaf | undefined {
  const { memory, site, registers, isCode } = interrupted;
  if (site.kind === 'unknown') return undefined;
  const { pc, sp } = registers;
  const fp = registers.get(arm64.fp) ?? 0n;
  const link = arm64Architecture.unsigned(registers.get(arm64.lr) ?? 0n);
  const push = prologueOf(memory, at(pc, -site.offset), prologueBytes(site));
  if (push !== undefined && site.offset <= push)
    return { returnAddress: link, callerSp: sp, callerFp: fp, atEntry: true };
  if (push !== undefined && site.offset === push + 4) return savedAt(memory, sp, true);
  const frame = address(Number(fp));
  if (push !== undefined && isBeingBuilt(site, frame - sp)) return savedAt(memory, frame, true);
  const epilogue = epilogueAt(memory, registers, link);
  if (epilogue && returnsToCode(interrupted, epilogue)) return epilogue;
  if (interrupted.ownsFrame()) return undefined;
  const target = address(Number(link));
  if (isCode(target) && followsCall(memory, target))
    return { returnAddress: link, callerSp: sp, callerFp: fp, atEntry: false };
  const slot = findReturn(interrupted, followsCall);
  return slot === undefined ? undefined : { ...savedAt(memory, at(slot, -8), false), callerFp: fp };
}

/** What `stp x29, x30` saved at an address. */
function savedAt(memory: Memory, frame: Address, atEntry: boolean): Leaf {
  const saved = readAt(memory, at(frame, 8));
  return {
    returnAddress: saved === undefined ? undefined : arm64Architecture.unsigned(saved),
    callerSp: at(frame, 16),
    callerFp: wordAt(memory, frame),
    atEntry,
  };
}

/** Offset of the instruction that saves frame pointer and link register, if it comes early. */
function prologueOf(memory: Memory, start: Address, length: number): number | undefined {
  const head = attemptOr(Buffer.alloc(0), () => memory.bytes(start, length & ~3));
  for (let i = 0; i + 4 <= head.length; i += 4) if (head.readUInt32LE(i) === arm64Code.pushFrame) return i;
  return undefined;
}

/** Follows the few instructions that V8 ends functions with, up to the `ret`; undefined if these are others. */
function epilogueAt(memory: Memory, registers: Registers, link: bigint): Leaf | undefined {
  let { sp } = registers;
  let fp = registers.get(arm64.fp) ?? 0n;
  let returnAddress: bigint | undefined = link;
  for (let i = 0; i < MAX_EPILOGUE; i++) {
    const code = attemptOr(0, () => memory.u32(at(registers.pc, 4 * i)));
    if (code === arm64Code.ret) return { returnAddress, callerSp: sp, callerFp: fp, atEntry: false };
    if (code === arm64Code.resetSp) sp = address(Number(fp));
    else if (code === arm64Code.popFrame) {
      ({ returnAddress, callerFp: fp, callerSp: sp } = savedAt(memory, sp, false));
    } else if (!isArithmetic(code)) return undefined;
  }
  return undefined;
}

/** What drops the arguments between `ldp` and `ret` neither loads, stores nor jumps (Arm ARM, C4.1: op0 is 100x or x101). */
function isArithmetic(code: number): boolean {
  const op0 = (code >>> 25) & 15;
  return op0 === 8 || op0 === 9 || op0 === 5 || op0 === 13;
}

/** True if the instruction before `pc` is a call. */
function followsCall(memory: Memory, pc: Address): boolean {
  return isCall(attemptOr(0, () => memory.u32(at(pc, -4))));
}
