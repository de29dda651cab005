import { EdgeType } from '../graph/types.ts';
import type { Layout } from '../v8/layout/layout.ts';

/** A field of an internal object, as V8 names what it holds. */
export interface FieldRule {
  readonly name: string;
  readonly offset: number;
  readonly type: number;
  /** What a nameless object gets for a name from being held here. */
  readonly role?: string;
}

/**
 * The fields that V8 names of internal objects that are all alike, by instance type (V8HeapExplorer::Extract…,
 * profiler/heap-snapshot-generator.cc): none for most types.
 */
export class FieldRules {
  readonly #layout: Layout;
  readonly #rules: ReadonlyMap<number, readonly FieldRule[]>;
  /** Types whose objects differ in more than what their fields hold. */
  readonly #special: ReadonlySet<number>;
  readonly #known = new Map<number, readonly FieldRule[] | undefined>();

  constructor(layout: Layout) {
    const { types, objects, graph } = layout;
    this.#layout = layout;
    this.#rules = new Map([
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
    ]);
    this.#special = new Set([
      types.MAP,
      types.CELL,
      types.FEEDBACK_CELL,
      types.DESCRIPTOR_ARRAY,
      types.STRONG_DESCRIPTOR_ARRAY,
      types.WEAK_FIXED_ARRAY,
      types.WEAK_ARRAY_LIST,
      types.TRANSITION_ARRAY,
      types.ALLOCATION_SITE,
      types.SHARED_FUNCTION_INFO,
      types.SCRIPT,
      types.BYTECODE_ARRAY,
      types.SCOPE_INFO,
      types.CODE,
      types.INSTRUCTION_STREAM,
      types.ENUM_CACHE,
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
    const name = layout.typeName(type);
    if (name === 'ARRAY_BOILERPLATE_DESCRIPTION' || name === 'PROTOTYPE_INFO') return undefined;
    return this.#rules.get(type) ?? [];
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
