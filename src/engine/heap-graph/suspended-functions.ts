import type { Tagged } from '../address.ts';
import type { CoreSession } from '../session.ts';
import type { Isolate } from '../v8/isolate.ts';
import { markLive } from './live-heap.ts';

/** Suspended async functions and async generators that something keeps alive: JSGeneratorObjects, by address. */
export function suspendedAsyncFunctions(
  session: CoreSession,
  isolate: Isolate,
): { generators: Tagged[]; gaps: readonly string[] } {
  const { image, kinds, gaps } = markLive(session, isolate);
  const { memory, layout } = isolate.runtime;
  const { types, objects } = layout;
  const generators: Tagged[] = [];
  image.forEachMarked((a, page) => {
    const type = kinds.at(page, a)?.map.type;
    if (type !== types.JS_ASYNC_FUNCTION_OBJECT && type !== types.JS_ASYNC_GENERATOR_OBJECT) return;
    // A Smi: its value is the upper half. Less than 0: it runs, or has ended.
    const at = (a + objects.generator.continuation) as typeof a;
    if (memory.has(at, 8) && (memory.u32((at + 4) as typeof a) | 0) >= 0)
      generators.push((a + 1) as unknown as Tagged);
  });
  return { generators, gaps };
}
