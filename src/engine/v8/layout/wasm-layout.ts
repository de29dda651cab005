import type { Architecture } from '../../unwind/registers.ts';
import { type Constants, none } from './constants.ts';

/** Nodes of std::map<Address, std::unique_ptr<WasmCode>>; and where the vector behind the map is, from its header node on. */
const CODE_MAP = { isPointer: false, parent: 8, left: 16, right: 24, key: 32, value: 40, newCode: 40 };
/** Of Microsoft's C++ library, whose map is a pointer to the header node and a count: from the former on. */
const CODE_MAP_ON_WINDOWS: typeof CODE_MAP = {
  isPointer: true,
  left: 0,
  parent: 8,
  right: 16,
  key: 32,
  value: 40,
  newCode: 16,
};

/**
 * C++ structures of WebAssembly (wasm/wasm-code-manager.h, objects/managed.h), in bytes from their start. The
 * places of members inside of a NativeModule are not here: they are found by what they must look like.
 */
export function wasmLayout(c: Constants, { convention }: Architecture) {
  const t = (name: string, table: Parameters<Constants['table']>[1]) => c.table(name, table);
  return {
    script: {
      /** Script::Type of WebAssembly scripts, in Script.type. */
      type: t('Script.Type.kWasm', 3),
      /** A Managed<NativeModule>. */
      nativeModule: c.field('Script.wasm_managed_native_module', 80),
    },
    /** Managed is a Foreign whose address is a ManagedPtrDestructor, which has the address of a shared_ptr. */
    foreignAddress: t('Foreign.foreign_address', 8),
    sharedPointer: t('ManagedPtrDestructor.shared_ptr_ptr', 24),
    /** How far into a NativeModule its members are looked for. */
    nativeModuleSize: 0x500,
    codeMap: convention === 'microsoft' ? CODE_MAP_ON_WINDOWS : CODE_MAP,
    code: {
      nativeModule: t('WasmCode.native_module', 0),
      instructions: t('WasmCode.instructions', 8),
      /** Protected instructions, relocations, source positions and inlining positions, one behind the other. */
      metadata: t('WasmCode.meta_data', [24, 16, 16, 24, 24]),
      /** All sizes: u32, bytes. */
      instructionsSize: t('WasmCode.instructions_size', [32, 24, 24, 32, 32]),
      relocationSize: t('WasmCode.reloc_info_size', [36, 28, 28, 36, 36]),
      sourcePositionsSize: t('WasmCode.source_positions_size', [40, 32, 32, 40, 40]),
      inliningPositionsSize: t('WasmCode.inlining_positions_size', [none, 36, 36, 44, 44]),
      protectedSize: t('WasmCode.protected_instructions_size', [44, 40, 40, 52, 52]),
      /** i32; negative for code that is no function (jump tables, wrappers). */
      index: t('WasmCode.index', [48, 44, 44, 56, 56]),
    },
    moduleObject: { nativeModule: t('WasmModuleObject.managed_native_module', 24) },
    /** WasmInliningPosition, packed: i32 function index, u8 whether it was a tail call, u64 position of the call. */
    inliningPosition: { size: t('WasmInliningPosition.size', [none, none, 13, 13, 13]), caller: 5 },
  };
}

export type WasmLayout = ReturnType<typeof wasmLayout>;
