import { type Address, address } from '../../address.ts';
import type { ModuleMap } from '../../modules/module-map.ts';
import type { Builtin } from '../builtins.ts';
import type { Isolate } from '../isolate.ts';
import type { V8Runtime } from '../runtime.ts';
import { WasmModules, type WasmSite } from '../wasm/wasm-modules.ts';
import { type CodeObject, CodeObjects } from './code-object.ts';

/** What a pc that runs code of V8's own compilers belongs to. */
export type CodeSite =
  | { readonly kind: 'builtin'; readonly builtin: Builtin; readonly offset: number }
  | { readonly kind: 'code'; readonly code: CodeObject; readonly offset: number }
  | { readonly kind: 'wasm'; readonly wasm: WasmSite; readonly offset: number }
  /** Executable memory of no file, with no Code object: wrappers of WebAssembly, or lost metadata. */
  | { readonly kind: 'unknown' };

const RESUMES = /^(Interpreter|BaselineOrInterpreter)EnterAt/;

/** Tells V8's code from that of C++ compilers. */
export class CodeSites {
  readonly #runtime: V8Runtime;
  readonly #modules: ModuleMap;
  readonly #objects: CodeObjects;
  readonly #wasm: WasmModules;

  constructor(runtime: V8Runtime, modules: ModuleMap) {
    this.#runtime = runtime;
    this.#modules = modules;
    this.#objects = new CodeObjects(runtime);
    this.#wasm = new WasmModules(runtime);
  }

  /** Undefined if `pc` is not in code of V8's. For a return address look up `pc - 1`. */
  at(pc: Address, isolate: Isolate): CodeSite | undefined {
    const builtin = this.#resumption(pc, isolate) ?? isolate.builtinAt(pc);
    if (builtin) return { kind: 'builtin', builtin, offset: this.#offsetIn(builtin, pc, isolate) };
    if (!this.isMadeCode(pc)) return undefined;
    const wasm = this.#wasm.at(pc, isolate);
    if (wasm) return { kind: 'wasm', wasm, offset: pc - wasm.code.start };
    const code = this.#objects.at(pc, isolate);
    if (code) return { kind: 'code', code, offset: pc - code.start };
    return undefined;
  }

  /** True for executable memory of no file: code that was made at run time. */
  isMadeCode(pc: Address): boolean {
    const region = this.#runtime.memory.regionAt(pc);
    return region !== undefined && (region.flags & 1) !== 0 && this.#modules.at(pc) === undefined;
  }

  /**
   * The deoptimizer turns an optimized frame into interpreted ones, whose return addresses are the very start
   * of the builtin that resumes them (deoptimizer/deoptimizer.cc: DoComputeUnoptimizedFrame).
   */
  #resumption(pc: Address, isolate: Isolate): Builtin | undefined {
    const builtin = isolate.builtinAt(address(pc + 1));
    return builtin && RESUMES.test(builtin.name) && this.#offsetIn(builtin, address(pc + 1), isolate) === 0
      ? builtin
      : undefined;
  }

  #offsetIn(builtin: Builtin, pc: Address, isolate: Isolate): number {
    const inPlace = pc - builtin.start;
    if (inPlace >= 0 && inPlace < builtin.size) return inPlace;
    const copied = pc - isolate.builtinsDelta - builtin.start;
    if (copied >= 0 && copied < builtin.size) return copied;
    const link = this.#runtime.module.linkAddressOf(pc);
    return link === undefined ? 0 : address(link + this.#runtime.module.bias) - builtin.start;
  }
}
