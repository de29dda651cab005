import type { OwnershipInput } from '../graph/ownership.ts';
import type { LocateOptions } from '../modules/locate.ts';
import { HelperThread } from '../threads/helper-thread.ts';
import type { LocationColumns } from './function-locations.ts';
import type { ImageShape } from './heap-image.ts';
import type { NodeColumns } from './node-describer.ts';
import type { TagColumns } from './role-tags.ts';
import type { ArenaState } from './string-arena.ts';

/** A core as another thread opens it once more. */
export interface CoreInput {
  readonly path: string;
  readonly options: LocateOptions;
}

export interface LoadInput {
  readonly shape: ImageShape;
  /** Number of the isolate whose heap it is. */
  readonly isolate: number;
  /** [0] the next page that no thread has claimed. */
  readonly next: Int32Array;
}

export interface DescribeInput {
  /** Indexes of maps by kind's id, as the marks have it. */
  readonly maps: Uint32Array;
  /** Ordinal of the first object, and how many there are. */
  readonly base: number;
  readonly objects: number;
  readonly columns: NodeColumns;
  /** Numbers that have ids of their own; the first id that is free. */
  readonly numbers: number;
  readonly firstText: number;
}

/** What is known once the edges are there. */
export interface FinishInput {
  readonly tags: TagColumns;
  /** The texts of edges. */
  readonly strings: ArenaState;
}

export interface Described {
  /** Texts that are not among those of edges: their ids follow on them. */
  readonly strings: ArenaState;
  /** Ordinals and sizes that do not fit in 32 bits. */
  readonly large: readonly (readonly [number, number])[];
  readonly locations: LocationColumns;
}

/** What the helper thread of a core can do, in this order. */
export interface CoreTasks {
  readonly open: { readonly input: CoreInput; readonly result: undefined };
  /** Loads pages until all are claimed; results in the bytes that the dump does not have. */
  readonly load: { readonly input: LoadInput; readonly result: number };
  readonly describe: { readonly input: DescribeInput; readonly result: undefined };
  readonly finish: { readonly input: FinishInput; readonly result: Described };
  readonly ownership: { readonly input: OwnershipInput; readonly result: Uint32Array };
}

export type CoreHelper = HelperThread<CoreTasks>;

export function startCoreHelper(): CoreHelper {
  return new HelperThread<CoreTasks>(import.meta.url, './core-thread.js', './core-thread.ts');
}
