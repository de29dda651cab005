import type { Constants } from './constants.ts';
import { none } from './constants.ts';

/** What the sizes of heap objects depend on beyond the offsets of their fields. */
export function sizeLayout(c: Constants) {
  return {
    feedbackVectorHeader: c.table('FeedbackVector.kHeaderSize', [48, 56, 56, 48, 48]),
    /** FeedbackMetadata ends with a 16-bit number per closure. */
    metadataHasClosures: c.table('FeedbackMetadata.closures', [0, 0, 0, 1, 1]) === 1,
    /** Bytes of a Smi between length and elements of ObjectBoilerplateDescription. */
    extraWord: 8 * c.table('ObjectBoilerplateDescription.extra_words', [0, 0, 1, 1, 1]),
    /** ScriptContextTable: length and names_to_context_index, behind the capacity (objects/contexts.h). */
    scriptContextTableExtra: c.table('ScriptContextTable.extra', [0, 0, 16, 16, 16]),
    /** NativeContext ends with a pointer to its microtask queue. */
    nativeContextExtra: c.table('NativeContext.microtask_queue.size', 8),
    /** RegExpMatchInfo: number of captures, subject and input, behind the capacity (objects/regexp-match-info.h). */
    regExpMatchInfoExtra: c.table('RegExpMatchInfo.extra', 24),
    /** WasmTypeInfo (wasm/wasm-objects.tq): where the number of supertypes stands, and where they begin. */
    wasmTypeInfo: {
      length: c.table('WasmTypeInfo.supertypes_length', [none, none, 32, 16, 16]),
      data: c.table('WasmTypeInfo.supertypes', [none, none, 40, 24, 24]),
    },
    /** WasmDispatchTable and WasmDispatchTableForImports (wasm/wasm-objects.h). */
    wasmDispatchTable: {
      capacity: c.table('WasmDispatchTable.capacity', 12),
      data: c.table('WasmDispatchTable.kEntriesOffset', [none, none, 16, 40, 40]),
      entry: c.table('WasmDispatchTable.kEntrySize', [none, none, 24, 24, 16]),
    },
    wasmDispatchTableForImports: {
      length: c.table('WasmDispatchTableForImports.length', 8),
      data: c.table('WasmDispatchTableForImports.kEntriesOffset', 24),
      entry: c.table('WasmDispatchTableForImports.kEntrySize', 16),
    },
  };
}

export type SizeLayout = ReturnType<typeof sizeLayout>;
