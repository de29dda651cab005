import { attemptOr } from '../../absence.ts';
import { type Address, address, at, type Tagged } from '../../address.ts';
import type { FrameKind, Tier } from '../../contract.ts';
import type { ModuleMap } from '../../modules/module-map.ts';
import type { Machine } from '../../unwind/machine.ts';
import type { Isolate } from '../isolate.ts';
import { functionName } from '../objects/functions.ts';
import { HeapView } from '../objects/heap-view.ts';
import type { V8Runtime } from '../runtime.ts';
import { baselineBytecodeOffset } from './baseline-offset-table.ts';
import { readableBuiltinName } from './builtin-names.ts';
import { isInstructionStart } from './bytecode-length.ts';
import { type CodeObject, codeField, isOfFunction } from './code-object.ts';
import { type CodeSite, CodeSites } from './code-site.ts';
import { DeoptimizationData } from './deoptimization-data.ts';
import { byteArray, isFunction, isHeapObject, isSmi, ofType, smiValue } from './heap-object.ts';
import type { JsFrame, WasmFrame } from './js-frame.ts';
import {
  BuiltinJsFrame,
  bytecodesOf,
  EntryFrame,
  type PhysicalFrame,
  UnoptimizedFrame,
} from './js-frames.ts';
import { framesByPosition } from './optimized-frame.ts';
import { ScriptLines } from './script-lines.ts';
import {
  builtinIdOf,
  bytecodeArrayIn,
  bytecodeOf,
  debugName,
  scriptOf,
  sharedOf,
  urlOf,
} from './shared-function-info.ts';
import { framesAhead, framesByTranslation } from './translated-frame.ts';

/** A frame of V8's code, as far as V8 knows it. */
export interface V8Frame {
  readonly kind: FrameKind;
  readonly functionName: string | undefined;
  readonly js: JsFrame | undefined;
  readonly wasm?: WasmFrame | undefined;
}

/** Where a frame stands. */
export interface FramePlace {
  readonly pc: Address;
  readonly fp: Address;
  /** The pc is of the next instruction, not a return address. */
  readonly exact: boolean;
  /** The interpreter's own registers, where the thread stopped in a bytecode handler. */
  readonly interpreter: { readonly bytecodeArray: bigint; readonly bytecodeOffset: bigint } | undefined;
  /** The thread as it stood, to run on from; where it stopped in this frame. */
  readonly machine: (() => Machine) | undefined;
}

/** Where a function stands that has not begun yet. */
export interface EntryPlace {
  /** The caller's stack pointer: what it pushed last is there. */
  readonly callerSp: Address;
  /** What the register of the callee holds. */
  readonly callee: Tagged;
  /** What the register of the argument count holds; it counts the receiver. */
  readonly argumentCount: number;
}

/** Builtins that run the interpreter's loop: their frames are those of interpreted functions. */
const INTERPRETER =
  /^(InterpreterEntryTrampoline|InterpreterEnterAt|InterpreterPushArgs|BaselineOrInterpreterEnter|InterpreterOnStackReplacement)/;
const HANDLER = /Handler$/;
/** Name of the code that a regular expression was compiled to. */
export const REGEXP_CODE = 'RegExp code';
const BASELINE = /^Baseline/;

/** True for the interpreter's entry, and for a function's own copy of it. */
function isInterpreter(site: CodeSite): boolean {
  if (site.kind === 'code') return site.code.kind === 'interpreter';
  return site.kind === 'builtin' && INTERPRETER.test(site.builtin.name);
}

/** Describes the frames of code that V8 made: which function of which tier, where, with what values. */
export class V8Frames {
  readonly #runtime: V8Runtime;
  readonly #lines: ScriptLines;
  readonly #names = new Map<Tagged, string | undefined>();
  readonly #views = new Map<Isolate, HeapView>();
  readonly sites: CodeSites;

  constructor(runtime: V8Runtime, modules: ModuleMap) {
    this.#runtime = runtime;
    this.#lines = new ScriptLines(runtime);
    this.sites = new CodeSites(runtime, modules);
  }

  /** The frames at a place in V8's code, innermost (inlined) first; at least one. */
  describe(isolate: Isolate, site: CodeSite, place: FramePlace): readonly V8Frame[] {
    const marker = this.#marker(place.fp);
    if (marker === undefined) return [this.#internal(site)];
    if (isHeapObject(marker)) return this.#standard(isolate, site, place) ?? [this.#lost(site)];
    const type = marker / 2;
    const { types } = this.#runtime.layout.frames;
    if (type === types.builtinExit) return [this.#builtinExit(isolate, place) ?? this.#internal(site)];
    if (type === types.wasm) return this.#wasm(site, place.exact);
    const functionName = nameOf(site) ?? this.#nameOfWrapper(type);
    return [{ kind: 'internal', functionName, js: undefined }];
  }

  /** What V8's profiler calls the code between WebAssembly and JavaScript, which has no name in the dump. */
  #nameOfWrapper(type: number): string | undefined {
    const { types } = this.#runtime.layout.frames;
    if (type === types.wasmToJs) return 'wasm-to-js';
    return type === types.jsToWasm ? 'js-to-wasm' : undefined;
  }

  /**
   * The code that a frame runs; undefined if it is not V8's. WebAssembly has no Code objects: it is known by
   * the type in its frames. For a return address `pc` is one less.
   */
  siteAt(isolate: Isolate, pc: Address, fp: Address): CodeSite | undefined {
    const site = this.sites.at(pc, isolate);
    if (site || !this.sites.isMadeCode(pc)) return site;
    const marker = this.#marker(fp);
    const { types } = this.#runtime.layout.frames;
    const known = [types.wasm, types.wasmToJs, types.jsToWasm, types.wasmExit, types.wasmLiftoffSetup];
    return marker !== undefined && known.includes(marker / 2) ? { kind: 'unknown' } : undefined;
  }

  /**
   * True if the frame at `fp` can be that of the code at `site`: JavaScript's frames name their function, those
   * of stubs have a type marker.
   */
  ownsFrame(site: CodeSite, fp: Address): boolean {
    const { memory, layout } = this.#runtime;
    const marker = this.#marker(fp);
    if (marker === undefined || site.kind === 'unknown') return false;
    if (site.kind === 'wasm') return marker / 2 === layout.frames.types.wasm;
    if (!isHeapObject(marker)) return site.kind === 'builtin';
    const fn = attemptOr(Number.NaN as Tagged, () => memory.tagged(at(fp, layout.frames.function)));
    if (!isFunction(this.#runtime, fn)) return false;
    const shared = attemptOr(Number.NaN as Tagged, () => sharedOf(this.#runtime, fn));
    if (site.kind === 'code' && site.code.kind === 'baseline') {
      const array = attemptOr(undefined, () => memory.tagged(at(fp, layout.frames.bytecodeArray)));
      return array !== undefined && array === this.#bytecodeOfBaseline(site.code);
    }
    if (isInterpreter(site)) return scriptOf(this.#runtime, shared) !== undefined;
    if (site.kind === 'code')
      return DeoptimizationData.of(this.#runtime, site.code)?.sharedFunctionInfo === shared;
    const { id, name } = site.builtin;
    // Handlers without a frame of their own run in the interpreter's.
    if (HANDLER.test(name)) return scriptOf(this.#runtime, shared) !== undefined;
    return id >= 0 && builtinIdOf(this.#runtime, shared) === id;
  }

  #bytecodeOfBaseline(code: CodeObject): Tagged | undefined {
    return attemptOr(undefined, () =>
      bytecodeArrayIn(this.#runtime, codeField(this.#runtime, code, 'deoptimizationData')),
    );
  }

  /** A JavaScript function at its very start: the callee is in a register, its arguments are on the stack. */
  describeEntry(isolate: Isolate, site: CodeSite, entry: EntryPlace): V8Frame | undefined {
    if (site.kind === 'unknown' || site.kind === 'wasm') return undefined;
    const fn = entry.callee;
    if (!isFunction(this.#runtime, fn)) return undefined;
    let tier: Tier;
    if (isInterpreter(site)) tier = 'interpreted';
    else if (site.kind === 'code' && isOfFunction(site.code.kind)) tier = site.code.kind;
    else return undefined;
    const fp = at(entry.callerSp, -this.#runtime.layout.frames.callerSp);
    const frame = { runtime: this.#runtime, isolate, lines: this.#lines, fp };
    return attemptOr(undefined, () => this.#jsFrame(new EntryFrame(frame, fn, tier, entry.argumentCount)));
  }

  /** Code without a frame of its own. */
  describeCode(site: CodeSite): V8Frame {
    return site.kind === 'wasm' ? this.#wasm(site, true).at(-1)! : this.#internal(site);
  }

  /** Name of a function by its SharedFunctionInfo; '' if it is anonymous, undefined if it cannot be read. */
  nameOf(shared: Tagged): string | undefined {
    if (!this.#names.has(shared)) this.#names.set(shared, debugName(this.#runtime, shared));
    return this.#names.get(shared);
  }

  /** The word that tells a frame's type: a context, or a marker (a small even number). */
  #marker(fp: Address): Tagged | undefined {
    const { memory, layout } = this.#runtime;
    const slot = at(fp, layout.frames.contextOrType);
    if (!memory.has(slot, 8)) return undefined;
    const word = memory.u64(slot);
    return word % 2n === 0n ? (Number(word) as Tagged) : memory.tagged(slot);
  }

  /** Frames with a context and a function: those of JavaScript functions. */
  #standard(isolate: Isolate, site: CodeSite, place: FramePlace): readonly V8Frame[] | undefined {
    const { memory, layout } = this.#runtime;
    const slot = at(place.fp, layout.frames.function);
    const fn = memory.has(slot, 8) ? memory.tagged(slot) : (Number.NaN as Tagged);
    if (!isFunction(this.#runtime, fn)) return undefined;
    const frame = { runtime: this.#runtime, isolate, lines: this.#lines, fp: place.fp };
    if (isInterpreter(site)) return this.#interpreted(frame, fn, place);
    if (site.kind === 'builtin') return this.#inBuiltin(frame, fn, site, place);
    if (site.kind !== 'code') return undefined;
    const { code, offset } = site;
    if (code.kind === 'baseline')
      return this.#unoptimized(frame, fn, 'baseline', this.#baselineOffset(code, offset));
    if (!isOfFunction(code.kind)) return undefined;
    // Return addresses were looked up one byte before.
    const codeOffset = place.exact ? offset : offset + 1;
    const translated = place.exact
      ? this.#ahead(frame, code, code.kind, fn, place)
      : framesByTranslation(frame, code, code.kind, fn, codeOffset);
    const frames = translated ?? framesByPosition(frame, code, code.kind, fn, codeOffset, place.exact);
    return frames.length === 0 ? undefined : frames.map((js) => this.#jsFrame(js));
  }

  #ahead(frame: PhysicalFrame, code: CodeObject, tier: Tier, fn: Tagged, { machine }: FramePlace) {
    return machine && framesAhead(frame, code, tier, fn, machine);
  }

  #inBuiltin(
    frame: PhysicalFrame,
    fn: Tagged,
    site: CodeSite & { kind: 'builtin' },
    place: FramePlace,
  ): readonly V8Frame[] | undefined {
    const { name } = site.builtin;
    if (HANDLER.test(name)) return this.#interpreted(frame, fn, place);
    if (BASELINE.test(name)) return this.#unoptimized(frame, fn, 'baseline', () => undefined);
    const js = attemptOr(undefined, () => new BuiltinJsFrame(frame, fn));
    if (!js || scriptOf(this.#runtime, js.sharedFunctionInfo) !== undefined) return undefined;
    const own = this.nameOf(js.sharedFunctionInfo);
    // Without a name they are closures of V8's own (of await, of promises): stack traces leave them out.
    if (own === '') return undefined;
    return [{ kind: 'builtin', functionName: readableBuiltinName(name, own ?? ''), js }];
  }

  #interpreted(frame: PhysicalFrame, fn: Tagged, place: FramePlace): readonly V8Frame[] | undefined {
    return this.#unoptimized(frame, fn, 'interpreted', (array) =>
      this.#interpretedOffset(array, frame.fp, place),
    );
  }

  #unoptimized(
    frame: PhysicalFrame,
    fn: Tagged,
    tier: Tier,
    offsetIn: (bytecodeArray: Tagged) => number | undefined,
  ): readonly V8Frame[] | undefined {
    return attemptOr(undefined, () => {
      const array = this.#bytecodeArrayOf(frame, fn);
      if (array === undefined) return undefined;
      return [this.#jsFrame(new UnoptimizedFrame(frame, fn, tier, array, offsetIn(array)))];
    });
  }

  /** The BytecodeArray that the frame runs: the frame's own, since a debugger may have given the function another. */
  #bytecodeArrayOf(frame: PhysicalFrame, fn: Tagged): Tagged | undefined {
    const { memory, layout } = this.#runtime;
    const word = memory.tagged(at(frame.fp, layout.frames.bytecodeArray));
    const own = ofType(this.#runtime, word, layout.types.BYTECODE_ARRAY);
    if (own !== undefined) return own;
    const shared = memory.tagged(address(fn - 1 + layout.objects.function.shared));
    return bytecodeOf(this.#runtime, shared);
  }

  /** Bytecode offset of an interpreted frame; undefined if the frame does not hold a sound one. */
  #interpretedOffset(array: Tagged, fp: Address, place: FramePlace): number | undefined {
    const { memory, layout, bytecodeSizes } = this.#runtime;
    const bias = layout.code.bytecodeArray.data - 1;
    const { interpreter } = place;
    if (interpreter && interpreter.bytecodeArray === BigInt(array)) {
      const live = Number(interpreter.bytecodeOffset) - bias;
      if (isInstructionStart(bytecodesOf(this.#runtime, array), live, bytecodeSizes)) return live;
    }
    const word = memory.tagged(at(fp, layout.frames.bytecodeOffset));
    if (!isSmi(word)) return undefined;
    const offset = smiValue(word) - bias;
    const length = smiValue(memory.tagged(address(array - 1 + layout.code.bytecodeArray.length)));
    return offset >= -1 && offset < length ? offset : undefined;
  }

  #baselineOffset(code: CodeObject, offset: number): (array: Tagged) => number | undefined {
    return (array) => {
      const table = byteArray(this.#runtime, codeField(this.#runtime, code, 'sourcePositions'));
      const { bytecodeSizes } = this.#runtime;
      // The byte at `offset` is the last of the call that returns, or the first of what is to run.
      return (
        table && baselineBytecodeOffset(table, bytecodesOf(this.#runtime, array), bytecodeSizes, offset + 1)
      );
    };
  }

  /** A builtin of C++ (JSON.parse, …): its function stands among the arguments of the exit frame. */
  #builtinExit(isolate: Isolate, place: FramePlace): V8Frame | undefined {
    const { memory, layout } = this.#runtime;
    const target = at(place.fp, layout.frames.callerSp + 8);
    const fn = memory.has(target, 8) ? memory.tagged(target) : (Number.NaN as Tagged);
    if (!isFunction(this.#runtime, fn)) return undefined;
    const frame = { runtime: this.#runtime, isolate, lines: this.#lines, fp: place.fp };
    return attemptOr<V8Frame | undefined>(undefined, () => {
      const js = new BuiltinJsFrame(frame, fn);
      return { kind: 'builtin', functionName: this.#builtinNameOf(js.sharedFunctionInfo), js };
    });
  }

  #jsFrame(js: JsFrame): V8Frame {
    if (js.tier === undefined) return this.#inlinedBuiltin(js);
    return { kind: 'js', functionName: this.#functionName(js), js };
  }

  /** JSFunction::GetDebugName: a `name` of its own comes first. */
  #functionName(js: JsFrame): string | undefined {
    const fn = js.function;
    if (fn === undefined) return this.nameOf(js.sharedFunctionInfo);
    let name = this.#names.get(fn);
    if (name === undefined) {
      let view = this.#views.get(js.isolate);
      if (view === undefined) {
        view = new HeapView(js.isolate);
        this.#views.set(js.isolate, view);
      }
      const heap = view;
      name =
        attemptOr(undefined, () => functionName(heap, fn)) ??
        (this.nameOf(js.sharedFunctionInfo) || '<unreadable>');
      this.#names.set(fn, name);
    }
    return name;
  }

  #inlinedBuiltin(js: JsFrame): V8Frame {
    return { kind: 'builtin', functionName: this.#builtinNameOf(js.sharedFunctionInfo), js };
  }

  #builtinNameOf(shared: Tagged): string {
    const name = this.nameOf(shared) ?? '';
    const id = builtinIdOf(this.#runtime, shared);
    const builtin = id === undefined ? undefined : this.#runtime.builtins.byId[id];
    return builtin ? readableBuiltinName(builtin.name, name) : name;
  }

  #wasm(site: CodeSite, exact: boolean): readonly V8Frame[] {
    if (site.kind !== 'wasm') return [{ kind: 'wasm', functionName: undefined, js: undefined }];
    const { module, code } = site.wasm;
    if (code.index < 0) return [this.#internal(site)];
    const url = attemptOr(undefined, () => urlOf(this.#runtime, module.script));
    // Return addresses were looked up one byte before.
    const offset = exact ? site.offset : site.offset + 1;
    const places = module.native.placesAt(code, offset, exact);
    return places.map(({ index, name, offset }, i) => ({
      kind: 'wasm',
      functionName: name,
      js: undefined,
      wasm: { index, offset, url, inlined: i < places.length - 1 },
    }));
  }

  /** A frame of a function that cannot be read. */
  #lost(site: CodeSite): V8Frame {
    const isJs =
      site.kind === 'code'
        ? isOfFunction(site.code.kind)
        : site.kind === 'builtin' &&
          (INTERPRETER.test(site.builtin.name) || BASELINE.test(site.builtin.name));
    return { ...this.#internal(site), ...(isJs && { functionName: '<unreadable JavaScript function>' }) };
  }

  #internal(site: CodeSite): V8Frame {
    return { kind: 'internal', functionName: nameOf(site), js: undefined };
  }
}

function nameOf(site: CodeSite): string | undefined {
  if (site.kind === 'code') return site.code.kind === 'regexp' ? REGEXP_CODE : undefined;
  return site.kind === 'builtin' ? site.builtin.name : undefined;
}
