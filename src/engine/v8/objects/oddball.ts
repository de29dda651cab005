import type { Tagged } from '../../address.ts';
import type { HeapView } from './heap-view.ts';

/** Roots that V8 uses in place of values, with what they say of a variable or property. */
const internalValues: Readonly<Record<string, string>> = {
  the_hole_value: 'not initialized yet',
  uninitialized_value: 'not initialized yet',
  optimized_out: 'optimized out',
  stale_register: 'no longer in use',
  arguments_marker: 'materialized only on deoptimization',
  termination_exception: 'execution was being terminated',
  self_reference_marker: 'internal to V8',
  basic_block_counters_marker: 'internal to V8',
  exception: 'internal to V8',
  hash_table_hole_value: 'deleted entry',
  property_cell_hole_value: 'deleted property',
};

/** Why a word that is one of V8's markers shows no JavaScript value; undefined for all others. */
export function markerReason(view: HeapView, word: Tagged): string | undefined {
  const name = view.isolate.rootName(word);
  return name === undefined ? undefined : internalValues[name];
}
