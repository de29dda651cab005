import { EdgeType } from '../graph/types.ts';
import type { HeapView } from '../v8/objects/heap-view.ts';
import type { MapInfo } from '../v8/objects/map.ts';
import { ObjectSizes } from '../v8/objects/object-size.ts';
import type { HeapWords } from './heap-words.ts';
import { InternalPlans } from './internal-plans.ts';
import type { Kind } from './object-kinds.ts';
import { Cover, type ObjectPlan, OF_INSTANCES, type PlanContext, PlanSteps, Step } from './plan-steps.ts';
import type { References } from './references.ts';

/** Elements kinds of small integers and of doubles, packed and holey (objects/elements-kind.h). */
const UNTAGGED: ReadonlySet<number> = new Set([0, 1, 4, 5]);

/**
 * Plans for objects that have their references in common with all of their map: receivers
 * (V8HeapExplorer::ExtractJSObjectReferences), and internal objects. What `References` tells of one object is told
 * once for all.
 */
export class ObjectPlans {
  readonly #view: HeapView;
  readonly #words: HeapWords;
  readonly #references: References;
  readonly #context: PlanContext;
  readonly #internals: InternalPlans;

  constructor(view: HeapView, words: HeapWords, references: References, context: PlanContext) {
    this.#view = view;
    this.#words = words;
    this.#references = references;
    this.#context = context;
    this.#internals = new InternalPlans(view, references.fields, new ObjectSizes(view), context);
  }

  /** Undefined for kinds whose objects differ in more than values. */
  of(kind: Kind): ObjectPlan | undefined {
    const { layout } = this.#view;
    const { map, weakOffsets } = kind;
    if (kind.body === 'data' || kind.body === 'ephemerons' || this.#references.indexed.has(map.type))
      return undefined;
    const isReceiver = layout.isReceiver(map.type);
    if (isReceiver && kind.form !== 'fixed') return undefined;
    const plan = isReceiver ? this.#receiver(map) : this.#internals.of(kind);
    return weakOffsets.every((offset) => plan?.cover[offset / 8] !== Cover.none) ? plan : undefined;
  }

  #receiver(map: MapInfo): ObjectPlan | undefined {
    const { layout } = this.#view;
    const { types } = layout;
    const { type } = map;
    const steps = new PlanSteps(map.instanceSize / 8, this.#context);
    if (type === types.JS_PROXY) return steps.plan();
    if (type === types.JS_ARRAY_BUFFER) {
      const { backingStore } = layout.objects.arrayBuffer;
      steps.add(Step.backingStore, EdgeType.internal, '', backingStore / 8);
      steps.cover(backingStore, Cover.always);
      return steps.plan();
    }
    if (type === types.JS_GLOBAL_PROXY || type === types.JS_GLOBAL_OBJECT) return undefined;
    this.#collections(type, steps);
    if (map.isDictionary)
      steps.add(Step.dictionary, EdgeType.property, '', layout.objects.object.properties / 8);
    else if (!this.#ownProperties(map, steps)) return undefined;
    if (!UNTAGGED.has(map.elementsKind))
      steps.add(Step.elements, EdgeType.element, '', layout.objects.object.elements / 8);
    this.#embedderFields(map, steps);
    const { object, map: mapLayout } = layout.objects;
    const prototype = this.#context.ordinal(this.#words.tagged(map.word, mapLayout.prototype));
    if (prototype >= 0) steps.add(Step.constant, EdgeType.property, '__proto__', prototype);
    if (layout.isFunction(type)) this.#function(map, steps);
    else if (type === types.JS_BOUND_FUNCTION) this.#boundFunction(steps);
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

  #collections(type: number, steps: PlanSteps): void {
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
  #ownProperties(map: MapInfo, steps: PlanSteps): boolean {
    const { properties } = this.#references;
    for (const p of properties.plan(map)) {
      const type = p.key.text === '' ? EdgeType.internal : EdgeType.property;
      if (p.inObject >= 0 || p.inArray >= 0) {
        if (p.isAccessor) return false;
        if (p.inObject >= 0) steps.own(type, p.key.text, p.inObject);
        else steps.add(Step.backing, type, p.key.text, p.inArray / 8);
      } else {
        properties.constant(p, {
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
  #embedderFields(map: MapInfo, steps: PlanSteps): void {
    const { types, graph } = this.#view.layout;
    if (map.type !== types.JS_API_OBJECT && map.type !== types.JS_SPECIAL_API_OBJECT) return;
    for (let offset = graph.embedderFields; offset < 8 * map.inObjectStart; offset += 8)
      steps.internal(String((offset - graph.embedderFields) / 8), offset);
  }

  #boundFunction(steps: PlanSteps): void {
    const { args, boundThis, target } = this.#view.layout.objects.boundFunction;
    steps.internal('bindings', args, '(bound arguments)');
    steps.internal('bound_this', boundThis);
    steps.internal('bound_function', target);
    steps.add(Step.boundArguments, EdgeType.shortcut, '', args / 8);
  }

  #function(map: MapInfo, steps: PlanSteps): void {
    const { function: f } = this.#view.layout.objects;
    const hasPrototype =
      map.instanceSize > f.prototypeOrInitialMap && map.inObjectStart * 8 > f.prototypeOrInitialMap;
    if (hasPrototype) {
      const value = map.nonInstancePrototype;
      steps.prototype(
        f.prototypeOrInitialMap,
        value === undefined ? OF_INSTANCES : this.#context.ordinal(value),
      );
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
