import { Fault } from '../absence.ts';
import { type Address, address, at, type Tagged } from '../address.ts';
import type { Module } from '../modules/module.ts';
import type { Builtin } from './builtins.ts';
import { symbolNames } from './layout/symbol-names.ts';
import type { V8Runtime } from './runtime.ts';

const PF_X = 1;
/** How far from the Isolate's start its own tables are looked for, in bytes. */
const MAX_ROOTS_OFFSET = 0x4000;
const MAX_BUILTINS_OFFSET = 0x10000;
/** Roots whose values are maps; they tell a roots table from anything else. */
const PROBES = ['meta_map', 'fixed_array_map', 'heap_number_map', 'free_space_map', 'one_pointer_filler_map'];
/** Consecutive builtin entries that must have the same distance from the executable's. */
const BUILTIN_RUN = 40;

/**
 * One isolate of the dumped process: its roots, its external references (fields of the Isolate by the names
 * that V8 gives them) and where its embedded builtins run.
 */
export class Isolate {
  readonly runtime: V8Runtime;
  readonly address: Address;
  /** Position in V8Runtime.isolates: 0 is the main thread's. */
  readonly index: number;
  /** Kernel id of the thread that has it entered, if any. */
  readonly thread: number | undefined;
  readonly #rootsTable: Address;
  readonly #roots: Float64Array;
  readonly #lostRoots = new Set<number>();
  readonly #rootNameOf: Map<number, string> = new Map();
  /** The table of external references. */
  readonly references: Address;
  #delta: number | undefined;

  /** Undefined if there is no isolate at `base`. `isEntered`: V8's own thread-local says that there is one. */
  static at(
    runtime: V8Runtime,
    base: Address,
    index: number,
    thread: number | undefined,
    isEntered: boolean,
  ): Isolate | undefined {
    const roots = findRoots(runtime, base, isEntered);
    return roots === undefined ? undefined : new Isolate(runtime, base, index, thread, roots);
  }

  private constructor(
    runtime: V8Runtime,
    base: Address,
    index: number,
    thread: number | undefined,
    rootsOffset: number,
  ) {
    this.runtime = runtime;
    this.address = base;
    this.index = index;
    this.thread = thread;
    const { memory, rootNames } = runtime;
    const table = at(base, rootsOffset);
    this.#rootsTable = table;
    this.#roots = Float64Array.from(rootNames, (_, i) => {
      if (memory.has(at(table, 8 * i), 8)) return memory.tagged(at(table, 8 * i));
      this.#lostRoots.add(i);
      return Number.NaN;
    });
    for (const [i, name] of rootNames.entries()) {
      const word = this.#roots[i]!;
      if (!this.#rootNameOf.has(word)) this.#rootNameOf.set(word, name);
    }
    this.references = findReferences(runtime, at(table, 8 * rootNames.length));
  }

  /**
   * The value of a root ("undefined_value", "meta_map", "script_list"); NaN if the build has none such, a
   * Fault if it is not in the dump.
   */
  root(name: string): Tagged {
    const index = this.runtime.rootIndex(name);
    if (this.#lostRoots.has(index)) {
      throw new Fault(at(this.#rootsTable, 8 * index), `the root ${name} is not in the dump`);
    }
    return this.knownRoot(name);
  }

  /** How many roots are not in the dump. */
  get lostRoots(): number {
    return this.#lostRoots.size;
  }

  /** As `root`, but NaN also if it is not in the dump. */
  knownRoot(name: string): Tagged {
    return (this.#roots[this.runtime.rootIndex(name)] ?? Number.NaN) as Tagged;
  }

  /** The name of the root that `word` is the value of. */
  rootName(word: Tagged): string | undefined {
    return this.#rootNameOf.get(word);
  }

  /** Instance type of the map that a root is, or undefined. */
  instanceTypeOfRootMap(name: string): number | undefined {
    const { memory, layout } = this.runtime;
    const map = address(this.knownRoot(name) - 1 + layout.objects.map.instanceType);
    return memory.has(map, 2) ? memory.u16(map) : undefined;
  }

  /**
   * The address that the external reference of the first known of `names` has: for fields of the isolate
   * the field's address.
   */
  reference(...names: string[]): Address | undefined {
    const index = names.map((n) => this.runtime.referenceIndex(n)).find((i) => i >= 0);
    if (index === undefined) return undefined;
    const slot = at(this.references, 8 * index);
    const { memory } = this.runtime;
    const target = memory.has(slot, 8) ? memory.pointer(slot) : address(0);
    return target === 0 ? undefined : target;
  }

  /** The word in a field of the isolate that is an external reference. */
  #field(...names: string[]): Address | undefined {
    const field = this.reference(...names);
    return field !== undefined && this.runtime.memory.has(field, 8)
      ? this.runtime.memory.pointer(field)
      : undefined;
  }

  #taggedField(...names: string[]): Tagged | undefined {
    const field = this.reference(...names);
    return field !== undefined && this.runtime.memory.has(field, 8)
      ? this.runtime.memory.tagged(field)
      : undefined;
  }

  /** Frame pointer of the innermost exit frame (JavaScript calling C++); 0 if none. */
  get cEntryFp(): Address | undefined {
    return this.#field('Isolate::c_entry_fp_address', 'IsolateData::c_entry_fp_address()');
  }

  /** Stack pointer of the outermost JavaScript entry. */
  get jsEntrySp(): Address | undefined {
    return this.#field('Isolate::js_entry_sp_address', 'IsolateData::js_entry_sp_address()');
  }

  /** Address of the innermost try handler on the stack. */
  get handler(): Address | undefined {
    return this.#field('Isolate::handler_address', 'IsolateData::handler_address()');
  }

  /** The current context when JavaScript last called out. */
  get context(): Tagged | undefined {
    return this.#taggedField('Isolate::context_address', 'IsolateData::context_address()');
  }

  /** The pending exception; the_hole_value (or exception root) if none. */
  get exception(): Tagged | undefined {
    return this.#taggedField(
      'Isolate::exception_address',
      'Isolate::pending_exception_address',
      'IsolateData::exception_address()',
    );
  }

  get pendingMessage(): Tagged | undefined {
    return this.#taggedField('Isolate::pending_message_address', 'IsolateData::pending_message_address()');
  }

  /** `[top, limit)` of the new and old spaces' linear allocation areas: not yet objects. */
  get allocationAreas(): readonly { readonly top: Address; readonly limit: Address }[] {
    const areas: { top: Address; limit: Address }[] = [];
    for (const [top, limit] of [
      [
        this.#field('Heap::NewSpaceAllocationTopAddress()', 'IsolateData::new_allocation_info_top_address()'),
        this.#field(
          'Heap::NewSpaceAllocationLimitAddress()',
          'IsolateData::new_allocation_info_limit_address()',
        ),
      ],
      [
        this.#field('Heap::OldSpaceAllocationTopAddress', 'IsolateData::old_allocation_info_top_address()'),
        this.#field(
          'Heap::OldSpaceAllocationLimitAddress',
          'IsolateData::old_allocation_info_limit_address()',
        ),
      ],
    ]) {
      if (top !== undefined && limit !== undefined && top < limit) areas.push({ top, limit });
    }
    return areas;
  }

  /** Address of v8::internal::Heap. */
  get heap(): Address {
    return at(this.address, this.runtime.layout.pages.heapInIsolate);
  }

  /** Runtime address of this isolate's builtins minus their address in the executable; 0 if in place. */
  get builtinsDelta(): number {
    this.#delta ??= this.#findBuiltinsDelta();
    return this.#delta;
  }

  /** The builtin that covers `pc`, in place or in this isolate's copy. */
  builtinAt(pc: Address): Builtin | undefined {
    const delta = this.builtinsDelta;
    const inCopy = delta === 0 ? undefined : this.runtime.builtins.at(address(pc - delta));
    return inCopy ?? this.runtime.builtinAt(pc);
  }

  /**
   * An entry of the JavaScript dispatch table (24 and later), which stands between functions and their code;
   * undefined where the build has none or the handle is not valid.
   */
  dispatchEntry(
    handle: number,
  ): { readonly entryPoint: Address; readonly code: Tagged; readonly parameterCount: number } | undefined {
    const { memory, layout } = this.runtime;
    const { handleShift, entrySize, objectShift } = layout.code.dispatchTable;
    const base = this.reference(
      'IsolateGroup::current()->js_dispatch_table()',
      'Isolate::Current()->js_dispatch_table()',
    );
    if (Number.isNaN(handleShift) || base === undefined) return undefined;
    const entry = at(base, (handle >>> handleShift) * entrySize);
    if (!memory.has(entry, 16)) return undefined;
    const word = memory.u64(at(entry, 8));
    const object = Number(word >> BigInt(objectShift));
    return {
      entryPoint: memory.pointer(entry),
      // The low bit of the object's address may serve as a marking bit.
      code: (object === 0 ? Number.NaN : object - (object % 2) + 1) as Tagged,
      parameterCount: Number(word & 0xffffn),
    };
  }

  #findBuiltinsDelta(): number {
    const { memory, builtins } = this.runtime;
    const starts = builtins.byId.slice(0, BUILTIN_RUN).map((b) => b?.start ?? Number.NaN);
    if (starts.length < BUILTIN_RUN) return 0;
    const first = this.references - this.address;
    for (let offset = first; offset < first + MAX_BUILTINS_OFFSET; offset += 8) {
      if (!memory.has(at(this.address, offset), 8 * BUILTIN_RUN)) break;
      const delta = memory.pointer(at(this.address, offset)) - starts[0]!;
      let n = 1;
      while (n < BUILTIN_RUN && memory.pointer(at(this.address, offset + 8 * n)) - starts[n]! === delta) n++;
      if (n === BUILTIN_RUN) return delta;
    }
    return 0;
  }
}

/** True if an isolate lies at `base` as the layout says: its roots, and behind them its external references. */
export function isIsolate(runtime: V8Runtime, base: Address): boolean {
  const table = at(base, runtime.layout.isolate.roots);
  const behind = at(table, 8 * runtime.rootNames.length);
  return isRootsTable(runtime, table) && referencesAfter(runtime, behind) !== undefined;
}

/** Offset of the roots table from the isolate, or undefined if `base` is none. */
function findRoots(runtime: V8Runtime, base: Address, isEntered: boolean): number | undefined {
  const known = runtime.layout.isolate.roots;
  if (isRootsTable(runtime, at(base, known))) {
    runtime.layout.derived('Isolate.roots_table');
    return known;
  }
  // The maps that prove it may be lost or damaged; what stands behind the table says as much.
  if (isEntered && referencesAfter(runtime, at(base, known + 8 * runtime.rootNames.length)) !== undefined)
    return known;
  for (let offset = 0; offset < MAX_ROOTS_OFFSET; offset += 8) {
    if (isRootsTable(runtime, at(base, offset))) {
      runtime.layout.isolate.roots = offset;
      runtime.layout.derived('Isolate.roots_table');
      return offset;
    }
  }
  return undefined;
}

function isRootsTable(runtime: V8Runtime, table: Address): boolean {
  const { memory, layout } = runtime;
  const typeOffset = layout.objects.map.instanceType;
  const mapOf = (object: number): number | undefined => {
    const word = object % 4 === 1 ? address(object - 1) : undefined;
    return word !== undefined && memory.has(word, 16) ? memory.tagged(word) : undefined;
  };
  const typeOf = (map: number | undefined): number | undefined =>
    map !== undefined && map % 4 === 1 && memory.has(address(map - 1 + typeOffset), 2)
      ? memory.u16(address(map - 1 + typeOffset))
      : undefined;
  for (const name of PROBES) {
    const index = runtime.rootIndex(name);
    const slot = at(table, 8 * index);
    if (index < 0 || !memory.has(slot, 8)) return false;
    const word = memory.tagged(slot);
    const map = mapOf(word);
    if (typeOf(map) !== layout.types.MAP) return false;
    if (name === 'meta_map' && map !== word) return false;
  }
  return true;
}

/** Where external references are taken to be. */
function findReferences(runtime: V8Runtime, afterRoots: Address): Address {
  const found = referencesAfter(runtime, afterRoots);
  if (found === undefined) return afterRoots;
  runtime.layout.derived('Isolate.external_reference_table');
  return found;
}

/** The external reference table follows the roots; its entry for abort_with_reason proves it. */
function referencesAfter(runtime: V8Runtime, afterRoots: Address): Address | undefined {
  const { memory, module } = runtime;
  const target = module.addressOf(symbolNames.abortWithReason);
  const index = runtime.referenceIndex('abort_with_reason');
  // Without symbols it is told by being the first address of code, behind a null.
  const isAbort = (slot: Address) =>
    target === undefined
      ? memory.pointer(at(slot, -8 * index)) === 0 && isCodeOf(module, memory.pointer(slot))
      : memory.pointer(slot) === target;
  for (const skew of [0, 8, -8, 16, -16]) {
    const slot = at(afterRoots, skew + 8 * index);
    if (index >= 0 && memory.has(at(afterRoots, skew), 8 * (index + 1)) && isAbort(slot))
      return at(afterRoots, skew);
  }
  return undefined;
}

function isCodeOf(module: Module, target: Address): boolean {
  const link = module.linkAddressOf(target);
  const place = (link ?? Number.NaN) + module.bias;
  return module.parts.some((p) => (p.flags & PF_X) !== 0 && place >= p.start && place < p.start + p.bytes);
}
