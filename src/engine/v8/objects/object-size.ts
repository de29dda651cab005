import { type Address, address, at } from '../../address.ts';
import type { HeapView } from './heap-view.ts';
import type { MapInfo } from './map.ts';

type SizeOf = (base: Address) => number;

const round8 = (n: number): number => Math.ceil(n / 8) * 8;

/**
 * Sizes of heap objects in bytes (HeapObject::SizeFromMap, objects/heap-object-inl.h). Most are in the map;
 * the others follow from a length in the object.
 */
export class ObjectSizes {
  readonly #view: HeapView;
  readonly #byType: Map<number, SizeOf>;

  constructor(view: HeapView) {
    this.#view = view;
    this.#byType = rules(view);
  }

  /** Size of the object at `base`; undefined for kinds whose size is not known here. */
  of(base: Address, map: MapInfo): number | undefined {
    if (map.instanceSize !== 0) return map.instanceSize;
    const { layout } = this.#view;
    const rule = this.#byType.get(map.type);
    if (rule) return rule(base);
    if (layout.isString(map.type)) return this.#stringSize(base, map.type);
    return layout.isContext(map.type) ? arraySize(this.#view, base) : undefined;
  }

  #stringSize(base: Address, type: number): number {
    const { memory, layout } = this.#view;
    const { string } = layout.objects;
    const width = (type & string.encodingMask) === string.oneByteTag ? 1 : 2;
    return round8(string.chars + width * memory.u32(at(base, string.length)));
  }
}

function smiAt(view: HeapView, a: Address): number {
  // The upper half of the word; only sizes that are right matter, so the lower need not be looked at.
  return view.memory.i32(address(a + 4));
}

function arraySize(view: HeapView, base: Address): number {
  const { length, data } = view.layout.objects.fixedArray;
  return data + 8 * smiAt(view, at(base, length));
}

/** How sizes follow from lengths, by instance type. */
function rules(view: HeapView): Map<number, SizeOf> {
  const { types, objects, code, pages, sizes } = view.layout;
  const { memory } = view;
  const { length, data } = objects.fixedArray;
  const result = new Map<number, SizeOf>();
  const add = (list: readonly number[], size: SizeOf) => {
    for (const type of list) if (!Number.isNaN(type)) result.set(type, size);
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
      types.ORDERED_HASH_MAP,
      types.ORDERED_HASH_SET,
      types.ORDERED_NAME_DICTIONARY,
      types.NAME_DICTIONARY,
      types.GLOBAL_DICTIONARY,
      types.NUMBER_DICTIONARY,
      types.SIMPLE_NUMBER_DICTIONARY,
      types.EPHEMERON_HASH_TABLE,
      types.HASH_TABLE,
      types.NAME_TO_INDEX_HASH_TABLE,
      types.REGISTERED_SYMBOL_TABLE,
      types.CLOSURE_FEEDBACK_CELL_ARRAY,
    ],
    (base) => arraySize(view, base),
  );
  add([types.SCRIPT_CONTEXT_TABLE], (base) => arraySize(view, base) + sizes.scriptContextTableExtra);
  add([types.nativeContext], (base) => arraySize(view, base) + sizes.nativeContextExtra);
  add([types.REG_EXP_MATCH_INFO], (base) => arraySize(view, base) + sizes.regExpMatchInfoExtra);
  // Size of the backing store and flags.
  add([types.OBJECT_BOILERPLATE_DESCRIPTION], (base) => arraySize(view, base) + 2 * sizes.extraWord);
  add([types.SLOPPY_ARGUMENTS_ELEMENTS], (base) => arraySize(view, base) + 16);
  add(
    [types.WEAK_ARRAY_LIST, types.ARRAY_LIST],
    (base) => objects.weakArrayList.data + 8 * smiAt(view, at(base, 8)),
  );
  add([types.PROPERTY_ARRAY], (base) => {
    const bits = smiAt(view, at(base, objects.propertyArray.lengthAndHash));
    return objects.propertyArray.data + 8 * (bits & objects.propertyArray.lengthMask);
  });
  add([types.BYTE_ARRAY, types.TRUSTED_BYTE_ARRAY], (base) => round8(data + smiAt(view, at(base, length))));
  add([types.FIXED_DOUBLE_ARRAY], (base) => data + 8 * smiAt(view, at(base, length)));
  add([types.BIGINT], (base) => {
    const bits = memory.u32(at(base, objects.bigInt.bitField));
    return objects.bigInt.digits + 8 * ((bits >>> 1) & 0x3fff_ffff);
  });
  add([types.FREE_SPACE], (base) => smiAt(view, at(base, 8)) * (pages.freeSpaceInWords ? 8 : 1));
  add([types.BYTECODE_ARRAY], (base) =>
    round8(code.bytecodeArray.data + smiAt(view, at(base, code.bytecodeArray.length))),
  );
  add([types.DESCRIPTOR_ARRAY, types.STRONG_DESCRIPTOR_ARRAY], (base) => {
    const { header, entryWords, count } = objects.descriptors;
    return header + 8 * entryWords * memory.u16(at(base, count));
  });
  add([types.FEEDBACK_VECTOR], (base) => sizes.feedbackVectorHeader + 8 * memory.i32(at(base, 8)));
  add([types.FEEDBACK_METADATA], (base) => {
    const slots = memory.i32(at(base, 8));
    const closures = sizes.metadataHasClosures ? memory.i32(at(base, 12)) : 0;
    return round8(16 + 4 * Math.ceil(slots / 6) + 2 * closures);
  });
  // Pairs of a number and its text, behind their count (DoubleStringCache of V8 14).
  add([types.DOUBLE_STRING_CACHE], (base) => 16 + 16 * memory.i32(at(base, 8)));
  const { wasmTypeInfo, wasmDispatchTable, wasmDispatchTableForImports: imports } = sizes;
  add([types.WASM_TYPE_INFO], (base) => wasmTypeInfo.data + 8 * smiAt(view, at(base, wasmTypeInfo.length)));
  add([types.WASM_DISPATCH_TABLE], (base) => {
    const { capacity, entry } = wasmDispatchTable;
    return wasmDispatchTable.data + entry * memory.i32(at(base, capacity));
  });
  add(
    [types.WASM_DISPATCH_TABLE_FOR_IMPORTS],
    (base) => imports.data + imports.entry * memory.i32(at(base, imports.length)),
  );
  add([types.PREPARSE_DATA], (base) => 16 + round8(memory.i32(at(base, 8))) + 8 * memory.i32(at(base, 12)));
  return result;
}
