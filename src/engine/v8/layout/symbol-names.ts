import type { Module } from '../../modules/module.ts';

/** Mangled names of the symbols by which V8 and Node are known in an executable. */
export const symbolNames = {
  smiTag: 'v8dbg_SmiTag',
  rootNames: '_ZN2v88internal10RootsTable11root_names_E',
  referenceNames: '_ZN2v88internal22ExternalReferenceTable9ref_name_E',
  bytecodeSizes: '_ZN2v88internal11interpreter9Bytecodes14kBytecodeSizesE',
  versionString: '_ZN2v88internal7Version15version_string_E',
  nodeMetadata: '_ZN4node11per_process8metadataE',
  electronFuse: '_ZN8electron11fuses14IsRunAsNodeEnabledEv',
  currentIsolate: '_ZN2v88internal18g_current_isolate_E',
  isolateKey: '_ZN2v88internal7Isolate12isolate_key_E',
  abortWithReason: '_ZN2v88internal17abort_with_reasonEi',
  builtinMetadata: '_ZN2v88internal12_GLOBAL__N_116builtin_metadataE',
  /** The same from compilers that mark internal linkage. */
  localBuiltinMetadata: '_ZN2v88internal12_GLOBAL__N_1L16builtin_metadataE',
  buildEmbedderGraph: '_ZN4node11Environment18BuildEmbedderGraphEPN2v87IsolateEPNS1_13EmbedderGraphEPv',
  /** v8::V8::GetVersion() as Windows' compilers mangle it: all else there is not exported. */
  windowsGetVersion: '?GetVersion@V8@v8@@SAPEBDXZ',
  microtaskQueue: '_ZTVN2v88internal14MicrotaskQueueE',
} as const;

export const symbolPrefixes = { debug: 'v8dbg_', nodeDebug: 'nodedbg_', builtins: 'Builtins_' } as const;

/** Looks for all of them at once: every later search by name is answered from that. */
export function prepareSymbols(module: Module): void {
  module.symbols?.prepare(Object.values(symbolNames), Object.values(symbolPrefixes));
}
