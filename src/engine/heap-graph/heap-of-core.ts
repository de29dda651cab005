import { availableParallelism } from 'node:os';
import { FileSource } from '../dump/byte-source.ts';
import type { OpenedDump } from '../dump/detect.ts';
import type { Heap } from '../graph/heap.ts';
import { CoreSession, type OpenOptions } from '../session.ts';
import type { Isolate } from '../v8/isolate.ts';
import { type CoreHelper, startCoreHelper } from './core-tasks.ts';
import { type CoreHeapOptions, heapFromCore } from './from-core.ts';
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
  readonly asV8?: boolean | undefined;
}

/** From this size of a core on a second thread pays. */
const PARALLEL_SIZE = 96 << 20;

/** The heap of one isolate of a core, with its sizes, made on two threads where that pays. The caller closes the session. */
export async function heapOfCore(dump: OpenedDump, options: HeapOfCoreOptions): Promise<HeapOfCore> {
  const helper = helperFor(dump);
  try {
    const session = new CoreSession(dump, options);
    try {
      const isolate = session.isolateFor({ isolate: options.isolate });
      const heap = await heapFromCore(session, isolate, {
        helper,
        report: options.passes,
        asV8: options.asV8,
      });
      heap.notes = session.notes();
      return { heap, session, isolate };
    } catch (error) {
      session.close();
      throw error;
    }
  } finally {
    helper?.close();
  }
}

/** As `heapOfCore`, of a core that is open already. */
export async function heapOfIsolate(
  session: CoreSession,
  isolate: Isolate,
  options: Omit<CoreHeapOptions, 'helper'> = {},
): Promise<Heap> {
  const helper = helperFor(session.dump);
  try {
    return await heapFromCore(session, isolate, { ...options, helper });
  } finally {
    helper?.close();
  }
}

/** A second thread, which starts while this one opens the core. */
function helperFor({ source }: OpenedDump): CoreHelper | undefined {
  const pays = source instanceof FileSource && source.size >= PARALLEL_SIZE && availableParallelism() > 1;
  return pays ? startCoreHelper() : undefined;
}
