import type { Tagged } from '../address.ts';
import { EdgeType } from '../graph/types.ts';

/** A step of a plan; `arg` is an offset in words, or an ordinal for `constant`. The usual ones come first. */
export const Step = {
  /** Edge of type `type` to what the object's word `arg` holds, which gets the role. */
  own: 0,
  /** Edge to node `arg`. */
  constant: 1,
  /** Edges by index, to what the array that word `arg` holds does. */
  elements: 2,
  /** Property edge to what word `arg` of the PropertyArray holds. */
  backing: 3,
  /** `prototype` and initial map of a function, at word `arg`. */
  prototype: 4,
  /** A function's code behind the dispatch handle at byte `arg`. */
  dispatch: 5,
  /** Arguments of a bound function, which the array that word `arg` holds does. */
  boundArguments: 6,
  /** Properties, which the dictionary that word `arg` holds does. */
  dictionary: 7,
  /** The memory of an ArrayBuffer outside of the heap, for who knows the core. */
  backingStore: 8,
  /** No step shows word `arg`: if it leads to an object that is shown, the rest of the object is to be looked at. */
  unshown: 9,
} as const;

/** Numbers of a row: step, type of the edge, id of its name, arg, id of the role's name or 0. */
export const ROW = 5;

/** How a word is shown by the plan's steps, and so not as a hidden reference. */
export const Cover = { none: 0, always: 1, unlessFurniture: 2 } as const;

/** What all objects of a map show, step by step. */
export interface ObjectPlan {
  /** In rows of ROW numbers. */
  readonly rows: Int32Array;
  /** By word: Cover. */
  readonly cover: Uint8Array;
}

/** Tells ids of names and ordinals of objects. */
export interface PlanContext {
  name(text: string): number;
  ordinal(word: Tagged): number;
}

/** Makes a plan. */
export class PlanSteps {
  readonly #rows: number[] = [];
  readonly #cover: Uint8Array;
  readonly #context: Pick<PlanContext, 'name'>;

  constructor(words: number, context: Pick<PlanContext, 'name'>) {
    this.#cover = new Uint8Array(words);
    this.#context = context;
  }

  add(step: number, type: number, name: string, arg: number, role?: string): void {
    this.#rows.push(
      step,
      type,
      this.#context.name(name),
      arg,
      role === undefined ? 0 : this.#context.name(role),
    );
  }

  own(type: number, name: string, offset: number, role?: string): void {
    this.add(Step.own, type, name, offset / 8, role);
    const isShownInAnyCase = type !== EdgeType.internal && type !== EdgeType.weak;
    this.cover(offset, isShownInAnyCase ? Cover.always : Cover.unlessFurniture);
  }

  internal(name: string, offset: number, role?: string): void {
    this.own(EdgeType.internal, name, offset, role);
  }

  cover(offset: number, cover: number): void {
    this.#cover[offset / 8] = cover;
  }

  plan(): ObjectPlan {
    for (const [word, cover] of this.#cover.entries())
      if (word > 0 && cover === Cover.none) this.#rows.push(Step.unshown, 0, 0, word, 0);
    return { rows: Int32Array.from(this.#rows), cover: this.#cover };
  }
}
