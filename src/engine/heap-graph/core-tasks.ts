import type { OwnershipInput } from '../graph/ownership.ts';
import { HelperThread } from '../threads/helper-thread.ts';
import type { ImageShape } from './heap-image.ts';
import type { TagColumns } from './role-tags.ts';
import type { ArenaState } from './string-arena.ts';
import type { TextInput } from './text-nodes.ts';

export interface LoadInput {
  readonly shape: ImageShape;
  /** The file that the pages lie in, and where each begins there; -1 for those that only the other thread can load. */
  readonly path: string;
  readonly positions: Float64Array;
  /** [0] the next page that no thread has claimed. */
  readonly next: Int32Array;
}

export interface TextTask extends TextInput {
  /** Numbers that have ids of their own. */
  readonly numbers: number;
}

/** What is known once all other nodes are described. */
export interface FinishInput {
  readonly tags: TagColumns;
  /** Id of the name of nodes without one. */
  readonly unnamed: number;
  /** The texts of edges and of other nodes. */
  readonly strings: ArenaState;
}

/** What the helper thread of a core can do, in this order. */
export interface CoreTasks {
  /** Loads pages until all are claimed; results in the bytes that the file did not have. */
  readonly load: { readonly input: LoadInput; readonly result: number };
  readonly texts: { readonly input: TextTask; readonly result: undefined };
  /** Results in the texts that are not among those of the input: their ids follow on them. */
  readonly finish: { readonly input: FinishInput; readonly result: ArenaState };
  readonly ownership: { readonly input: OwnershipInput; readonly result: Uint32Array };
}

export type CoreHelper = HelperThread<CoreTasks>;

export function startCoreHelper(): CoreHelper {
  return new HelperThread<CoreTasks>(import.meta.url, './core-thread.js', './core-thread.ts');
}
