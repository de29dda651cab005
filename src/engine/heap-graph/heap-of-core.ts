import type { OpenedDump } from '../dump/detect.ts';
import { Heap } from '../graph/heap.ts';
import { CoreSession, type OpenOptions } from '../session.ts';
import type { Isolate } from '../v8/isolate.ts';
import { graphFromCore } from './from-core.ts';
import type { Progress } from './pass-progress.ts';

/** A heap with the core that it is of. */
export interface HeapOfCore {
  readonly heap: Heap;
  readonly session: CoreSession;
  readonly isolate: Isolate;
}

export interface HeapOfCoreOptions extends OpenOptions {
  /** Of cores with several isolates: which one's heap. */
  readonly isolate?: number | undefined;
  readonly passes?: Progress | undefined;
}

/** The heap of one isolate of a core, with its sizes. The caller closes the session. */
export function heapOfCore(dump: OpenedDump, options: HeapOfCoreOptions): HeapOfCore {
  const session = new CoreSession(dump, options);
  try {
    const isolate = session.isolateFor({ isolate: options.isolate });
    const heap = new Heap(graphFromCore(session, isolate, options.passes));
    heap.retainedSizes;
    return { heap, session, isolate };
  } catch (error) {
    session.close();
    throw error;
  }
}
