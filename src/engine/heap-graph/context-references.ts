import { attemptOr } from '../absence.ts';
import type { Tagged } from '../address.ts';
import { EdgeType } from '../graph/types.ts';
import { firstLocalOffset } from '../v8/layout/first-local.ts';
import type { HeapView } from '../v8/objects/heap-view.ts';
import type { HeapWords } from './heap-words.ts';
import type { ReferenceSink } from './reference-sink.ts';

/** A variable of a kind of context: its name, and the offset of its slot. */
export interface Slot {
  readonly name: string;
  readonly offset: number;
}

const MAX_SLOTS = 1 << 16;
/** VariableAllocationInfo (objects/scope-info.tq): the function's own name has a context slot. */
const IN_CONTEXT = 2;

/**
 * References by variables (V8HeapExplorer::ExtractContextReferences): what V8 names are the slots of function,
 * script, module and strict eval scopes, and of blocks that are declaration scopes.
 */
export class ContextReferences {
  readonly #view: HeapView;
  readonly #words: HeapWords;
  /** By ScopeInfo. */
  readonly #slots = new Map<Tagged, readonly Slot[]>();

  constructor(view: HeapView, words: HeapWords) {
    this.#view = view;
    this.#words = words;
  }

  extract(word: Tagged, type: number, sink: ReferenceSink): void {
    const { layout } = this.#view;
    const { slots, scopeInfoSlot, previousSlot } = layout.objects.context;
    const scopeOffset = slots + 8 * scopeInfoSlot;
    const info = this.#words.tagged(word, scopeOffset);
    const field = (name: string, offset: number) =>
      sink.named(EdgeType.internal, name, this.#words.tagged(word, offset), offset);
    if (type === layout.types.nativeContext) {
      field('scope_info', scopeOffset);
      field('previous', slots + 8 * previousSlot);
      field('global_object', slots + 16);
      return;
    }
    const end = slots + 8 * this.#words.length(word);
    for (const { name, offset } of this.slots(info, type)) {
      if (offset < end) sink.named(EdgeType.context, name, this.#words.tagged(word, offset), offset);
    }
    field('scope_info', scopeOffset);
    field('previous', slots + 8 * previousSlot);
    if (this.hasExtension(info)) field('extension', slots + 16);
  }

  /** ScopeInfo::HasContextExtensionSlot. */
  hasExtension(info: Tagged): boolean {
    const { scopeFlags } = this.#view.layout.objects;
    return ((this.#flags(info) >>> scopeFlags.hasContextExtensionSlot) & 1) === 1;
  }

  /** The variables that V8 names, of contexts of that ScopeInfo and instance type. */
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
    const view = this.#view;
    const { scopeInfo: o, scopeFlags: f, context: c } = view.layout.objects;
    const flags = this.#flags(info);
    const count = Math.min(view.smi(info, o.contextLocalCount), MAX_SLOTS);
    const header = c.minSlots + (this.hasExtension(info) ? 1 : 0);
    const slot = (i: number) => c.slots + 8 * (header + i);
    let next = firstLocalOffset(view.layout, flags);
    const result: Slot[] = [];
    if (count < o.maxInlinedNames) {
      for (let i = 0; i < count; i++)
        result.push({ name: view.string(view.tagged(info, next + 8 * i)), offset: slot(i) });
      next += 8 * count;
    } else {
      for (const { key, index } of this.#tableEntries(view.tagged(info, next)))
        if (index < count) result.push({ name: key, offset: slot(index) });
      next += 8;
    }
    next += 8 * count;
    if (flags & f.hasSavedClassVariable) next += 8;
    if (((flags >>> f.functionVariableShift) & 3) === IN_CONTEXT) {
      const name = view.tagged(info, next);
      const index = view.smi(info, next + 8);
      if (view.isString(name) && index >= c.minSlots)
        result.push({ name: view.string(name), offset: c.slots + 8 * index });
    }
    return result;
  }

  /** Names and numbers in a NameToIndexHashTable (objects/hash-table.h). */
  *#tableEntries(table: Tagged): Generator<{ key: string; index: number }> {
    const view = this.#view;
    const length = Math.min(view.arrayLength(table), MAX_SLOTS);
    for (let i = view.layout.objects.hashTable.prefix; i + 2 <= length; i += 2) {
      const key = view.element(table, i);
      const index = view.element(table, i + 1);
      if (view.isString(key) && view.isSmi(index))
        yield { key: view.string(key), index: index / 0x1_0000_0000 };
    }
  }
}
