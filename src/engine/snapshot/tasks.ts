import { FileSource } from '../dump/byte-source.ts';
import { type OwnershipInput, ownShallowSizes } from '../graph/ownership.ts';
import { type NumberSection, readSection, type SectionPart } from './number-section.ts';
import { indexStrings, type StringIndex } from './string-section.ts';

/** What the helper thread can do. */
export type Task =
  | { readonly kind: 'numbers'; readonly section: NumberSection }
  | { readonly kind: 'strings'; readonly path: string; readonly start: number }
  | { readonly kind: 'ownership'; readonly input: OwnershipInput };

export type TaskResult<T extends Task> = T extends { kind: 'numbers' }
  ? SectionPart
  : T extends { kind: 'strings' }
    ? StringIndex
    : Uint32Array;

export function perform(task: Task): SectionPart | StringIndex | Uint32Array {
  switch (task.kind) {
    case 'numbers':
      return readSection(task.section);
    case 'strings': {
      const source = new FileSource(task.path);
      try {
        return indexStrings(source, task.start);
      } finally {
        source.close();
      }
    }
    case 'ownership':
      return ownShallowSizes(task.input);
  }
}
