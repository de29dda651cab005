import { attemptOr } from '../absence.ts';
import { type Address, address, at } from '../address.ts';
import type { CoreDump, CoreThread } from '../dump/core-dump.ts';
import { DayAfterError } from '../errors.ts';
import type { Memory } from '../memory/memory.ts';
import type { Module } from '../modules/module.ts';
import { architectureOf } from '../unwind/architectures.ts';
import { builtinEntries } from './builtin-entries.ts';
import { type Builtin, BuiltinTable } from './builtins.ts';
import { Isolate, isIsolate } from './isolate.ts';
import { isolateByStack, isolateOfThread, isolatesByStorage, scanForIsolates } from './isolate-search.ts';
import { Layout } from './layout/layout.ts';
import { supplyTables } from './layout/stripped-tables.ts';
import { prepareSymbols, symbolNames } from './layout/symbol-names.ts';

/**
 * V8 inside of one dumped process: what the executable tells about it, and its isolates.
 *
 *     module (v8dbg_*, tables) ──→ Layout ──→ Isolate per thread ──→ objects, frames
 */
export class V8Runtime {
  /** The module that holds V8: the executable, or a shared libnode. */
  readonly module: Module;
  readonly memory: Memory;
  readonly core: CoreDump;
  readonly layout: Layout;
  /** Names of the roots by index. */
  readonly rootNames: readonly string[];
  readonly #rootIndex: ReadonlyMap<string, number>;
  #referenceNames: readonly string[] | undefined;
  #referenceIndex: ReadonlyMap<string, number> | undefined;
  #builtins: BuiltinTable | undefined;
  #bytecodeSizes: readonly Uint8Array[] | undefined;
  #isolates: readonly Isolate[] | undefined;

  /**
   * Finds V8 among the modules. Throws NOT_NODE, EXECUTABLE_NOT_FOUND, EXECUTABLE_MISMATCH,
   * UNSUPPORTED_NODE_VERSION or UNSUPPORTED_BUILD.
   */
  static open(modules: readonly Module[], memory: Memory, core: CoreDump): V8Runtime {
    return new V8Runtime(findV8(modules, core), memory, core);
  }

  private constructor(module: Module, memory: Memory, core: CoreDump) {
    this.module = module;
    this.memory = memory;
    this.core = core;
    this.layout = Layout.of(module, memory, architectureOf(core));
    refuseOtherBuilds(module, this.layout);
    supplyTables(module, memory, this.layout);
    this.rootNames = nameTable(module, memory, symbolNames.rootNames);
    this.#rootIndex = indexOf(this.rootNames);
  }

  /** "22.23.3", or undefined. */
  get nodeVersion(): string | undefined {
    return this.layout.versions.node;
  }

  get v8Version(): string | undefined {
    return this.layout.versions.v8;
  }

  /**
   * Isolates, the main thread's first. They are found through the threads; only if no thread has one,
   * by a search of memory. Empty if V8 was not running.
   */
  get isolates(): readonly Isolate[] {
    this.#isolates ??= this.#findIsolates();
    return this.#isolates;
  }

  /** The isolate that a thread has entered. */
  isolateOf(tid: number): Isolate | undefined {
    return this.isolates.find((i) => i.thread === tid);
  }

  /** Names of external references by index; the addresses are per isolate. */
  get referenceNames(): readonly string[] {
    this.#referenceNames ??= nameTable(this.module, this.memory, symbolNames.referenceNames);
    return this.#referenceNames;
  }

  /** Index of the external reference of that name, or -1. */
  referenceIndex(name: string): number {
    this.#referenceIndex ??= indexOf(this.referenceNames);
    return this.#referenceIndex.get(name) ?? -1;
  }

  /** Index of a root, or -1. */
  rootIndex(name: string): number {
    return this.#rootIndex.get(name) ?? -1;
  }

  get builtins(): BuiltinTable {
    this.#builtins ??= new BuiltinTable(this.module, this.memory, (count) => {
      const first = this.isolates[0];
      return first && builtinEntries(this.module, this.memory, first.references, count);
    });
    return this.#builtins;
  }

  /**
   * The builtin that covers `pc`: in the executable's own image, in a second mapping of the same file
   * pages, or in a copy of any isolate (short builtin calls).
   */
  builtinAt(pc: Address): Builtin | undefined {
    const inPlace = this.builtins.at(pc);
    if (inPlace) return inPlace;
    const link = this.module.linkAddressOf(pc);
    if (link !== undefined) return this.builtins.at(address(link + this.module.bias));
    for (const isolate of this.isolates) {
      const delta = isolate.builtinsDelta;
      const builtin = delta ? this.builtins.at(address(pc - delta)) : undefined;
      if (builtin) return builtin;
    }
    return undefined;
  }

  /**
   * Lengths of bytecode instructions, operands included, prefix excluded: `[scale][bytecode]` with scale
   * 0, 1, 2 for operands of 1, 2, 4 bytes. Bytecodes 0 and 2 are the prefixes of scale 1, 1 and 3 of scale 2.
   */
  get bytecodeSizes(): readonly Uint8Array[] {
    this.#bytecodeSizes ??= readBytecodeSizes(this.module, this.memory);
    return this.#bytecodeSizes;
  }

  #findIsolates(): Isolate[] {
    const found: Isolate[] = [];
    const add = (base: Address | undefined, thread: CoreThread | undefined, isEntered: boolean): void => {
      if (base === undefined || found.some((i) => i.address === base)) return;
      const isolate = Isolate.at(this, base, found.length, thread?.tid, isEntered);
      if (isolate) found.push(isolate);
    };
    const threads = [...this.core.threads].sort(
      (a, b) => Number(b.tid === this.core.mainThread) - Number(a.tid === this.core.mainThread),
    );
    for (const thread of threads) add(isolateOfThread(this, thread), thread, true);
    if (found.length === 0) {
      const theirs = isolatesByStorage(this, (base) => isIsolate(this, base));
      for (const thread of threads)
        for (const [base, own] of theirs) if (own === thread) add(base, thread, true);
    }
    if (found.length === 0) {
      for (const base of scanForIsolates(this)) add(base, isolateByStack(this, base), false);
    }
    const first = found[0];
    if (first) {
      this.layout.adoptRootTypes((root) => first.instanceTypeOfRootMap(root));
    }
    return found;
  }
}

function findV8(modules: readonly Module[], core: CoreDump): Module {
  const holder = modules.find((m) => {
    prepareSymbols(m);
    return (m.addressOf(symbolNames.smiTag) ?? m.addressOf(symbolNames.windowsGetVersion)) !== undefined;
  });
  if (holder) return holder;
  const { entry } = core;
  const executable = modules.find(
    (m) => entry !== undefined && m.mappings.some((p) => entry >= p.start && entry < p.end),
  );
  const library = modules.find((m) => /libnode/.test(m.path) && m.imageFile === undefined);
  const wanted = library ?? executable;
  if (wanted && wanted.imageFile === undefined && (library || looksLikeNode(wanted, core))) {
    const mismatch = wanted.status === 'mismatched';
    throw new DayAfterError(
      mismatch ? 'EXECUTABLE_MISMATCH' : 'EXECUTABLE_NOT_FOUND',
      mismatch
        ? `the file found for ${wanted.path} is of another build than the process ran`
        : `${wanted.path} is not on this machine`,
      `Pass the very same build${wanted.buildId ? ` (build-id ${wanted.buildId})` : ''} with --program, or its directory with --search.`,
    );
  }
  throw new DayAfterError(
    'NOT_NODE',
    `the dump is not of a Node.js process (${executable?.path ?? 'unknown'})`,
  );
}

function looksLikeNode(module: Module, core: CoreDump): boolean {
  return /node/i.test(`${module.path} ${core.command?.name ?? ''}`) || module.status === 'mismatched';
}

function refuseOtherBuilds(module: Module, layout: Layout): void {
  const name = /electron/i.test(module.path) || module.addressOf(symbolNames.electronFuse);
  if (name) throw new DayAfterError('UNSUPPORTED_BUILD', `${module.path} is Electron, not Node.js`);
  if (layout.symbol('v8dbg_TaggedSize') === 4 || layout.symbol('v8dbg_SmiShiftSize') === 0) {
    throw new DayAfterError('UNSUPPORTED_BUILD', `${module.path} was built with V8 pointer compression`);
  }
}

/** A symbol's table of `const char*`. */
function nameTable(module: Module, memory: Memory, symbolName: string): string[] {
  const symbol = module.symbols?.find(symbolName);
  if (!symbol) return [];
  const start = module.addressOfSymbol(symbol);
  const names: string[] = [];
  for (let offset = 0; offset + 8 <= symbol.size; offset += 8) {
    const text = memory.has(at(start, offset), 8) ? memory.pointer(at(start, offset)) : address(0);
    names.push(attemptOr('', () => memory.cString(text, 256)));
  }
  return names;
}

function indexOf(names: readonly string[]): Map<string, number> {
  return new Map(names.map((name, index) => [name, index]));
}

/** uint8[3][bytecodes]: whole length of an instruction per operand scale, without the prefix bytecode. */
function readBytecodeSizes(module: Module, memory: Memory): Uint8Array[] {
  const symbol = module.symbols?.find(symbolNames.bytecodeSizes);
  if (!symbol) return [];
  const count = symbol.size / 3;
  return [0, 1, 2].map((scale) => memory.bytes(at(module.addressOfSymbol(symbol), scale * count), count));
}
