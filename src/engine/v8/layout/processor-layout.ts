import { arm64 } from '../../unwind/arm64.ts';
import type { Architecture } from '../../unwind/registers.ts';
import { x64 } from '../../unwind/x64.ts';
import type { Constants } from './constants.ts';

/** What V8's frames have otherwise on each processor. Registers are DWARF's numbers, offsets bytes from the frame pointer. */
export interface ProcessorLayout {
  /** The frames of JSEntry, by which C++ enters JavaScript (EntryFrameConstants, execution/…/frame-constants-….h). */
  readonly entry: {
    /** Word with the frame pointer of the exit frame before it (kNextExitFrameFPOffset). */
    readonly nextExit: number;
    /** The stack pointer of the C++ that called it (kDirectCallerSPOffset). */
    readonly callerSp: number;
    /** Where registers are that C++ expects to find unchanged. */
    readonly saved: readonly (readonly [register: number, offset: number])[];
  };
  /** Registers with a role (codegen/…/register-….h). */
  readonly roles: {
    /** kJSFunctionRegister, at a call. */
    readonly callee: number;
    /** kJavaScriptCallArgCountRegister: counts the receiver. */
    readonly argumentCount: number;
    /** kInterpreterBytecodeArrayRegister */
    readonly bytecodeArray: number;
    /** kInterpreterBytecodeOffsetRegister */
    readonly bytecodeOffset: number;
  };
}

/** The registers that JSEntry pushes on x86-64 behind the frame's type and context, in that order. */
const PUSHED = {
  'system-v': [x64.r12, x64.r13, x64.r14, x64.r15, x64.rbx],
  microsoft: [x64.r12, x64.r13, x64.r14, x64.r15, x64.rdi, x64.rsi, x64.rbx],
} as const;
/** Behind them xmm6 to xmm15, which callees of Windows keep. */
const SAVED_VECTORS = 10 * 16;

export function processorLayout(c: Constants, { convention }: Architecture): ProcessorLayout {
  const nextExit = (offset: number) => c.table('EntryFrameConstants.kNextExitFrameFPOffset', offset);
  if (convention !== 'aapcs64') {
    const pushed = PUSHED[convention];
    const vectors = convention === 'microsoft' ? SAVED_VECTORS : 0;
    return {
      entry: {
        nextExit: nextExit(-24 - 8 * pushed.length - vectors),
        callerSp: 16,
        saved: pushed.map((register, i) => [register, -24 - 8 * i] as const),
      },
      roles: { callee: x64.rdi, argumentCount: x64.rax, bytecodeArray: x64.r12, bytecodeOffset: x64.r9 },
    };
  }
  return {
    entry: {
      nextExit: nextExit(-24),
      // Above them x19 to x28 and d8 to d15 were pushed.
      callerSp: 16 + 8 * 18,
      saved: Array.from({ length: 10 }, (_, i) => [arm64.x19 + i, 16 + 8 * i] as const),
    },
    roles: {
      callee: arm64.x1,
      argumentCount: arm64.x0,
      bytecodeArray: arm64.x20,
      bytecodeOffset: arm64.x19,
    },
  };
}
