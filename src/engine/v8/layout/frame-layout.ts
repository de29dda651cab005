import type { Architecture } from '../../unwind/registers.ts';
import type { Constants } from './constants.ts';
import { none } from './constants.ts';
import { processorLayout } from './processor-layout.ts';

/**
 * Frame offsets from the frame pointer, in bytes (execution/frame-constants.h), and the frame type markers
 * (execution/frames.h STACK_FRAME_TYPE_LIST). A marker on the stack is the type shifted left by one bit.
 */
export function frameLayout(c: Constants, architecture: Architecture) {
  const type = (name: string, table: Parameters<Constants['constant']>[1]) =>
    c.constant(`v8dbg_frametype_${name}Frame`, table);
  return {
    callerFp: 0,
    callerPc: 8,
    callerSp: 16,
    contextOrType: c.constant('v8dbg_off_fp_context_or_frame_type', -8),
    function: c.constant('v8dbg_off_fp_function', -16),
    /** Raw integer, counts the receiver. */
    argumentCount: c.table('StandardFrameConstants.kArgCOffset', -24),
    bytecodeArray: c.constant('v8dbg_off_fp_bytecode_array', -32),
    /** Interpreter: Smi, see BytecodeArray.data. Baseline: the feedback cell or vector. */
    bytecodeOffset: c.constant('v8dbg_off_fp_bytecode_offset', -40),
    /** Receiver; argument i at args + 8 * (i + 1). */
    args: c.constant('v8dbg_off_fp_args', 16),
    /** Register r0; r<i> at r0 - 8 * i. */
    registerFile: c.table('InterpreterFrameConstants.kRegisterFileFromFp', [-48, -48, -56, -56, -56]),
    ...processorLayout(c, architecture),
    types: {
      entry: type('Entry', 1),
      constructEntry: type('ConstructEntry', 2),
      exit: type('Exit', 3),
      interpreted: type('Interpreted', [12, 13, 13, 14, 4]),
      baseline: type('Baseline', [13, 14, 14, 15, 5]),
      maglev: type('Maglev', [none, 15, 15, 16, 6]),
      turbofan: type('TurbofanJS', [14, 16, 16, 17, 7]),
      stub: type('Stub', [15, 17, 17, 18, 8]),
      turbofanStubWithContext: type('TurbofanStubWithContext', [none, 18, 18, 19, 9]),
      builtinContinuation: type('BuiltinContinuation', [16, 19, 19, 20, 10]),
      jsBuiltinContinuation: type('JavaScriptBuiltinContinuation', [17, 20, 20, 21, 11]),
      jsBuiltinContinuationWithCatch: type('JavaScriptBuiltinContinuationWithCatch', [18, 21, 21, 22, 12]),
      internal: type('Internal', [19, 22, 22, 23, 13]),
      construct: type('Construct', [20, 23, 23, 24, 14]),
      fastConstruct: type('FastConstruct', [none, none, 24, 25, 15]),
      builtin: type('Builtin', [21, 24, 25, 26, 16]),
      builtinExit: type('BuiltinExit', [22, 25, 26, 27, 17]),
      apiCallbackExit: type('ApiCallbackExit', [none, none, 27, 28, 18]),
      apiConstructExit: type('ApiConstructExit', [none, none, none, none, 19]),
      apiNamedAccessorExit: type('ApiNamedAccessorExit', [none, none, none, 29, 20]),
      apiIndexedAccessorExit: type('ApiIndexedAccessorExit', [none, none, none, none, 21]),
      native: type('Native', [23, 26, 28, 30, 22]),
      irregexp: type('Irregexp', [none, 27, 29, 31, 23]),
      wasm: type('Wasm', [4, 4, 4, 4, 24]),
      wasmToJs: type('WasmToJs', [5, 5, 5, 5, 25]),
      jsToWasm: type('JsToWasm', [6, 7, 7, 7, 26]),
      wasmExit: type('WasmExit', [10, 11, 11, 11, 32]),
      cWasmEntry: type('CWasmEntry', [9, 10, 10, 10, 29]),
      wasmDebugBreak: type('WasmDebugBreak', [8, 9, 9, 9, 28]),
      wasmLiftoffSetup: type('WasmLiftoffSetup', [none, 12, 12, 12, 33]),
    },
  };
}

export type FrameLayout = ReturnType<typeof frameLayout>;
