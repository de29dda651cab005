import { attemptOr } from '../../absence.ts';
import type { Tagged } from '../../address.ts';
import { sharedOf } from '../objects/functions.ts';
import type { HeapView } from '../objects/heap-view.ts';
import { sharedName, sharedScript } from '../objects/shared-function.ts';
import { nativeModuleOf } from './wasm-modules.ts';

/**
 * The text that the debugger has of a function that a WebAssembly module exports (debug/debug-interface.cc,
 * GetFunctionDescription); undefined for other functions.
 */
export function wasmFunctionText(view: HeapView, fn: Tagged): string | undefined {
  return attemptOr(undefined, () => {
    if (!view.isFunction(fn)) return undefined;
    const shared = sharedOf(view, fn);
    // To JavaScript its name is its index.
    const index = sharedName(view, shared);
    const script = /^\d{1,7}$/.test(index) ? sharedScript(view, shared) : undefined;
    const module = script === undefined ? undefined : nativeModuleOf(view.runtime, script);
    return module?.binary && `function ${module.functionName(Number(index))}() { [native code] }`;
  });
}
