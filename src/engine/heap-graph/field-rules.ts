import { EdgeType, NodeType } from '../graph/types.ts';
import type { Layout } from '../v8/layout/layout.ts';

/** A field of an internal object, as V8 names what it holds. */
export interface FieldRule {
  /** None for fields that only give a role. */
  readonly name?: string;
  readonly offset: number;
  readonly type: number;
  /** What a nameless object gets for a name from being held here. */
  readonly role?: string;
  /** The NodeType that any object gets from being held here. */
  readonly roleType?: number;
  /** True if the edge is weak where the pointer is. */
  readonly mayBeWeak?: boolean;
}

/**
 * The fields that V8 names of internal objects that are all alike, by instance type (V8HeapExplorer::Extract…,
 * profiler/heap-snapshot-generator.cc): none for most types.
 */
export class FieldRules {
  readonly #layout: Layout;
  readonly #rules: ReadonlyMap<number, readonly FieldRule[]>;
  /** By the type's name. */
  readonly #named: ReadonlyMap<string, readonly FieldRule[]>;
  /** Types whose objects differ in more than what their fields hold. */
  readonly #special: ReadonlySet<number>;
  readonly #known = new Map<number, readonly FieldRule[] | undefined>();

  constructor(layout: Layout) {
    const { types, objects, graph, code } = layout;
    const { script } = code;
    const { allocationSite: site } = graph;
    const value = { ...field('value', objects.cell.value), mayBeWeak: true };
    this.#layout = layout;
    this.#rules = new Map<number, readonly FieldRule[]>([
      [types.SYMBOL, [field('name', objects.symbol.description)]],
      [
        types.ACCESSOR_INFO,
        [field('name', objects.accessorInfo.name), field('data', graph.accessorInfoData)],
      ],
      [
        types.ACCESSOR_PAIR,
        [field('getter', objects.accessorPair.getter), field('setter', objects.accessorPair.setter)],
      ],
      [
        types.PROPERTY_CELL,
        [
          field('value', objects.propertyCell.value),
          { ...field('dependent_code', graph.propertyCellDependentCode), role: '(dependent code)' },
        ],
      ],
      [
        types.WEAK_CELL,
        [
          field('target', graph.weakCell.target, EdgeType.weak),
          field('unregister_token', graph.weakCell.token, EdgeType.weak),
        ],
      ],
      [types.CELL, [value]],
      [types.FEEDBACK_CELL, [value]],
      [
        types.ALLOCATION_SITE,
        [
          field('transition_info', site.transitionInfo),
          field('nested_site', site.nestedSite),
          { ...field('dependent_code', site.dependentCode), ...role('(dependent code)', NodeType.code) },
        ],
      ],
      [
        types.SCRIPT,
        [
          field('source', script.source),
          field('name', script.name),
          field('context_data', graph.scriptContextData),
          { ...field('line_ends', script.lineEnds), ...role('(script line ends)', NodeType.code) },
          { ...unnamed(script.sharedFunctionInfos), ...role('(infos)', NodeType.code) },
          { ...unnamed(script.sourceMappingUrl + 8), ...role('(host-defined options)', NodeType.code) },
        ],
      ],
      [
        types.ENUM_CACHE,
        [8, 16].map((offset) => ({ ...unnamed(offset), ...role('(enum cache)', NodeType.objectShape) })),
      ],
      [
        types.TRANSITION_ARRAY,
        [
          {
            ...unnamed(objects.fixedArray.data + 8 * graph.prototypeTransitions),
            ...role('(prototype transitions)', NodeType.objectShape),
          },
        ],
      ],
    ]);
    this.#named = new Map<string, readonly FieldRule[]>([
      [
        'ARRAY_BOILERPLATE_DESCRIPTION',
        [
          {
            ...field('constant_elements', graph.constantElements),
            ...role('(constant elements)', NodeType.code),
          },
        ],
      ],
      [
        'PROTOTYPE_INFO',
        [
          {
            ...unnamed(graph.prototypeInfo.enumCache),
            ...role('(prototype chain enum cache)', NodeType.objectShape),
          },
          { ...unnamed(graph.prototypeInfo.users), ...role('(prototype users)', NodeType.objectShape) },
        ],
      ],
    ]);
    this.#special = new Set([
      types.MAP,
      types.DESCRIPTOR_ARRAY,
      types.STRONG_DESCRIPTOR_ARRAY,
      types.WEAK_FIXED_ARRAY,
      types.WEAK_ARRAY_LIST,
      types.SHARED_FUNCTION_INFO,
      types.BYTECODE_ARRAY,
      types.SCOPE_INFO,
      types.CODE,
      types.INSTRUCTION_STREAM,
      types.FEEDBACK_VECTOR,
    ]);
  }

  /** Undefined for receivers, contexts, and what has rules of its own. */
  of(type: number): readonly FieldRule[] | undefined {
    if (!this.#known.has(type)) this.#known.set(type, this.#find(type));
    return this.#known.get(type);
  }

  #find(type: number): readonly FieldRule[] | undefined {
    const layout = this.#layout;
    if (layout.isString(type)) return this.#string(type);
    if (layout.isReceiver(type) || layout.isContext(type) || this.#special.has(type)) return undefined;
    return this.#rules.get(type) ?? this.#named.get(layout.typeName(type)) ?? [];
  }

  #string(type: number): readonly FieldRule[] {
    const { string: s } = this.#layout.objects;
    const form = type & s.representationMask;
    if (form === s.consTag) return [field('first', s.consFirst), field('second', s.consSecond)];
    if (form === s.slicedTag) return [field('parent', s.slicedParent)];
    return form === s.thinTag ? [field('actual', s.thinActual)] : [];
  }
}

function field(name: string, offset: number, type: number = EdgeType.internal): FieldRule {
  return { name, offset, type };
}

function unnamed(offset: number): FieldRule {
  return { offset, type: EdgeType.internal };
}

function role(name: string, type: number): Pick<FieldRule, 'role' | 'roleType'> {
  return { role: name, roleType: type };
}
