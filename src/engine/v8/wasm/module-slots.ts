import { attemptOr } from '../../absence.ts';
import type { Tagged } from '../../address.ts';
import type { Property } from '../inspect.ts';
import type { HeapView } from '../objects/heap-view.ts';
import type { ListedObject } from '../objects/listing.ts';
import { dataProperty } from '../property.ts';
import type { NativeModule } from './native-module.ts';
import { nativeModuleOf } from './wasm-modules.ts';

/** What the debugger shows of a WebAssembly.Module (debug/debug-interface.cc, GetInternalProperties). */
export function wasmModuleSlots(view: HeapView, object: Tagged): Property[] {
  const module = attemptOr(undefined, () => moduleOf(view, object)?.binary);
  if (!module) return [];
  const { imports, exports } = module;
  return [
    listed('[[Exports]]', exports.length, (i) => ({ name: exports[i]!.name, kind: exports[i]!.kind })),
    listed('[[Imports]]', imports.length, (i) => ({ ...imports[i]! })),
  ];
}

function listed(name: string, length: number, texts: (index: number) => ListedObject['texts']): Property {
  const item = (index: number) => ({ kind: 'listed', texts: texts(index) }) as const;
  return dataProperty(name, { kind: 'listed', length, item }, { kind: 'internal' });
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
