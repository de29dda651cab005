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

export function processorLayout(c: Constants, { name }: Architecture): ProcessorLayout {
  const nextExit = c.table('EntryFrameConstants.kNextExitFrameFPOffset', name === 'x64' ? -64 : -24);
  return name === 'x64'
    ? {
        entry: {
          nextExit,
          callerSp: 16,
          saved: [
            [x64.r12, -24],
            [x64.r13, -32],
            [x64.r14, -40],
            [x64.r15, -48],
            [x64.rbx, -56],
          ],
        },
        roles: { callee: x64.rdi, argumentCount: x64.rax, bytecodeArray: x64.r12, bytecodeOffset: x64.r9 },
      }
    : {
        entry: {
          nextExit,
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
