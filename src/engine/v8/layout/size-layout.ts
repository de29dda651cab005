import type { Constants } from './constants.ts';

/** What the sizes of heap objects depend on beyond the offsets of their fields. */
export function sizeLayout(c: Constants) {
  return {
    feedbackVectorHeader: c.table('FeedbackVector.kHeaderSize', [48, 56, 56, 48, 48]),
    /** FeedbackMetadata ends with a 16-bit number per closure. */
    metadataHasClosures: c.table('FeedbackMetadata.closures', [0, 0, 0, 1, 1]) === 1,
    /** Bytes of a Smi between length and elements of ObjectBoilerplateDescription and ScriptContextTable. */
    extraWord: 8 * c.table('ObjectBoilerplateDescription.extra_words', [0, 0, 1, 1, 1]),
  };
}

export type SizeLayout = ReturnType<typeof sizeLayout>;
