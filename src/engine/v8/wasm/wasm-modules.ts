import { attemptOr } from '../../absence.ts';
import { type Address, at, type Tagged } from '../../address.ts';
import { field, isSmi, smiValue, untag } from '../frames/heap-object.ts';
import type { Isolate } from '../isolate.ts';
import type { V8Runtime } from '../runtime.ts';
import { scriptWords } from '../scripts.ts';
import { NativeModule, type WasmCode } from './native-module.ts';

/** A module of WebAssembly as an isolate has it. */
export interface WasmModule {
  readonly script: Tagged;
  readonly native: NativeModule;
}

export interface WasmSite {
  readonly module: WasmModule;
  readonly code: WasmCode;
}

/** The WebAssembly modules of isolates, by their scripts. */
export class WasmModules {
  readonly #runtime: V8Runtime;
  readonly #modules = new Map<Isolate, readonly WasmModule[]>();

  constructor(runtime: V8Runtime) {
    this.#runtime = runtime;
  }

  /** The WebAssembly code that has `pc`; undefined if it is in none of the isolate's modules. */
  at(pc: Address, isolate: Isolate): WasmSite | undefined {
    for (const module of this.#of(isolate)) {
      const code = module.native.codeAt(pc);
      if (code) return { module, code };
    }
    return undefined;
  }

  #of(isolate: Isolate): readonly WasmModule[] {
    let modules = this.#modules.get(isolate);
    if (!modules) {
      modules = scriptWords(isolate).flatMap((script) => {
        const native = nativeModuleOf(this.#runtime, script);
        return native === undefined ? [] : [{ script, native }];
      });
      this.#modules.set(isolate, modules);
    }
    return modules;
  }
}

const known = new WeakMap<V8Runtime, Map<Tagged, NativeModule | undefined>>();

/** The module of a script, which is one object for all that ask; undefined if it is of JavaScript, or cannot be read. */
export function nativeModuleOf(runtime: V8Runtime, script: Tagged): NativeModule | undefined {
  const modules = known.get(runtime) ?? new Map<Tagged, NativeModule | undefined>();
  known.set(runtime, modules);
  if (!modules.has(script)) modules.set(script, findModule(runtime, script));
  return modules.get(script);
}

function findModule(runtime: V8Runtime, script: Tagged): NativeModule | undefined {
  const { memory, layout } = runtime;
  const { script: o, foreignAddress, sharedPointer } = layout.wasm;
  return attemptOr(undefined, () => {
    const type = field(runtime, script, layout.code.script.type);
    if (!isSmi(type) || smiValue(type) !== o.type) return undefined;
    const managed = field(runtime, script, o.nativeModule);
    const destructor = memory.pointer(at(untag(managed), foreignAddress));
    return new NativeModule(runtime, memory.pointer(memory.pointer(at(destructor, sharedPointer))));
  });
}
