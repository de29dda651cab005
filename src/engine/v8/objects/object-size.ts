import { type Address, at } from '../../address.ts';
import { hashTables } from '../layout/instance-types.ts';
import type { HeapView } from './heap-view.ts';
import type { MapInfo } from './map.ts';

/** How the size of an object follows from one 32-bit number in it: rounded up to words. */
export interface SizeFormula {
  /** Offset of the number in bytes. */
  readonly at: number;
  /** The bits of it that count: so many on the right are left out, then those of the mask are taken. */
  readonly shift: number;
  readonly mask: number;
  /** Bytes of an object that has none, and of each. */
  readonly base: number;
  readonly each: number;
}

type SizeOf = (base: Address) => number;

const round8 = (n: number): number => Math.ceil(n / 8) * 8;

/** Bytes of an object whose number that is. */
export function sizeBy({ shift, mask, base, each }: SizeFormula, number: number): number {
  const bytes = base + each * ((number >>> shift) & mask);
  return bytes + (-bytes & 7);
}

/**
 * Sizes of heap objects in bytes (HeapObject::SizeFromMap, objects/heap-object-inl.h). Most are in the map;
 * the others follow from a length in the object.
 */
export class ObjectSizes {
  readonly #view: HeapView;
  readonly #formulas: ReadonlyMap<number, SizeFormula>;
  readonly #others: ReadonlyMap<number, SizeOf>;

  constructor(view: HeapView) {
    this.#view = view;
    this.#formulas = formulas(view);
    this.#others = others(view);
  }

  /** Size of the object at `base`; undefined for kinds whose size is not known here. */
  of(base: Address, map: MapInfo): number | undefined {
    if (map.instanceSize !== 0) return map.instanceSize;
    const formula = this.formulaOf(map.type);
    return formula
      ? sizeBy(formula, this.#view.memory.u32(at(base, formula.at)))
      : this.#others.get(map.type)?.(base);
  }

  /** For objects whose map does not have their size; undefined where one number does not tell it. */
  formulaOf(type: number): SizeFormula | undefined {
    const formula = this.#formulas.get(type);
    if (formula) return formula;
    const { layout } = this.#view;
    if (layout.isString(type)) {
      const { string } = layout.objects;
      const each = (type & string.encodingMask) === string.oneByteTag ? 1 : 2;
      return plain(string.length, string.chars, each);
    }
    return layout.isContext(type) ? arrayFormula(this.#view) : undefined;
  }
}

const ALL = -1;

function plain(at: number, base: number, each: number, mask = ALL, shift = 0): SizeFormula {
  return { at, shift, mask, base, each };
}

/** That of the number in the upper half of a Smi; only sizes that are right matter, so the lower need not be looked at. */
function bySmi(offset: number, base: number, each: number, mask = ALL): SizeFormula {
  return plain(offset + 4, base, each, mask);
}

function arrayFormula(view: HeapView, extra = 0): SizeFormula {
  const { length, data } = view.layout.objects.fixedArray;
  return bySmi(length, data + extra, 8);
}

/** How sizes follow from lengths, by instance type. */
function formulas(view: HeapView): Map<number, SizeFormula> {
  const { types, objects, code, pages, sizes } = view.layout;
  const { length, data } = objects.fixedArray;
  const result = new Map<number, SizeFormula>();
  const add = (list: readonly number[], formula: SizeFormula) => {
    for (const type of list) if (!Number.isNaN(type)) result.set(type, formula);
  };
  add(
    [
      types.FIXED_ARRAY,
      types.WEAK_FIXED_ARRAY,
      types.TRUSTED_FIXED_ARRAY,
      types.TRUSTED_WEAK_FIXED_ARRAY,
      types.PROTECTED_FIXED_ARRAY,
      types.PROTECTED_WEAK_FIXED_ARRAY,
      types.TRANSITION_ARRAY,
      types.EMBEDDER_DATA_ARRAY,
      ...hashTables(types),
      types.EPHEMERON_HASH_TABLE,
      types.CLOSURE_FEEDBACK_CELL_ARRAY,
    ],
    arrayFormula(view),
  );
  add([types.SCRIPT_CONTEXT_TABLE], arrayFormula(view, sizes.scriptContextTableExtra));
  add([types.nativeContext], arrayFormula(view, sizes.nativeContextExtra));
  add([types.REG_EXP_MATCH_INFO], arrayFormula(view, sizes.regExpMatchInfoExtra));
  // Size of the backing store and flags.
  add([types.OBJECT_BOILERPLATE_DESCRIPTION], arrayFormula(view, 2 * sizes.extraWord));
  add([types.SLOPPY_ARGUMENTS_ELEMENTS], arrayFormula(view, 16));
  add([types.WEAK_ARRAY_LIST, types.ARRAY_LIST], bySmi(8, objects.weakArrayList.data, 8));
  const { lengthAndHash, lengthMask, data: properties } = objects.propertyArray;
  add([types.PROPERTY_ARRAY], bySmi(lengthAndHash, properties, 8, lengthMask));
  add([types.BYTE_ARRAY, types.TRUSTED_BYTE_ARRAY], bySmi(length, data, 1));
  add([types.FIXED_DOUBLE_ARRAY, types.EXTERNAL_POINTER_ARRAY], arrayFormula(view));
  const { bitField, digits } = objects.bigInt;
  add([types.BIGINT], plain(bitField, digits, 8, 0x3fff_ffff, 1));
  add([types.FREE_SPACE], bySmi(8, 0, pages.freeSpaceInWords ? 8 : 1));
  add([types.BYTECODE_ARRAY], bySmi(code.bytecodeArray.length, code.bytecodeArray.data, 1));
  const { header, entryWords, count } = objects.descriptors;
  add(
    [types.DESCRIPTOR_ARRAY, types.STRONG_DESCRIPTOR_ARRAY],
    plain(count & ~3, header, 8 * entryWords, 0xffff, 8 * (count & 3)),
  );
  add([types.FEEDBACK_VECTOR], plain(8, sizes.feedbackVectorHeader, 8));
  // Capacity: two words and two bytes of each entry, and a group more of control bytes (SwissNameDictionary::SizeFor).
  add([types.SWISS_NAME_DICTIONARY], plain(12, 40, 18));
  // Pairs of a number and its text, behind their count (DoubleStringCache of V8 14).
  add([types.DOUBLE_STRING_CACHE], plain(8, 16, 16));
  const { wasmTypeInfo, wasmDispatchTable, wasmDispatchTableForImports: imports } = sizes;
  add([types.WASM_TYPE_INFO], bySmi(wasmTypeInfo.length, wasmTypeInfo.data, 8));
  add(
    [types.WASM_DISPATCH_TABLE],
    plain(wasmDispatchTable.capacity, wasmDispatchTable.data, wasmDispatchTable.entry),
  );
  add([types.WASM_DISPATCH_TABLE_FOR_IMPORTS], plain(imports.length, imports.data, imports.entry));
  return result;
}

/** Of what takes more than one number, by instance type. */
function others({ layout, memory }: HeapView): Map<number, SizeOf> {
  const { types, sizes } = layout;
  return new Map<number, SizeOf>([
    [
      types.FEEDBACK_METADATA,
      (base) => {
        const slots = memory.i32(at(base, 8));
        const closures = sizes.metadataHasClosures ? memory.i32(at(base, 12)) : 0;
        return round8(16 + 4 * Math.ceil(slots / 6) + 2 * closures);
      },
    ],
    [types.PREPARSE_DATA, (base) => 16 + round8(memory.i32(at(base, 8))) + 8 * memory.i32(at(base, 12))],
  ]);
}
