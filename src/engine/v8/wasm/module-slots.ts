import { attemptOr } from '../../absence.ts';
import type { Tagged } from '../../address.ts';
import type { Property } from '../inspect.ts';
import type { HeapView } from '../objects/heap-view.ts';
import { Listing } from '../objects/listing.ts';
import { dataProperty } from '../property.ts';
import type { NativeModule } from './native-module.ts';
import { nativeModuleOf } from './wasm-modules.ts';

/** Most imports or exports that are listed. */
const MOST = 10_000;

/** What the debugger shows of a WebAssembly.Module (debug/debug-interface.cc, GetInternalProperties). */
export function wasmModuleSlots(view: HeapView, object: Tagged): Property[] {
  const module = attemptOr(undefined, () => moduleOf(view, object)?.binary);
  if (!module) return [];
  const { imports, exports } = module;
  const list = (name: string, rows: readonly Readonly<Record<string, string>>[]) =>
    dataProperty(name, { kind: 'listed', listing: Listing.of(rows.slice(0, MOST)) }, { kind: 'internal' });
  return [
    list(
      '[[Exports]]',
      exports.map(({ name, kind }) => ({ name, kind })),
    ),
    list(
      '[[Imports]]',
      imports.map(({ module: from, name, kind }) => ({ module: from, name, kind })),
    ),
  ];
}

/** The module of a WasmModuleObject, which has a Managed behind its header and its Script last (wasm/wasm-objects.tq). */
function moduleOf(view: HeapView, object: Tagged): NativeModule | undefined {
  const { types } = view.layout;
  const { instanceSize } = view.map(object);
  const { nativeModule } = view.layout.wasm.moduleObject;
  if (instanceSize < nativeModule + 16 || !view.isType(view.tagged(object, nativeModule), types.FOREIGN))
    return undefined;
  const script = view.tagged(object, instanceSize - 8);
  if (!view.isType(script, types.SCRIPT)) return undefined;
  return nativeModuleOf(view.runtime, script);
}
