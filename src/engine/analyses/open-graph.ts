import { FileSource } from '../dump/byte-source.ts';
import { openSource } from '../dump/detect.ts';
import type { Heap } from '../graph/heap.ts';
import { openSnapshot } from '../snapshot/open-snapshot.ts';
import type { SourceRoot } from '../source-maps/map-files.ts';

export interface OpenGraphOptions {
  /** Of cores with several isolates: which one's heap. */
  readonly isolate?: number | undefined;
  readonly program?: string | undefined;
  readonly search?: readonly string[] | undefined;
  readonly sysroot?: string | undefined;
  /** Of cores: where source maps may be read. */
  readonly sourceRoots?: readonly SourceRoot[] | undefined;
  /** Of cores: names as V8's own snapshots have them, to compare with these. */
  readonly asV8?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Bytes read, of how many. */
  readonly progress?: ((done: number, total: number) => void) | undefined;
}

/**
 * Opens a dump's heap, whatever the dump is; its sizes and dominators are there when it resolves. The caller
 * closes the heap. Throws the errors of `openSource` and of the reader, and NOT_APPLICABLE for a dump whose
 * heap cannot be made into a graph.
 */
export async function openGraph(path: string, options: OpenGraphOptions = {}): Promise<Heap> {
  const { format, source } = await openSource(path, options.signal);
  try {
    if (format === 'heapsnapshot' && source instanceof FileSource)
      return await openSnapshot(source, { signal: options.signal, progress: options.progress });
    // What reads cores is a large part of the engine: who opens a snapshot does not load it.
    const { heapOfCore } = await import('../heap-graph/heap-of-core.ts');
    const { progress: passes, signal: _, ...opening } = options;
    const { heap, session } = await heapOfCore({ format, source }, { ...opening, passes });
    heap.own(session);
    return heap;
  } catch (error) {
    source.close();
    throw error;
  }
}

/** What a graph holds of the heap it was made from. */
export interface Coverage {
  readonly complete: boolean;
  readonly nodes: number;
  readonly edges: number;
  /** What is missing, in words. */
  readonly notes: readonly string[];
}

export function coverageOf({ graph, notes }: Heap): Coverage {
  return {
    complete: graph.gaps.length === 0,
    nodes: graph.nodeCount,
    edges: graph.edgeCount,
    notes: [...notes, ...graph.gaps],
  };
}
