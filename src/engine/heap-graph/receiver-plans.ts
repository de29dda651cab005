import type { Tagged } from '../address.ts';
import { EdgeType } from '../graph/types.ts';
import type { HeapView } from '../v8/objects/heap-view.ts';
import type { MapInfo } from '../v8/objects/map.ts';
import type { HeapWords } from './heap-words.ts';
import type { PropertyReferences } from './property-references.ts';

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
  /** No step shows word `arg`: if it leads to an object that is shown, the rest of the object is to be looked at. */
  unshown: 6,
} as const;

/** Numbers of a row: step, type of the edge, id of its name, arg, id of the role's name or 0. */
export const ROW = 5;

/** Elements kinds of small integers and of doubles, packed and holey (objects/elements-kind.h). */
const UNTAGGED: ReadonlySet<number> = new Set([0, 1, 4, 5]);

/** How a word is shown by the plan's steps, and so not as a hidden reference. */
export const Cover = { none: 0, always: 1, unlessFurniture: 2 } as const;

/** What all objects of a map show, step by step. */
export interface ReceiverPlan {
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

/**
 * Plans for objects with fast properties, which have the references of their map in common
 * (V8HeapExplorer::ExtractJSObjectReferences): what `References` tells of one object, told once for all.
 */
export class ReceiverPlans {
  readonly #view: HeapView;
  readonly #words: HeapWords;
  readonly #properties: PropertyReferences;
  readonly #context: PlanContext;

  constructor(view: HeapView, words: HeapWords, properties: PropertyReferences, context: PlanContext) {
    this.#view = view;
    this.#words = words;
    this.#properties = properties;
    this.#context = context;
  }

  /** Undefined for maps whose objects differ in more than values. */
  of(map: MapInfo): ReceiverPlan | undefined {
    const { layout } = this.#view;
    const { types } = layout;
    const { type } = map;
    if (
      !layout.isReceiver(type) ||
      map.isDictionary ||
      map.instanceSize === 0 ||
      type === types.JS_PROXY ||
      type === types.JS_GLOBAL_PROXY ||
      type === types.JS_GLOBAL_OBJECT ||
      type === types.JS_ARRAY_BUFFER ||
      type === types.JS_BOUND_FUNCTION
    ) {
      return undefined;
    }
    const steps = new Steps(map.instanceSize / 8, this.#context);
    this.#internals(type, steps);
    if (!this.#ownProperties(map, steps)) return undefined;
    if (!UNTAGGED.has(map.elementsKind))
      steps.add(Step.elements, EdgeType.element, '', layout.objects.object.elements / 8);
    this.#embedderFields(map, steps);
    const { object, map: mapLayout } = layout.objects;
    const prototype = this.#context.ordinal(this.#words.tagged(map.word, mapLayout.prototype));
    if (prototype >= 0) steps.add(Step.constant, EdgeType.property, '__proto__', prototype);
    if (layout.isFunction(type)) this.#function(map, steps);
    else if (
      type === types.JS_TYPED_ARRAY ||
      type === types.JS_DETACHED_TYPED_ARRAY ||
      type === types.JS_DATA_VIEW ||
      type === types.JS_RAB_GSAB_DATA_VIEW
    ) {
      steps.internal('buffer', layout.objects.arrayBufferView.buffer);
    }
    steps.internal('properties', object.properties, '(object properties)');
    steps.internal('elements', object.elements, '(object elements)');
    return steps.plan();
  }

  #internals(type: number, steps: Steps): void {
    const { types, objects, graph } = this.#view.layout;
    if (
      type === types.JS_MAP ||
      type === types.JS_SET ||
      type === types.JS_WEAK_MAP ||
      type === types.JS_WEAK_SET
    ) {
      steps.internal('table', objects.collection.table);
    } else if (type === types.JS_PROMISE) {
      steps.internal('reactions_or_result', objects.promise.reactionsOrResult);
    } else if (type === types.JS_WEAK_REF) {
      steps.own(EdgeType.weak, 'target', graph.weakRefTarget);
    } else if (
      type === types.JS_GENERATOR_OBJECT ||
      type === types.JS_ASYNC_FUNCTION_OBJECT ||
      type === types.JS_ASYNC_GENERATOR_OBJECT
    ) {
      const { generator: g } = objects;
      steps.internal('function', g.function);
      steps.internal('context', g.context);
      steps.internal('receiver', g.receiver);
      steps.internal('parameters_and_registers', g.registers);
    }
  }

  /** False where a property is not kept as plans know it. */
  #ownProperties(map: MapInfo, steps: Steps): boolean {
    for (const p of this.#properties.plan(map)) {
      const type = p.key.text === '' ? EdgeType.internal : EdgeType.property;
      if (p.inObject >= 0 || p.inArray >= 0) {
        if (p.isAccessor) return false;
        if (p.inObject >= 0) steps.own(type, p.key.text, p.inObject);
        else steps.add(Step.backing, type, p.key.text, p.inArray / 8);
      } else {
        this.#properties.constant(p, {
          named: (kind, name, target) => {
            const to = this.#context.ordinal(target);
            if (to >= 0) steps.add(Step.constant, kind, name, to);
          },
        });
      }
    }
    return true;
  }

  /** Fields of the embedder by their number (ExtractInternalReferences): pointers of C++ look like numbers. */
  #embedderFields(map: MapInfo, steps: Steps): void {
    const { types, graph } = this.#view.layout;
    if (map.type !== types.JS_API_OBJECT && map.type !== types.JS_SPECIAL_API_OBJECT) return;
    for (let offset = graph.embedderFields; offset < 8 * map.inObjectStart; offset += 8)
      steps.internal(String((offset - graph.embedderFields) / 8), offset);
  }

  #function(map: MapInfo, steps: Steps): void {
    const { function: f } = this.#view.layout.objects;
    const hasPrototype =
      map.instanceSize > f.prototypeOrInitialMap && map.inObjectStart * 8 > f.prototypeOrInitialMap;
    if (hasPrototype) {
      steps.add(Step.prototype, EdgeType.property, 'prototype', f.prototypeOrInitialMap / 8);
      steps.cover(f.prototypeOrInitialMap, Cover.always);
    }
    steps.internal('feedback_cell', f.feedbackCell, '(function feedback cell)');
    steps.internal('shared', f.shared, '(shared function info)');
    steps.internal('context', f.context);
    if (!Number.isNaN(f.code)) steps.internal('code', f.code);
    else {
      steps.add(Step.dispatch, EdgeType.internal, 'code', f.dispatchHandle);
      steps.cover(8 * Math.floor(f.dispatchHandle / 8), Cover.always);
    }
  }
}

class Steps {
  readonly #rows: number[] = [];
  readonly #cover: Uint8Array;
  readonly #context: PlanContext;

  constructor(words: number, context: PlanContext) {
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

  plan(): ReceiverPlan {
    for (const [word, cover] of this.#cover.entries())
      if (word > 0 && cover === Cover.none) this.#rows.push(Step.unshown, 0, 0, word, 0);
    return { rows: Int32Array.from(this.#rows), cover: this.#cover };
  }
}
