import { attemptOr } from '../absence.ts';
import type { Tagged } from '../address.ts';
import { EdgeType } from '../graph/types.ts';
import type { HeapView } from '../v8/objects/heap-view.ts';
import type { ContextReferences } from './context-references.ts';
import type { HeapImage } from './heap-image.ts';
import { Step } from './receiver-plans.ts';
import type { StringArena } from './string-arena.ts';

/** What the contexts of one ScopeInfo show. */
export interface ContextPlan {
  /** In rows of ROW numbers, each an own word of the context. */
  readonly rows: Int32Array;
  /** Words of contexts of which nothing else is shown; -1 if it cannot be told. */
  readonly wordCount: number;
}

/** Plans for contexts, which have the names of their variables from their ScopeInfo. */
export class ContextPlans {
  /** Word of a context that holds its ScopeInfo. */
  readonly scopeInfoWord: number;
  readonly #view: HeapView;
  readonly #image: HeapImage;
  readonly #contexts: ContextReferences;
  readonly #strings: StringArena;
  /** By index of a ScopeInfo. */
  readonly #plans = new Map<number, ContextPlan>();
  constructor(view: HeapView, image: HeapImage, contexts: ContextReferences, strings: StringArena) {
    this.#view = view;
    this.#image = image;
    this.#contexts = contexts;
    this.#strings = strings;
    const { slots, scopeInfoSlot } = view.layout.objects.context;
    this.scopeInfoWord = slots / 8 + scopeInfoSlot;
  }

  /** For contexts of that instance type and so many words, whose ScopeInfo has that index. */
  of(info: number, type: number, wordCount: number): ContextPlan {
    let plan = this.#plans.get(info);
    if (!plan) {
      plan = this.#make(info, type, wordCount);
      this.#plans.set(info, plan);
    }
    return plan;
  }

  #make(info: number, type: number, wordCount: number): ContextPlan {
    const { slots, scopeInfoSlot, previousSlot } = this.#view.layout.objects.context;
    const rows: number[] = [];
    const shown = new Set<number>();
    const add = (kind: number, name: string, word: number) => {
      rows.push(Step.own, kind, this.#strings.add(name), word, 0);
      shown.add(word);
    };
    const scope = (this.#image.addressOf(Math.max(info, 0)) + 1) as Tagged;
    if (info >= 0)
      for (const { name, offset } of this.#contexts.slots(scope, type))
        add(EdgeType.context, name, offset / 8);
    const first = slots / 8;
    add(EdgeType.internal, 'scope_info', first + scopeInfoSlot);
    add(EdgeType.internal, 'previous', first + previousSlot);
    if (info >= 0 && attemptOr(false, () => this.#contexts.hasExtension(scope)))
      add(EdgeType.internal, 'extension', first + 2);
    let isWhole = [...shown].every((word) => word < wordCount);
    for (let w = first; w < wordCount && isWhole; w++) isWhole = shown.has(w);
    return { rows: Int32Array.from(rows), wordCount: isWhole ? wordCount : -1 };
  }
}
