import type { EdgeColumns } from './edge-columns.ts';
import type { Furniture, FurnitureFlags } from './furniture.ts';
import type { HeapImage } from './heap-image.ts';
import type { PlanConstants } from './plan-constants.ts';
import type { PlanColumns } from './plan-table.ts';
import type { RoleColumns } from './role-tags.ts';
import type { Traits } from './traits.ts';

/** What edges are made from by plans, on whatever thread; its large parts are shared. */
export interface PlannedInput {
  readonly plans: PlanColumns;
  readonly constants: PlanConstants;
  readonly furniture: FurnitureFlags;
  /** What KindSizes is made of. */
  readonly sizes: Int32Array;
  /** Of a SharedTable by index of a ScopeInfo: id of the plan of its contexts, and how many words these have. */
  readonly contexts: Int32Array;
  /** Of a SharedTable by index of a key, and one more: what DictionaryEdges knows keys by. */
  readonly keys: Int32Array;
  /** Of a SharedTable by dispatch handle: ordinal of the code, or -1. */
  readonly codes: Int32Array;
  /** Ordinals of what has edges of entries of WeakMaps, ascending. */
  readonly ephemerons: Uint32Array;
  /** By ordinal: where the object's edges begin. */
  readonly firstEdge: Uint32Array;
}

/** What plans tell, of one thread. */
export interface PlannedOutput {
  readonly edges: EdgeColumns;
  readonly roles: RoleColumns;
}

/** What the steps of plans are done with, on one thread. */
export interface StepTools extends PlannedOutput {
  readonly image: HeapImage;
  readonly plans: PlanColumns;
  readonly constants: PlanConstants;
  readonly furniture: Furniture;
  readonly traits: Traits;
}
