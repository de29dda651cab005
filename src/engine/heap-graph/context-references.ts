import { attemptOr } from '../absence.ts';
import type { Tagged } from '../address.ts';
import { EdgeType } from '../graph/types.ts';
import { firstLocalOffset } from '../v8/layout/first-local.ts';
import type { HeapView } from '../v8/objects/heap-view.ts';
import type { HeapWords } from './heap-words.ts';
import type { ReferenceSink } from './reference-sink.ts';

/** A variable of a kind of context: the string that is its name, and the offset of its slot. */
export interface Slot {
  readonly name: Tagged;
  readonly offset: number;
}

const HIGH = 0x1_0000_0000;
const MAX_SLOTS = 1 << 16;
/** VariableAllocationInfo (objects/scope-info.tq): the function's own name has a context slot. */
const IN_CONTEXT = 2;

/**
 * References by variables (V8HeapExplorer::ExtractContextReferences). What V8 names are the slots of function, script,
 * module and strict eval scopes, and of blocks that are declaration scopes; variables of other blocks have their names,
 * too, unless the graph is to be as V8's (`asV8`).
 */
export class ContextReferences {
  readonly #view: HeapView;
  readonly #words: HeapWords;
  readonly #asV8: boolean;
  /** By ScopeInfo. */
  readonly #slots = new Map<Tagged, readonly Slot[]>();

  constructor(view: HeapView, words: HeapWords, asV8: boolean) {
    this.#view = view;
    this.#words = words;
    this.#asV8 = asV8;
  }

  /** References of a native context; plans tell those of others. */
  native(word: Tagged, sink: ReferenceSink): void {
    const { slots, scopeInfoSlot, previousSlot } = this.#view.layout.objects.context;
    const field = (name: string, offset: number) =>
      sink.named(EdgeType.internal, name, this.#words.tagged(word, offset), offset);
    field('scope_info', slots + 8 * scopeInfoSlot);
    field('previous', slots + 8 * previousSlot);
    field('global_object', slots + 16);
  }

  /** ScopeInfo::HasContextExtensionSlot. */
  hasExtension(info: Tagged): boolean {
    const { scopeFlags } = this.#view.layout.objects;
    return ((this.#flags(info) >>> scopeFlags.hasContextExtensionSlot) & 1) === 1;
  }

  /** The variables that have names, of contexts of that ScopeInfo and instance type. */
  slots(info: Tagged, type: number): readonly Slot[] {
    const { types } = this.#view.layout;
    if (this.#words.type(info) !== types.SCOPE_INFO) return [];
    let slots = this.#slots.get(info);
    if (!slots) {
      slots = attemptOr([], () => (this.#isDeclaration(info, type) ? this.#read(info) : []));
      this.#slots.set(info, slots);
    }
    return slots;
  }

  /** Context::is_declaration_context (objects/contexts.cc). */
  #isDeclaration(info: Tagged, type: number): boolean {
    const { objects, types, graph } = this.#view.layout;
    const flags = this.#flags(info);
    const kind = graph.contextKinds[type - types.firstContext];
    if (!this.#asV8) return kind !== 'native';
    if (kind === 'eval') return (flags & objects.scopeFlags.languageMode) !== 0;
    if (kind === 'block') return (flags & objects.scopeFlags.declarationScope) !== 0;
    return kind === 'function' || kind === 'module' || kind === 'script';
  }

  #flags(info: Tagged): number {
    const { scopeInfo } = this.#view.layout.objects;
    const word = this.#words.tagged(info, scopeInfo.flags);
    return scopeInfo.rawFlags ? word % 0x1_0000_0000 : Math.floor(word / 0x1_0000_0000);
  }

  #read(info: Tagged): Slot[] {
    const words = this.#words;
    const { scopeInfo: o, scopeFlags: f, context: c } = this.#view.layout.objects;
    const flags = this.#flags(info);
    const count = Math.min(smi(words.tagged(info, o.contextLocalCount)), MAX_SLOTS);
    const header = c.minSlots + (this.hasExtension(info) ? 1 : 0);
    const slot = (i: number) => c.slots + 8 * (header + i);
    let next = firstLocalOffset(this.#view.layout, flags);
    const result: Slot[] = [];
    if (count < o.maxInlinedNames) {
      for (let i = 0; i < count; i++)
        result.push({ name: words.tagged(info, next + 8 * i), offset: slot(i) });
      next += 8 * count;
    } else {
      for (const { name, index } of this.#tableEntries(words.tagged(info, next)))
        if (index < count) result.push({ name, offset: slot(index) });
      next += 8;
    }
    next += 8 * count;
    if (flags & f.hasSavedClassVariable) next += 8;
    if (((flags >>> f.functionVariableShift) & 3) === IN_CONTEXT) {
      const name = words.tagged(info, next);
      const index = smi(words.tagged(info, next + 8));
      if (this.#view.isString(name) && index >= c.minSlots)
        result.push({ name, offset: c.slots + 8 * index });
    }
    return result;
  }

  /** Names and numbers in a NameToIndexHashTable (objects/hash-table.h). */
  *#tableEntries(table: Tagged): Generator<{ name: Tagged; index: number }> {
    const words = this.#words;
    const { hashTable, fixedArray } = this.#view.layout.objects;
    const length = Math.min(words.length(table), MAX_SLOTS);
    for (let i = hashTable.prefix; i + 2 <= length; i += 2) {
      const name = words.tagged(table, fixedArray.data + 8 * i);
      const index = words.tagged(table, fixedArray.data + 8 * (i + 1));
      if ((name & 3) === 1 && index % HIGH === 0 && this.#view.isString(name))
        yield { name, index: smi(index) };
    }
  }
}

function smi(word: Tagged): number {
  return word / HIGH;
}
