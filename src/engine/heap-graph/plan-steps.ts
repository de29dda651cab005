import type { Tagged } from '../address.ts';
import { EdgeType } from '../graph/types.ts';
import type { SizeFormula } from '../v8/objects/object-size.ts';
import type { FieldRule } from './field-rules.ts';
import { placeOf } from './kind-sizes.ts';

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
  /** `prototype` and initial map of a function, at word `arg`: see `prototype`. */
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
  /** What word `arg` holds gets the role, and the type of the row unless that is KEEP_TYPE. */
  tag: 10,
  /** The object itself gets the role. */
  self: 11,
  /** Edge to what word `arg` holds, weak where the pointer is. */
  value: 12,
  /** What a map's word `arg` holds: its transitions, or what belongs to a prototype. */
  transitions: 13,
  /** What a map's word `arg` holds: its constructor, or the map before it. */
  maker: 14,
  /** Words from `arg` on by their number, as many as the bits of the row's other numbers say: see `numbered`. */
  numbered: 15,
  /** The constants of bytecode, which the array that word `arg` holds does. */
  constants: 16,
  /** Names the code that word `arg` of a SharedFunctionInfo holds, for who knows the core. */
  namedCode: 17,
  /** What code with instructions in the heap holds, which word `arg` leads to, for who knows the core. */
  instructions: 18,
} as const;

/** Steps from this one on are those of internal objects. */
export const FIRST_INTERNAL_STEP = Step.tag;

/** Numbers of a row: step, type of the edge, id of its name, arg, id of the role's name or 0. */
export const ROW = 5;

/** For functions whose `prototype` is the one of their instances, and not a value that is no object. */
export const OF_INSTANCES = -2;

/** How a word is shown by the plan's steps, and so not as a hidden reference. */
export const Cover = { none: 0, always: 1, unlessFurniture: 2 } as const;

/** What all objects of a map show, step by step. */
export interface ObjectPlan {
  /** True for objects of any size: what lies behind the words of `cover` is shown by no step. */
  readonly isOpen: boolean;
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

  /** `name` is a text or the id of one. */
  add(step: number, type: number, name: string | number, arg: number, role?: string): void {
    this.#rows.push(
      step,
      type,
      typeof name === 'number' ? name : this.#context.name(name),
      arg,
      role === undefined ? 0 : this.#context.name(role),
    );
  }

  tag(offset: number, role: string, type: number): void {
    this.add(Step.tag, type, '', offset / 8, role);
  }

  /** Words from `offset` on, a number of `each` for every one that the formula counts. */
  numbered(offset: number, formula: Pick<SizeFormula, 'at' | 'shift' | 'mask'>, each: number): void {
    this.#rows.push(Step.numbered, placeOf(formula), formula.mask, offset / 8, each);
  }

  /**
   * What a function holds at `offset`; `value` is the ordinal of what `prototype` was set to, -1 where that is no node,
   * or OF_INSTANCES. The row ends with it.
   */
  prototype(offset: number, value: number): void {
    this.#rows.push(Step.prototype, EdgeType.property, this.#context.name('prototype'), offset / 8, value);
    this.cover(offset, Cover.always);
  }

  own(type: number, name: string | number, offset: number, role?: string): void {
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

  /** A field as a rule tells it. */
  rule({ name, offset, type, role, roleType, mayBeWeak }: FieldRule): void {
    if (role !== undefined && roleType !== undefined) this.tag(offset, role, roleType);
    if (name === undefined) return;
    if (mayBeWeak) {
      this.add(Step.value, type, name, offset / 8);
      this.cover(offset, Cover.unlessFurniture);
    } else this.own(type, name, offset, roleType === undefined ? role : undefined);
  }

  plan(isOpen = false): ObjectPlan {
    for (const [word, cover] of this.#cover.entries())
      if (word > 0 && cover === Cover.none) this.#rows.push(Step.unshown, 0, 0, word, 0);
    return { isOpen, rows: Int32Array.from(this.#rows), cover: this.#cover };
  }
}
