import { type OwnershipInput, ownShallowSizes } from '../graph/ownership.ts';
import { type NumberSection, readSection, type SectionPart } from './number-section.ts';

/** What the helper thread can do. */
export type Task =
  | { readonly kind: 'numbers'; readonly section: NumberSection }
  | { readonly kind: 'ownership'; readonly input: OwnershipInput };

export type TaskResult<T extends Task> = T extends { kind: 'numbers' } ? SectionPart : Uint32Array;

export function perform(task: Task): SectionPart | Uint32Array {
  switch (task.kind) {
    case 'numbers':
      return readSection(task.section);
    case 'ownership':
      return ownShallowSizes(task.input);
  }
}
