import { attemptOr } from '../absence.ts';
import type { Tagged } from '../address.ts';
import { EdgeType } from '../graph/types.ts';
import type { HeapView } from '../v8/objects/heap-view.ts';
import type { ContextReferences } from './context-references.ts';
import type { HeapImage } from './heap-image.ts';
import { Cover, type ObjectPlan, PlanSteps } from './plan-steps.ts';
import type { StringArena } from './string-arena.ts';
import type { TextIds } from './text-ids.ts';

/** What the contexts of one ScopeInfo show, which have so many words. */
export interface ContextPlan extends ObjectPlan {
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
  readonly #texts: TextIds;
  /** By index of a ScopeInfo. */
  readonly #plans = new Map<number, ContextPlan>();

  constructor(
    view: HeapView,
    image: HeapImage,
    contexts: ContextReferences,
    strings: StringArena,
    texts: TextIds,
  ) {
    this.#texts = texts;
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
    const steps = new PlanSteps(wordCount, { name: (text) => this.#strings.add(text) });
    const nameOf = (word: Tagged): number => {
      const id = this.#texts.of(this.#image.indexAt(word));
      return id >= 0 ? id : this.#strings.add(this.#view.string(word));
    };
    steps.cover(8, Cover.always);
    const add = (type: number, name: string | number, offset: number) => {
      if (offset < 8 * wordCount) steps.own(type, name, offset);
    };
    const scope = (this.#image.addressOf(Math.max(info, 0)) + 1) as Tagged;
    if (info >= 0)
      for (const { name, offset } of this.#contexts.slots(scope, type))
        add(
          EdgeType.context,
          attemptOr(this.#strings.add(''), () => nameOf(name)),
          offset,
        );
    add(EdgeType.internal, 'scope_info', slots + 8 * scopeInfoSlot);
    add(EdgeType.internal, 'previous', slots + 8 * previousSlot);
    if (info >= 0 && attemptOr(false, () => this.#contexts.hasExtension(scope)))
      add(EdgeType.internal, 'extension', slots + 16);
    return { ...steps.plan(), wordCount };
  }
}
