import type { DominatorInput } from '../graph/dominator-input.ts';
import type { PlainDominators } from '../graph/dominators.ts';
import type { MemoryOutline } from '../memory/memory-outline.ts';
import { HelperThread } from '../threads/helper-thread.ts';
import type { AssemblyInput } from './edge-assembly.ts';
import type { EdgeArrays } from './edge-columns.ts';
import type { EdgeShare } from './edge-share.ts';
import type { EmbedderGraph } from './embedder-graph.ts';
import type { EmbedderInput } from './embedder-input.ts';
import type { ImageShape } from './heap-image.ts';
import type { MarkShare } from './mark-share.ts';
import type { PlannedInput } from './planned-input.ts';
import type { RoleColumns } from './role-tags.ts';

export interface LoadInput {
  readonly shape: ImageShape;
  /** The file that the pages lie in, and where each begins there; -1 for those that only the other thread can load. */
  readonly path: string;
  readonly positions: Float64Array;
  /** [0] the next page that no thread has claimed. */
  readonly next: Int32Array;
}

export interface EmbedderTask {
  readonly memory: MemoryOutline;
  readonly input: EmbedderInput;
}

export interface ConnectInput {
  readonly planned: PlannedInput;
  readonly share: EdgeShare;
  /** Ordinal behind the last object. */
  readonly end: number;
}

export interface ConnectedPart {
  readonly edges: EdgeArrays;
  readonly roles: RoleColumns;
}

/** What the helper thread of a core can do, in this order. */
export interface CoreTasks {
  /** Loads pages until all are claimed; results in the bytes that the file did not have. */
  readonly load: { readonly input: LoadInput; readonly result: number };
  /** Asks Node for its own objects. */
  readonly embedder: { readonly input: EmbedderTask; readonly result: EmbedderGraph };
  /** Marks together with the other thread; results in the words of the longest array. */
  readonly mark: { readonly input: MarkShare; readonly result: number };
  /** Connects objects of pages from the first one on, until all are claimed. */
  readonly connect: { readonly input: ConnectInput; readonly result: ConnectedPart };
  readonly assemble: { readonly input: AssemblyInput; readonly result: boolean };
  readonly dominators: { readonly input: DominatorInput; readonly result: PlainDominators };
}

export type CoreHelper = HelperThread<CoreTasks>;

export function startCoreHelper(): CoreHelper {
  return new HelperThread<CoreTasks>(import.meta.url, './core-thread.js', './core-thread.ts');
}
