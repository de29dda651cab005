import type { Memory } from '../../memory/memory.ts';
import type { Module } from '../../modules/module.ts';
import type { Architecture } from '../../unwind/registers.ts';
import { type AsyncLayout, asyncLayout } from './async-layout.ts';
import { type CodeLayout, codeLayout } from './code-layout.ts';
import { Constants, type Provenance, readDebugSymbols } from './constants.ts';
import { type FrameLayout, frameLayout } from './frame-layout.ts';
import { type GraphLayout, graphLayout } from './graph-layout.ts';
import { type InspectorRules, inspectorRules } from './inspector-rules.ts';
import { type InstanceTypeName, type InstanceTypes, instanceTypes, rootMapOfType } from './instance-types.ts';
import { type LibuvLayout, libuvLayout } from './libuv-layout.ts';
import { type NativeLayout, nativeLayout } from './native-layout.ts';
import { type NodeLayout, nodeLayout } from './node-layout.ts';
import { type ObjectLayout, objectLayout } from './object-layout.ts';
import { type PageLayout, pageLayout } from './page-layout.ts';
import { type ScopeRules, scopeRules } from './scope-rules.ts';
import { type SizeLayout, sizeLayout } from './size-layout.ts';
import { type TableLayout, tableLayout } from './table-layout.ts';
import { typeNames } from './type-names.ts';
import { lineOf, type NodeLine, readVersions, type Versions } from './version.ts';
import { type WasmLayout, wasmLayout } from './wasm-layout.ts';

/**
 * Everything that the engine knows about one V8 build: offsets, instance types, constants and formulas.
 * Nothing outside of this folder asks for a V8 or Node version.
 */
export class Layout {
  readonly versions: Versions;
  readonly line: NodeLine;
  readonly types: InstanceTypes;
  readonly objects: ObjectLayout;
  readonly code: CodeLayout;
  readonly frames: FrameLayout;
  readonly pages: PageLayout;
  readonly async: AsyncLayout;
  readonly graph: GraphLayout;
  readonly natives: NativeLayout;
  readonly node: NodeLayout;
  readonly libuv: LibuvLayout;
  readonly inspector: InspectorRules;
  readonly sizes: SizeLayout;
  readonly scopes: ScopeRules;
  readonly wasm: WasmLayout;
  /** Offsets in the Isolate; `roots` is found anew in each dump if the table is wrong. */
  readonly isolate: { roots: number };
  readonly #constants: Constants;
  #tables: TableLayout | undefined;
  readonly #typeNames = new Map<number, string>();

  private constructor(versions: Versions, constants: Constants, architecture: Architecture) {
    this.versions = versions;
    this.line = constants.line;
    this.#constants = constants;
    this.types = instanceTypes(constants);
    this.objects = objectLayout(constants);
    this.code = codeLayout(constants, architecture);
    this.frames = frameLayout(constants, architecture);
    this.pages = pageLayout(constants, architecture);
    this.async = asyncLayout(constants);
    this.graph = graphLayout(constants);
    this.natives = nativeLayout(constants, architecture);
    this.node = nodeLayout(constants, architecture);
    this.libuv = libuvLayout(constants, architecture);
    this.inspector = inspectorRules(constants);
    this.sizes = sizeLayout(constants);
    this.scopes = scopeRules(constants);
    this.wasm = wasmLayout(constants, architecture);
    this.isolate = { roots: constants.table('Isolate.roots_table', [0x120, 0x1f0, 0x250, 0x280, 0x2b0]) };
    for (const [name, value] of Object.entries(this.types)) {
      if (/^[A-Z]/.test(name)) this.#typeNames.set(value, name);
    }
    for (const [name, value] of constants.symbols()) {
      // Several classes can share a type: which symbol comes last differs from table to table.
      if (name.startsWith('type:')) this.#nameType(value, name.slice(5));
    }
    for (const [name, values] of Object.entries(typeNames)) this.#nameType(constants.known(values), name);
  }

  #nameType(type: number, name: string): void {
    if (!this.#typeNames.has(type)) this.#typeNames.set(type, name);
  }

  /** Reads the layout of `module`, which must hold V8. Throws UNSUPPORTED_NODE_VERSION. */
  static of(module: Module, memory: Memory, architecture: Architecture): Layout {
    const versions = readVersions(module, memory);
    const constants = new Constants(lineOf(versions), readDebugSymbols(module, memory));
    return new Layout(versions, constants, architecture);
  }

  /** Of V8's tables in the executable: only what was stripped is found by it. */
  get tables(): TableLayout {
    this.#tables ??= tableLayout(this.#constants);
    return this.#tables;
  }

  /** Name of an instance type, for messages: "JS_ARRAY". */
  typeName(type: number): string {
    return this.#typeNames.get(type) ?? `type ${type}`;
  }

  /** A `v8dbg_` or `nodedbg_` symbol's value by its full name, `Class.field`, or `type:NAME`. */
  symbol(name: string): number | undefined {
    return this.#constants.symbol(name);
  }

  isString(type: number): boolean {
    return type < this.types.firstNonString;
  }

  isContext(type: number): boolean {
    return type >= this.types.firstContext && type <= this.types.lastContext;
  }

  isFunction(type: number): boolean {
    return type >= this.types.firstFunction && type <= this.types.lastFunction;
  }

  isReceiver(type: number): boolean {
    return type >= this.types.firstReceiver;
  }

  /** Records that a constant was computed from the dump or agrees with it. */
  derived(name: string): void {
    this.#constants.derived(name);
  }

  /** Takes the instance types that symbols do not give from the roots' maps. */
  adoptRootTypes(typeOfRootMap: (rootName: string) => number | undefined): void {
    for (const [name, root] of Object.entries(rootMapOfType) as [InstanceTypeName, string][]) {
      const type = typeOfRootMap(root);
      if (type === undefined) continue;
      this.types[name] = type;
      this.#typeNames.set(type, name);
      this.#constants.derived(`type:${name}`);
    }
  }

  /** Names of all constants by how they are known. */
  provenance(): Record<Provenance, string[]> {
    const result: Record<Provenance, string[]> = { confirmed: [], derived: [], guessed: [] };
    for (const [name, how] of this.#constants.provenance) result[how].push(name);
    return result;
  }
}
