import type { OwnershipInput } from '../graph/ownership.ts';
import { HelperThread } from '../threads/helper-thread.ts';
import type { NumberSection, SectionPart } from './number-section.ts';

/** What the helper thread of a snapshot can do. */
export interface SnapshotTasks {
  readonly numbers: { readonly input: NumberSection; readonly result: SectionPart };
  readonly ownership: { readonly input: OwnershipInput; readonly result: Uint32Array };
}

export type SnapshotHelper = HelperThread<SnapshotTasks>;

export function startSnapshotHelper(): SnapshotHelper {
  return new HelperThread<SnapshotTasks>(import.meta.url, './heap-worker.js', './worker.ts');
}
