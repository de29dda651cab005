import { maxMessage } from './protocol.ts';

/** Characters of one text, tried in turn until the message is small enough. */
const limits = [4096, 512, 64];

/** A copy of an answer whose texts are cut so that it fits into one message. */
export function bounded(answer: unknown): unknown {
  for (const limit of limits) {
    const cut = cutTexts(answer, limit);
    if (Buffer.byteLength(JSON.stringify(cut)) < maxMessage - 1024) return cut;
  }
  throw new RangeError('an answer is longer than a message may be');
}

/** Answers are a few levels deep: they are shaped by the protocol, not by the dump. */
function cutTexts(value: unknown, limit: number): unknown {
  if (typeof value === 'string') return value.length > limit ? `${value.slice(0, limit)}…` : value;
  if (Array.isArray(value)) return value.map((item) => cutTexts(item, limit));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, cutTexts(item, limit)]));
}
