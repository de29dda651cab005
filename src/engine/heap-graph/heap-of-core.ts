import type { OpenedDump } from '../dump/detect.ts';
import { Heap } from '../graph/heap.ts';
import { CoreSession, type OpenOptions } from '../session.ts';
import { graphFromCore } from './from-core.ts';

/** The heap of one isolate of a core, with its sizes; the session is closed once the graph is made. */
export function heapOfCore(dump: OpenedDump, options: OpenOptions, isolate: number | undefined): Heap {
  const session = new CoreSession(dump, options);
  try {
    const heap = new Heap(graphFromCore(session, session.isolateFor({ isolate })));
    heap.retainedSizes;
    return heap;
  } finally {
    session.close();
  }
}
