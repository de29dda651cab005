import type { Tagged } from '../address.ts';
import type { HeapView } from '../v8/objects/heap-view.ts';
import type { HeapImage } from './heap-image.ts';

/** What references are left out for, as V8 does: they lead to every heap's furniture (IsEssentialObject). */
const FURNITURE = [
  'undefined_value',
  'null_value',
  'true_value',
  'false_value',
  'the_hole_value',
  'empty_byte_array',
  'empty_fixed_array',
  'empty_weak_fixed_array',
  'empty_descriptor_array',
  'fixed_array_map',
  'cell_map',
  'global_property_cell_map',
  'shared_function_info_map',
  'free_space_map',
  'one_pointer_filler_map',
  'two_pointer_filler_map',
];
/** Holes and markers, which some lines show. */
const HOLES = [
  'hash_table_hole_value',
  'optimized_out',
  'uninitialized_value',
  'arguments_marker',
  'exception',
  'termination_exception',
  'stale_register',
  'self_reference_marker',
  'basic_block_counters_marker',
  'promise_hole_value',
  'property_cell_hole_value',
];

/** Which objects are furniture, as it passes between threads. */
export interface FurnitureFlags {
  /** Ordinal of the first of them. */
  readonly first: number;
  /** From `first` on: 1 for furniture. They lie close together, in the read-only space. */
  readonly flags: Uint8Array;
}

/** Ordinals of the objects that internal references never show. */
export class Furniture implements FurnitureFlags {
  readonly first: number;
  readonly flags: Uint8Array;

  static of({ layout, isolate }: HeapView, image: HeapImage): Furniture {
    const names = layout.graph.holesAreShown ? FURNITURE : [...FURNITURE, ...HOLES];
    const ordinals = names
      .map((name) => image.ordinalOf(image.indexAt(isolate.root(name))))
      .filter((ordinal) => ordinal >= 0);
    const first = Math.min(...ordinals, Number.MAX_SAFE_INTEGER);
    const flags = new Uint8Array(ordinals.length === 0 ? 0 : Math.max(...ordinals) - first + 1);
    for (const ordinal of ordinals) flags[ordinal - first] = 1;
    return new Furniture({ first, flags });
  }

  constructor({ first, flags }: FurnitureFlags) {
    this.first = first;
    this.flags = flags;
  }

  has(ordinal: number): boolean {
    const i = ordinal - this.first;
    return i >= 0 && i < this.flags.length && this.flags[i] === 1;
  }
}

/** Maps of what fills gaps between objects. */
export function fillerMaps({ isolate }: HeapView): Set<Tagged> {
  return new Set(
    ['free_space_map', 'one_pointer_filler_map', 'two_pointer_filler_map'].map((name) => isolate.root(name)),
  );
}
