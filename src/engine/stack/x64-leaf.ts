import { attemptOr } from '../absence.ts';
import { type Address, address, at } from '../address.ts';
import type { Memory } from '../memory/memory.ts';
import type { Registers } from '../unwind/registers.ts';
import { x64 } from '../unwind/x64.ts';
import {
  findReturn,
  type Interrupted,
  isBeingBuilt,
  type Leaf,
  leafAt,
  prologueBytes,
  returnsToCode,
  wordAt,
} from './leaf.ts';

/** push rbp; mov rbp, rsp */
const PUSH_RBP_MOV = Buffer.from([0x55, 0x48, 0x89, 0xe5]);
const MAX_EPILOGUE = 8;

/** As leafOf, for x86-64: a call pushes its return address. */
export function x64Leaf(interrupted: Interrupted): Leaf | undefined {
  const { memory, site, registers } = interrupted;
  if (site.kind === 'unknown') return undefined;
  const { pc, sp } = registers;
  const fp = registers.get(x64.rbp) ?? 0n;
  const start = at(pc, -site.offset);
  const head = attemptOr(Buffer.alloc(0), () => memory.bytes(start, prologueBytes(site)));
  const push = head.indexOf(PUSH_RBP_MOV);
  if (push >= 0 && site.offset <= push) return leafAt(memory, sp, fp, true);
  if (push >= 0 && site.offset === push + 1) return leafAt(memory, at(sp, 8), wordAt(memory, sp), true);
  const frame = address(Number(fp));
  if (push >= 0 && isBeingBuilt(site, frame - sp))
    return leafAt(memory, at(frame, 8), wordAt(memory, frame), true);
  const epilogue = epilogueAt(memory, registers);
  if (epilogue && returnsToCode(interrupted, epilogue)) return epilogue;
  if (interrupted.ownsFrame()) return undefined;
  const returnSlot = findReturn(interrupted, followsCall);
  return returnSlot === undefined ? undefined : leafAt(memory, returnSlot, fp, false);
}

/** Follows the few instructions that V8 ends functions with, up to the `ret`; undefined if these are others. */
function epilogueAt(memory: Memory, registers: Registers): Leaf | undefined {
  let { pc, sp } = registers;
  let fp = registers.get(x64.rbp) ?? 0n;
  for (let i = 0; i < MAX_EPILOGUE; i++) {
    const code = attemptOr(undefined, () => memory.bytes(pc, 8).toString('hex'));
    if (code === undefined) return undefined;
    if (/^(c3|c2)/.test(code)) return leafAt(memory, sp, fp, false);
    const step = epilogueStep(memory, code, sp, fp);
    if (!step) return undefined;
    pc = at(pc, step.length);
    sp = step.sp;
    fp = step.fp;
  }
  return undefined;
}

function epilogueStep(
  memory: Memory,
  code: string,
  sp: Address,
  fp: bigint,
): { length: number; sp: Address; fp: bigint } | undefined {
  // mov rsp, rbp
  if (code.startsWith('488be5') || code.startsWith('4889ec'))
    return { length: 3, sp: address(Number(fp)), fp };
  // pop rbp
  if (code.startsWith('5d')) return { length: 1, sp: at(sp, 8), fp: wordAt(memory, sp) };
  // leave
  if (code.startsWith('c9')) {
    return { length: 1, sp: at(address(Number(fp)), 8), fp: wordAt(memory, address(Number(fp))) };
  }
  // cmp rcx, imm8; cmp rcx, imm32; jg rel8 and rel32, not taken or taken: both ways end in a return.
  if (code.startsWith('4883f9')) return { length: 4, sp, fp };
  if (code.startsWith('4881f9')) return { length: 7, sp, fp };
  if (code.startsWith('7f')) return { length: 2, sp, fp };
  if (code.startsWith('0f8f')) return { length: 6, sp, fp };
  return undefined;
}

/** True if the instruction before `pc` is a call: e8 rel32, or ff /2 with a register or memory operand. */
function followsCall(memory: Memory, pc: Address): boolean {
  return attemptOr(false, () => {
    const before = memory.bytes(at(pc, -7), 7);
    if (before[2] === 0xe8) return true;
    for (let length = 2; length <= 7; length++) {
      const i = 7 - length;
      if (before[i] === 0xff && ((before[i + 1]! >> 3) & 7) === 2) return true;
    }
    return false;
  });
}
