import { isAbsent } from '../absence.ts';
import type { DumpInfo, IsolateInfo } from '../contract.ts';
import { DayAfterError } from '../errors.ts';
import { explainDeath, type ThrownValue } from '../process/death.ts';
import { memoryShortage } from '../process/memory-shortage.ts';
import type { CoreSession } from '../session.ts';
import { longestRecursion } from '../stack/recursion.ts';
import { heapInfo } from '../v8/heap-info.ts';

/** How the process of a dump ended; `thrown` is what was thrown and not caught. */
export function deathOf(session: CoreSession, thrown: ThrownValue | undefined): DumpInfo['death'] {
  const { core, modules, runtime } = session;
  const tid = session.focusThread();
  const { frames, complete, end } = session.thread(tid);
  const isolate = runtime instanceof DayAfterError ? undefined : runtime.isolateOf(tid);
  const heap = isolate && heapInfo(isolate);
  return explainDeath({
    signal: core.signal,
    cursig: core.threads[0]!.signal,
    pid: core.pid,
    frames,
    stackGap: complete ? undefined : end,
    thrown,
    heap: heap && { used: oldObjects(heap), limit: heap.oldLimit ?? undefined },
    promise: rejectedPromise(session, tid),
    shortage: memoryShortage(modules.memory, frames),
    recursion: longestRecursion(frames),
  });
}

/** Address of the promise that Node's own code for unhandled rejections has in hand. */
function rejectedPromise(session: CoreSession, tid: number): number | undefined {
  const { frames } = session.thread(tid);
  const index = frames.findIndex(
    (f) => f.js?.url === 'node:internal/process/promises' && f.functionName === 'processPromiseRejections',
  );
  if (index < 0) return undefined;
  const inspector = session.inspectorOf(frames[index]!.js!.isolate);
  for (const scope of session.scopes(tid, index)) {
    for (const { name, value } of scope.variables) {
      const preview = name === 'promise' ? inspector.preview(value) : undefined;
      if (preview && !isAbsent(preview) && preview.subtype === 'promise') return preview.address;
    }
  }
  return undefined;
}

/** Bytes that an isolate's old generation has in use; undefined where not all of its pages are there. */
function oldObjects(heap: IsolateInfo['heap']): number | undefined {
  const old = heap.spaces.filter((s) => !/^(read_only|new|new_large_object)_space$/.test(s.name));
  if (heap.used === null || old.length === 0) return undefined;
  return old.reduce((sum, s) => sum + (s.used ?? 0), 0);
}
