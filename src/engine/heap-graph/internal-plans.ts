import { EdgeType, NodeType } from '../graph/types.ts';
import type { HeapView } from '../v8/objects/heap-view.ts';
import type { ObjectSizes } from '../v8/objects/object-size.ts';
import type { FieldRule, FieldRules } from './field-rules.ts';
import type { Kind } from './object-kinds.ts';
import { Cover, type ObjectPlan, type PlanContext, PlanSteps, Step } from './plan-steps.ts';

type Build = (steps: PlanSteps) => void;

/**
 * Plans for internal objects, as V8 names what they hold (V8HeapExplorer::Extract…,
 * profiler/heap-snapshot-generator.cc): by rules for their fields, and for those that have more than fields.
 */
export class InternalPlans {
  readonly #view: HeapView;
  readonly #rules: FieldRules;
  readonly #sizes: ObjectSizes;
  readonly #context: Pick<PlanContext, 'name'>;
  readonly #builders: ReadonlyMap<number, Build>;
  /** Bytes before what is numbered. */
  readonly #headers: ReadonlyMap<number, number>;

  constructor(view: HeapView, rules: FieldRules, sizes: ObjectSizes, context: Pick<PlanContext, 'name'>) {
    this.#view = view;
    this.#rules = rules;
    this.#sizes = sizes;
    this.#context = context;
    const { types, objects } = view.layout;
    const { descriptors, fixedArray } = objects;
    this.#builders = new Map<number, Build>([
      [types.MAP, (steps) => this.#map(steps)],
      [types.SHARED_FUNCTION_INFO, (steps) => this.#shared(steps)],
      [types.BYTECODE_ARRAY, (steps) => this.#bytecode(steps)],
      [types.CODE, (steps) => this.#code(steps)],
      [types.DESCRIPTOR_ARRAY, (steps) => this.#descriptors(steps)],
      [types.STRONG_DESCRIPTOR_ARRAY, (steps) => this.#descriptors(steps)],
      [types.WEAK_FIXED_ARRAY, (steps) => this.#weakArray(steps)],
    ]);
    this.#headers = new Map([
      [types.DESCRIPTOR_ARRAY, descriptors.header],
      [types.STRONG_DESCRIPTOR_ARRAY, descriptors.header],
      [types.WEAK_FIXED_ARRAY, fixedArray.data],
    ]);
  }

  /** Undefined for objects that no plan tells all of. */
  of(kind: Kind): ObjectPlan | undefined {
    const { type, instanceSize } = kind.map;
    const build = this.#builders.get(type);
    const rules = build ? [] : this.#rules.of(type);
    // Of those that are of any size, rules tell of the first words.
    const isOpen = !build && instanceSize === 0;
    if (!rules || (isOpen && (kind.body !== 'words' || !this.#sizes.formulaOf(type)))) return undefined;
    const steps = new PlanSteps(this.#words(kind, rules), this.#context);
    build?.(steps);
    for (const rule of rules) steps.rule(rule);
    return steps.plan(isOpen);
  }

  /** How many words the plan tells of. */
  #words({ map, body, header }: Kind, rules: readonly FieldRule[]): number {
    if (body === 'header') return header / 8;
    if (map.instanceSize > 0) return map.instanceSize / 8;
    return Math.max(this.#headers.get(map.type) ?? 8, ...rules.map(({ offset }) => offset + 8)) / 8;
  }

  #map(steps: PlanSteps): void {
    const { map: o } = this.#view.layout.objects;
    steps.add(Step.transitions, EdgeType.internal, '', o.transitions / 8);
    steps.cover(o.transitions, Cover.unlessFurniture);
    steps.internal('descriptors', o.descriptors, '(map descriptors)');
    steps.internal('prototype', o.prototype);
    steps.add(Step.maker, EdgeType.internal, '', o.constructorOrBackPointer / 8);
    steps.cover(o.constructorOrBackPointer, Cover.unlessFurniture);
    steps.internal('dependent_code', o.dependentCode, '(dependent code)');
    steps.tag(o.validityCell, '(prototype validity cell)', NodeType.objectShape);
  }

  #shared(steps: PlanSteps): void {
    const { code, graph } = this.#view.layout;
    const { shared } = code;
    // Up to 20, only the closures of a function name it.
    if (!graph.codeIsHandle) steps.add(Step.self, EdgeType.internal, '', 0, '(shared function info)');
    steps.add(Step.namedCode, EdgeType.internal, '', shared.functionData / 8);
    steps.internal('name_or_scope_info', shared.nameOrScopeInfo);
    steps.internal(graph.codeIsHandle ? 'script_or_debug_info' : 'script', shared.script);
    if (Number.isNaN(shared.untrustedData)) steps.internal('function_data', shared.functionData);
    else {
      steps.internal('trusted_function_data', shared.functionData);
      steps.internal('untrusted_function_data', shared.untrustedData);
    }
    steps.internal('raw_outer_scope_info_or_feedback_metadata', shared.outerScopeInfoOrFeedbackMetadata);
  }

  #bytecode(steps: PlanSteps): void {
    const { bytecodeArray: o } = this.#view.layout.code;
    steps.add(Step.constants, EdgeType.internal, '', o.constantPool / 8);
    steps.tag(o.handlerTable, '(handler table)', NodeType.code);
    steps.tag(o.sourcePositions, '(source position table)', NodeType.code);
  }

  #code(steps: PlanSteps): void {
    const { code, graph } = this.#view.layout;
    const { instructionStream } = code.code;
    if (Number.isNaN(instructionStream) || graph.codeIsHandle) return;
    steps.add(Step.instructions, EdgeType.internal, '', instructionStream / 8);
    for (const offset of [instructionStream, code.code.deoptimizationData, code.code.sourcePositions])
      steps.cover(offset, Cover.unlessFurniture);
  }

  #descriptors(steps: PlanSteps): void {
    const { types, objects } = this.#view.layout;
    const { header, entryWords } = objects.descriptors;
    const formula = this.#sizes.formulaOf(types.DESCRIPTOR_ARRAY);
    // How many there are, and what the collector notes.
    steps.cover(8, Cover.always);
    steps.internal('enum_cache', header - 8);
    if (formula) steps.numbered(header, formula, entryWords);
  }

  #weakArray(steps: PlanSteps): void {
    const { length, data } = this.#view.layout.objects.fixedArray;
    steps.numbered(data, { at: length + 4, shift: 0, mask: -1 }, 1);
  }
}
