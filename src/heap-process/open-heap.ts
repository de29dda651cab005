import { dirname } from 'node:path';
import { FileSource } from '../engine/dump/byte-source.ts';
import { openSource } from '../engine/dump/detect.ts';
import { Heap } from '../engine/graph/heap.ts';
import { graphFromCore } from '../engine/heap-graph/from-core.ts';
import { CoreSession } from '../engine/session.ts';
import { openSnapshot } from '../engine/snapshot/open-snapshot.ts';
import type { Isolate } from '../engine/v8/isolate.ts';
import type { DumpOptions } from './protocol.ts';

export interface OpenedCore {
  readonly session: CoreSession;
  readonly isolate: Isolate;
}

/** A heap with the core that it is of, which is kept: the explorer shows values and sources, too. */
export interface OpenedHeap {
  readonly heap: Heap;
  readonly core: OpenedCore | null;
}

/** Throws what `openGraph` throws. `progress` is told bytes read, of how many. */
export async function openHeap(
  dump: string,
  { program, searchPaths = [], sysroot }: DumpOptions,
  progress: (done: number, total: number) => void,
): Promise<OpenedHeap> {
  const { format, source } = await openSource(dump);
  try {
    if (format === 'heapsnapshot' && source instanceof FileSource)
      return { heap: await openSnapshot(source, { progress }), core: null };
    const search = [...searchPaths, dirname(dump)];
    const session = new CoreSession({ format, source }, { program, sysroot, search });
    const isolate = session.isolateFor({});
    const heap = new Heap(graphFromCore(session, isolate));
    heap.retainedSizes;
    return { heap, core: { session, isolate } };
  } catch (error) {
    source.close();
    throw error;
  }
}
