import type { Architecture } from '../../unwind/registers.ts';
import type { Constants } from './constants.ts';
import { none } from './constants.ts';
import { translationFormat } from './translation-opcodes.ts';

/** How a source position table writes the code offset of an entry (codegen/source-position-table.cc). */
export type PositionEncoding = 'signed' | 'flags';

/**
 * Offsets of functions' shared parts, bytecode, machine code and deoptimization data, in bytes from the
 * untagged address. A field that the line does not have is NaN.
 */
export function codeLayout(c: Constants, { name }: Architecture) {
  const f = (name: string, table: Parameters<Constants['field']>[1]) => c.field(name, table);
  const t = (name: string, table: Parameters<Constants['field']>[1]) => c.table(name, table);
  const baseline = c.constant('v8dbg_CodeKindBaseline', [11, 11, 10, 10, 11]);
  return {
    shared: {
      /** Bytecode, builtin id (Smi), InterpreterData, UncompiledData, ... In 24+ only the trusted ones. */
      functionData: f('SharedFunctionInfo.function_data', 8),
      /** 24+: what is not trusted (builtin ids, asm data, ...); else NaN. */
      untrustedData: t('SharedFunctionInfo.untrusted_function_data', [none, none, none, 16, 16]),
      nameOrScopeInfo: f('SharedFunctionInfo.name_or_scope_info', [16, 16, 16, 24, 24]),
      outerScopeInfoOrFeedbackMetadata: f('SharedFunctionInfo.feedback_metadata', [24, 24, 24, 32, 32]),
      /** Script, or (up to 20) DebugInfo, whose SharedFunctionInfo and script are elsewhere. */
      script: f('SharedFunctionInfo.script', [32, 32, 32, 40, 40]),
      /** u16 */
      length: f('SharedFunctionInfo.length', [40, 40, 40, 48, 48]),
      /** u16, counts the receiver; 0xffff: not adapted. */
      formalParameterCount: f('SharedFunctionInfo.internal_formal_parameter_count', [42, 42, 42, 50, 50]),
      /** u16: bytes from the `function` token to the start position; 0xffff: look it up. */
      functionTokenOffset: f('SharedFunctionInfo.raw_function_token_offset', [44, 44, 44, 52, 52]),
      /** u32 */
      flags: f('SharedFunctionInfo.flags', [48, 48, 48, 56, 56]),
    },
    /** FunctionKind in SharedFunctionInfo.flags (objects/function-kind.h); ranges are inclusive. */
    functionKinds: {
      mask: t('SharedFunctionInfo.flags.function_kind_mask', 31),
      firstClassConstructor: t('FunctionKind.kBaseConstructor', 3),
      lastClassConstructor: t('FunctionKind.kDerivedConstructor', 6),
      arrow: t('FunctionKind.kArrowFunction', 11),
      asyncArrow: t('FunctionKind.kAsyncArrowFunction', 12),
      firstAsync: t('FunctionKind.kAsyncArrowFunction', 12),
      lastAsync: t('FunctionKind.kAsyncGeneratorFunction', 18),
      firstGenerator: t('FunctionKind.kAsyncConciseGeneratorMethod', 16),
      lastGenerator: t('FunctionKind.kStaticConciseGeneratorMethod', 21),
    },
    /** FunctionSyntaxKind in SharedFunctionInfo.flags. Wrapped: made by compileFunction around a script. */
    syntaxKinds: {
      shift: t('SharedFunctionInfo.flags.function_syntax_kind', 7),
      mask: 7,
      wrapped: t('FunctionSyntaxKind.kWrapped', 4),
    },
    /** Bit of SharedFunctionInfo.flags: `new Function`, named "anonymous". */
    anonymousFlag: 1 << t('SharedFunctionInfo.flags.name_should_print_as_anonymous', 25),
    interpreterData: { bytecodeArray: t('InterpreterData.bytecode_array', 8) },
    uncompiledData: {
      inferredName: f('UncompiledData.inferred_name', 8),
      /** i32 */
      start: f('UncompiledData.start_position', 16),
      /** i32 */
      end: f('UncompiledData.end_position', 20),
    },
    debugInfo: {
      shared: t('DebugInfo.shared', 8),
      script: t('DebugInfo.script', [none, none, none, none, none]),
    },
    script: {
      source: f('Script.source', 8),
      name: f('Script.name', 16),
      lineOffset: t('Script.line_offset', 24),
      columnOffset: t('Script.column_offset', 32),
      type: f('Script.type', 48),
      lineEnds: f('Script.line_ends', 56),
      id: t('Script.id', 64),
      evalFrom: f('Script.eval_from_shared_or_wrapped_arguments', 72),
      evalFromPosition: f('Script.eval_from_position', 80),
      flags: t('Script.flags', [96, 104, 104, 104, 104]),
      sourceUrl: t('Script.source_url', [104, 112, 112, 112, 112]),
      sourceMappingUrl: t('Script.source_mapping_url', [112, 120, 120, 120, 120]),
      sharedFunctionInfos: t('Script.shared_function_infos', 88),
    },
    bytecodeArray: {
      /** Smi */
      length: f('BytecodeArray.length', 8),
      wrapper: f('BytecodeArray.wrapper', [none, none, 16, 16, 16]),
      sourcePositions: t('BytecodeArray.source_position_table', [32, 32, 24, 24, 24]),
      handlerTable: t('BytecodeArray.handler_table', [24, 24, 32, 32, 32]),
      constantPool: t('BytecodeArray.constant_pool', [16, 16, 40, 40, 40]),
      /** i32, bytes; a register is 8. */
      frameSize: t('BytecodeArray.frame_size', [40, 40, 48, 48, 48]),
      /** Includes the receiver: i32 in bytes up to 22, u16 count in 24 and later. */
      parameters: t('BytecodeArray.parameter_size', [44, 44, 52, 52, 52]),
      parametersInBytes: t('BytecodeArray.parameter_size_in_bytes', [1, 1, 1, 0, 0]) === 1,
      /** Offset of the first bytecode; interpreter frames hold offset + data - 1. */
      data: f('BytecodeArray.data', [56, 54, 64, 64, 64]),
    },
    /** BytecodeWrapper, CodeWrapper, RegExpDataWrapper, SharedFunctionInfoWrapper: the wrapped object. */
    wrapper: { object: t('TrustedWrapper.object', 8) },
    code: {
      /** Where the fields stand: in 18 the instructions follow in the same object. */
      deoptimizationData: t('Code.deoptimization_data_or_interpreter_data', [16, 16, 8, 8, 8]),
      /** Baseline code: the bytecode offset table. */
      sourcePositions: t('Code.position_table', [24, 24, 16, 16, 16]),
      instructionStream: t('Code.instruction_stream', [none, 32, 32, 32, 32]),
      /** Pointer to the instructions; NaN where they follow inline. */
      instructionStart: t('Code.instruction_start', [none, 40, 40, 40, 40]),
      // Code::kHeaderSize, which is rounded up to kCodeAlignment.
      inlineInstructions: t('Code.inline_instructions', [name === 'x64' ? 128 : 96, none, none, none, none]),
      /** u32 */
      flags: t('Code.flags', [48, 48, 48, 52, 52]),
      /** u32 */
      instructionSize: t('Code.instruction_size', [40, 56, 52, 56, 56]),
      /** u32 */
      metadataSize: t('Code.metadata_size', [44, 60, 56, 60, 60]),
      builtinId: t('Code.builtin_id', [none, none, none, none, none]),
      kindMask: c.constant('v8dbg_CodeKindFieldMask', 15),
      kindBuiltin: t('CodeKind.BUILTIN', [2, 2, 2, 2, 3]),
      kindRegExp: t('CodeKind.REGEXP', [3, 3, 3, 3, 4]),
      kindBaseline: baseline,
      kindMaglev: t('CodeKind.MAGLEV', [none, 12, 11, 11, 12]),
      kindTurbofan: t('CodeKind.TURBOFAN', [13, 13, 12, 12, 13]),
    },
    /** Object that the instructions are in, from 20 on. */
    instructionStream: {
      code: t('InstructionStream.code', [none, 8, 8, 8, 8]),
      /** Offset of the first instruction from the object's start. */
      body: f('InstructionStream.instruction_start', [none, 16, 32, 32, 32]),
    },
    /** Element indices of DeoptimizationData (a FixedArray: elements from +16). */
    deopt: {
      translation: t('DeoptimizationData.FrameTranslation', 0),
      inlinedFunctionCount: c.constant('v8dbg_DeoptimizationDataInlinedFunctionCountIndex', 1),
      protectedLiterals: t('DeoptimizationData.ProtectedLiteralArray', [none, none, none, 2, 2]),
      literals: c.constant('v8dbg_DeoptimizationDataLiteralArrayIndex', [2, 2, 2, 3, 3]),
      osrOffset: t('DeoptimizationData.OsrBytecodeOffset', [3, 3, 3, 4, 4]),
      optimizationId: c.constant('v8dbg_DeoptimizationDataOptimizationIdIndex', [5, 5, 5, 6, 6]),
      /** From 24 on a wrapper (wrapper.object). */
      sharedFunctionInfo: t('DeoptimizationData.SharedFunctionInfo', [6, 6, 6, 7, 7]),
      inliningPositions: c.constant('v8dbg_DeoptimizationDataInliningPositionsIndex', [7, 7, 7, 8, 8]),
      exitStart: t('DeoptimizationData.DeoptExitStart', [8, 8, 8, 9, 9]),
      /** Bytes of one exit of an eager deoptimization: a call. */
      exitSize: t('Deoptimizer.kEagerDeoptExitSize', 4),
      eagerCount: t('DeoptimizationData.EagerDeoptCount', [9, 9, 9, 10, 10]),
      lazyCount: t('DeoptimizationData.LazyDeoptCount', [10, 10, 10, 11, 11]),
      firstEntry: t('DeoptimizationData.kFirstDeoptEntryIndex', [11, 11, 11, 12, 12]),
      entryWords: t('DeoptimizationData.kDeoptEntrySize', 3),
      /** Words of an entry: Smis. */
      bytecodeOffset: 0,
      translationIndex: 1,
      pc: 2,
    },
    /** Instructions of the deoptimizer's frame translations. */
    translations: translationFormat(c.line),
    /** Safepoint tables start with a count of stack slots (codegen/safepoint-table.h). */
    safepointStackSlots: t('SafepointTable.kStackSlotsOffset', [0, 0, 0, 1, 1]) === 1,
    /** 'signed': zig-zag, negative = no statement; 'flags': bit 0 statement, bit 1 breakable, delta >> 2. */
    positionEncoding: (c.table('SourcePositionTable.encoding', [0, 0, 0, 0, 1]) === 1
      ? 'flags'
      : 'signed') as PositionEncoding,
    dispatchTable: {
      /** JSDispatchHandle to entry index (sandbox/js-dispatch-table.h). */
      handleShift: t('kJSDispatchHandleShift', [none, none, none, 8, 8]),
      entrySize: t('kJSDispatchTableEntrySize', [none, none, none, 16, 16]),
      /** Second word of an entry: the Code's address above the parameter count. */
      objectShift: t('kObjectPointerShift', [none, none, none, 16, 16]),
    },
  };
}

export type CodeLayout = ReturnType<typeof codeLayout>;
