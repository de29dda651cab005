import { attemptOr } from '../absence.ts';
import { type Address, address, at } from '../address.ts';
import type { Memory } from '../memory/memory.ts';
import { type Registers, x64 } from '../unwind/registers.ts';
import type { CodeSite } from '../v8/frames/code-site.ts';

/**
 * Where a function that was interrupted anywhere, also in its prologue or epilogue, has its return address and
 * its caller's frame pointer.
 */
export interface Leaf {
  /** Address of the slot with the return address. */
  readonly returnSlot: Address;
  /** The caller's frame pointer. */
  readonly callerFp: bigint;
  /** True before the function has done anything: its arguments are where the caller left them. */
  readonly atEntry: boolean;
}

/** Furthest that a prologue's `push rbp; mov rbp, rsp` is looked for, in bytes from the function's start. */
const PROLOGUE = 128;
const PUSH_RBP_MOV = Buffer.from([0x55, 0x48, 0x89, 0xe5]);
/** Words above the stack pointer among which a frameless function's return address is looked for. */
const MAX_WORDS = 64;
const MAX_EPILOGUE = 8;

/**
 * Undefined if the function has set up its frame: then the frame pointer leads on. `ownsFrame` tells whether
 * the frame at the frame pointer is the function's own, as far as its content says.
 */
export function leafOf(
  memory: Memory,
  site: CodeSite,
  registers: Registers,
  ownsFrame: () => boolean,
  isCode: (pc: Address) => boolean,
): Leaf | undefined {
  if (site.kind === 'unknown') return undefined;
  const { pc, sp } = registers;
  const fp = registers.get(x64.rbp) ?? 0n;
  const start = at(pc, -site.offset);
  const head = attemptOr(Buffer.alloc(0), () => memory.bytes(start, Math.min(PROLOGUE, site.offset + 4)));
  const push = head.indexOf(PUSH_RBP_MOV);
  if (push >= 0 && site.offset <= push) return { returnSlot: sp, callerFp: fp, atEntry: true };
  if (push >= 0 && site.offset === push + 1) {
    return { returnSlot: at(sp, 8), callerFp: wordAt(memory, sp), atEntry: true };
  }
  if (push >= 0 && isBeingBuilt(site, Number(fp) - sp)) {
    return {
      returnSlot: at(address(Number(fp)), 8),
      callerFp: wordAt(memory, address(Number(fp))),
      atEntry: true,
    };
  }
  const epilogue = epilogueAt(memory, registers);
  if (epilogue && isCode(address(Number(wordAt(memory, epilogue.returnSlot))))) return epilogue;
  if (ownsFrame()) return undefined;
  const returnSlot = findReturn(memory, sp, Number(fp), isCode);
  return returnSlot === undefined ? undefined : { returnSlot, callerFp: fp, atEntry: false };
}

/**
 * True while the fixed part of a frame is being pushed: context, function and argument count, for the
 * interpreter also bytecode array and offset; for stubs the type marker. `size` is that of the frame so far.
 */
function isBeingBuilt(site: CodeSite, size: number): boolean {
  if (site.kind === 'unknown' || size < 0) return false;
  if (site.kind === 'code') return size < 24;
  if (site.kind === 'wasm') return size < 16;
  return size < (site.builtin.name === 'InterpreterEntryTrampoline' ? 40 : 8);
}

/** Follows the few instructions that V8 ends functions with, up to the `ret`; undefined if these are others. */
function epilogueAt(memory: Memory, registers: Registers): Leaf | undefined {
  let { pc, sp } = registers;
  let fp = registers.get(x64.rbp) ?? 0n;
  for (let i = 0; i < MAX_EPILOGUE; i++) {
    const code = attemptOr(undefined, () => memory.bytes(pc, 8).toString('hex'));
    if (code === undefined) return undefined;
    if (/^(c3|c2)/.test(code)) return { returnSlot: sp, callerFp: fp, atEntry: false };
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

/** The first word above the stack pointer that is a return address: it leads to code right behind a call. */
function findReturn(
  memory: Memory,
  sp: Address,
  fp: number,
  isCode: (pc: Address) => boolean,
): Address | undefined {
  for (let i = 0; i < MAX_WORDS; i++) {
    const slot = at(sp, 8 * i);
    if (fp > sp && slot >= fp) return undefined;
    const target = attemptOr(undefined, () => memory.pointer(slot));
    if (target === undefined) return undefined;
    if (isCode(target) && followsCall(memory, target)) return slot;
  }
  return undefined;
}

/** True if the instruction before `pc` is a call: e8 rel32, or ff /2 with a register or memory operand. */
export function followsCall(memory: Memory, pc: Address): boolean {
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

function wordAt(memory: Memory, where: Address): bigint {
  return attemptOr(0n, () => memory.u64(where));
}
