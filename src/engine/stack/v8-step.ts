import { attemptOr } from '../absence.ts';
import { type Address, at } from '../address.ts';
import type { Memory } from '../memory/memory.ts';
import { architectureOf } from '../unwind/architectures.ts';
import type { Step } from '../unwind/native-unwinder.ts';
import { Registers } from '../unwind/registers.ts';
import type { CodeSite } from '../v8/frames/code-site.ts';
import type { V8Runtime } from '../v8/runtime.ts';
import type { Leaf } from './leaf.ts';

/** Builtins that C++ calls to enter JavaScript; they save C++'s registers. */
const ENTRY = /^JS(Construct|RunMicrotasks)?Entry$/;

/**
 * The caller of a frame of V8's code. It has no CFI, but always a frame pointer; entry frames also give back
 * the registers that C++ expects to find unchanged.
 */
export function stepFromV8(runtime: V8Runtime, site: CodeSite, registers: Registers): Step {
  const { memory, layout } = runtime;
  const { fp, sp } = registers;
  if (!(fp >= sp && fp % 8 === 0 && memory.has(fp, 16))) {
    return {
      kind: 'end',
      reason: 'the frame pointer of JavaScript code does not lead to a frame',
      outermost: false,
    };
  }
  const { callerPc, callerSp, entry } = layout.frames;
  const pc = registers.architecture.unsigned(memory.u64(at(fp, callerPc)));
  const caller = registers.callerAt(pc, at(fp, isEntry(site) ? entry.callerSp : callerSp), memory.u64(fp));
  if (isEntry(site))
    for (const [register, offset] of entry.saved) caller.set(register, wordAt(memory, at(fp, offset)));
  return { kind: 'caller', registers: caller, by: 'cfi', signalFrame: false };
}

/** True for the builtins by which C++ enters JavaScript. */
export function isEntry(site: CodeSite): boolean {
  return site.kind === 'builtin' && ENTRY.test(site.builtin.name);
}

/** The caller of a function that has not set up its frame, or has left it already. */
export function stepFromLeaf({ returnAddress, callerSp, callerFp }: Leaf, registers: Registers): Step {
  if (returnAddress === undefined)
    return {
      kind: 'end',
      reason: 'the return address of the innermost frame cannot be read',
      outermost: false,
    };
  const caller = registers.callerAt(returnAddress, callerSp, callerFp);
  return { kind: 'caller', registers: caller, by: 'cfi', signalFrame: false };
}

/** ExitFrameConstants::kSPOffset: the stack pointer at the call, whose return address lies right below. */
const EXIT_SP = -16;
const MAX_EXIT_FRAME = 1 << 20;

/** Registers of the exit frame at `fp`, as far as it holds them; undefined if it does not look like one. */
export function exitRegisters(runtime: V8Runtime, fp: Address): Registers | undefined {
  const { memory, core } = runtime;
  const architecture = architectureOf(core);
  return attemptOr(undefined, () => {
    const sp = memory.pointer(at(fp, EXIT_SP));
    if (!(sp < fp && fp - sp < MAX_EXIT_FRAME && sp % 8 === 0)) return undefined;
    const result = new Registers(architecture);
    result.set(architecture.pc, architecture.unsigned(memory.u64(at(sp, -8))));
    result.set(architecture.sp, BigInt(sp));
    result.set(architecture.fp, BigInt(fp));
    return result;
  });
}

function wordAt(memory: Memory, where: ReturnType<typeof at>): bigint | undefined {
  return attemptOr(undefined, () => memory.u64(where));
}
