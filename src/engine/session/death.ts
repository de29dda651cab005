import { isAbsent } from '../absence.ts';
import type { DumpInfo, IsolateInfo } from '../contract.ts';
import { DayAfterError } from '../errors.ts';
import { explainDeath, type ThrownValue } from '../process/death.ts';
import { memoryShortage } from '../process/memory-shortage.ts';
import type { CoreSession } from '../session.ts';
import type { StackFrame } from '../stack/frame.ts';
import { longestRecursion } from '../stack/recursion.ts';
import { REGEXP_CODE } from '../v8/frames/v8-frames.ts';
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
    stackGap: complete || isProgram(frames) ? undefined : end,
    thrown,
    heap: heap && { used: oldObjects(heap), limit: heap.oldLimit ?? undefined },
    promise: rejectedPromise(session, tid),
    shortage: memoryShortage(modules.memory, frames),
    matching: matchingOf(session, frames),
    recursion: longestRecursion(frames),
    original: (frame) => session.original(frame),
    originalOfCaptured: (frame) => session.originalOfCaptured(frame),
  });
}

/** True if the stack reaches the program's beginning: only the C library's call of it is missing, where that has no file. */
function isProgram(frames: readonly StackFrame[]): boolean {
  return frames
    .slice(-2)
    .some(({ functionName: f }) => f !== undefined && /^(main|node::Start\(.*)$/.test(f));
}

/** Functions of V8 that match regular expressions. */
const MATCHES = /^(v8::internal::)?(IrregexpInterpreter|RegExpImpl|NativeRegExpMacroAssembler)::/;

/** What was being matched where a thread stopped in a regular expression: told by what JavaScript has called. */
function matchingOf(session: CoreSession, frames: readonly StackFrame[]): string | undefined {
  const own = frames.findIndex(({ kind }) => kind === 'js');
  const inner = frames.slice(0, Math.max(0, own));
  if (!inner.some(({ functionName: f }) => f !== undefined && (f === REGEXP_CODE || MATCHES.test(f))))
    return undefined;
  for (const { js } of inner) {
    if (!js) continue;
    const inspector = session.inspectorOf(js.isolate);
    const texts = [js.receiver, ...js.args].flatMap((value) => {
      const preview = inspector.preview(value);
      return isAbsent(preview) ? [] : [preview];
    });
    const pattern = texts.find(({ subtype }) => subtype === 'regexp');
    const subject = texts.find(({ type }) => type === 'string');
    const length = typeof subject?.primitive === 'string' ? subject.primitive.length : undefined;
    const against =
      length === undefined ? '' : ` against a string of ${length.toLocaleString('en')} characters`;
    if (pattern) return `${pattern.description}${against}`;
  }
  return 'a regular expression';
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
