import type { Tagged } from '../address.ts';
import type { HeapView } from '../v8/objects/heap-view.ts';

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

/** The objects that internal references never show. */
export function furniture({ layout, isolate }: HeapView): Tagged[] {
  const names = layout.graph.holesAreShown ? FURNITURE : [...FURNITURE, ...HOLES];
  return names.map((name) => isolate.root(name));
}

/** Maps of what fills gaps between objects. */
export function fillerMaps({ isolate }: HeapView): Set<Tagged> {
  return new Set(
    ['free_space_map', 'one_pointer_filler_map', 'two_pointer_filler_map'].map((name) => isolate.root(name)),
  );
}
