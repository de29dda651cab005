import { dirname } from 'node:path';
import { FileSource } from '../engine/dump/byte-source.ts';
import { openSource } from '../engine/dump/detect.ts';
import type { Heap } from '../engine/graph/heap.ts';
import type { CoreSession } from '../engine/session.ts';
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
  { program, searchPaths = [], sysroot, sourceRoots }: DumpOptions,
  progress: (done: number, total: number) => void,
): Promise<OpenedHeap> {
  const { format, source } = await openSource(dump);
  try {
    if (format === 'heapsnapshot' && source instanceof FileSource)
      return { heap: await openSnapshot(source, { progress }), core: null };
    const search = [...searchPaths, dirname(dump)];
    // What reads cores is a large part of the engine: who opens a snapshot does not load it.
    const { heapOfCore } = await import('../engine/heap-graph/heap-of-core.ts');
    const { heap, ...core } = await heapOfCore(
      { format, source },
      { program, sysroot, search, sourceRoots, passes: progress },
    );
    return { heap, core };
  } catch (error) {
    source.close();
    throw error;
  }
}
