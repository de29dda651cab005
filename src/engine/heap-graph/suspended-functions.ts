import type { Tagged } from '../address.ts';
import type { CoreSession } from '../session.ts';
import type { Isolate } from '../v8/isolate.ts';
import { readLiveHeap } from './live-heap.ts';

/** Suspended async functions and async generators that something keeps alive: JSGeneratorObjects, by address. */
export function suspendedAsyncFunctions(
  session: CoreSession,
  isolate: Isolate,
): { generators: Tagged[]; gaps: readonly string[] } {
  const { image, kinds, gaps } = readLiveHeap(session, isolate);
  const { types, objects } = isolate.runtime.layout;
  const generators: Tagged[] = [];
  image.forEachMarked((i) => {
    const type = kinds.at(i)?.map.type;
    if (type !== types.JS_ASYNC_FUNCTION_OBJECT && type !== types.JS_ASYNC_GENERATOR_OBJECT) return;
    // A Smi: its value is the upper half. Less than 0: it runs, or has ended.
    const continuation = image.halves[2 * i + objects.generator.continuation / 4 + 1]!;
    if ((continuation | 0) >= 0) generators.push((image.addressOf(i) + 1) as Tagged);
  });
  return { generators, gaps };
}
