import type { ThreadStack } from './frame.ts';

/** What a thread is, by functions on its stack. Node starts each kind by a function of its own. */
const KINDS: readonly (readonly [function_: RegExp, name: string])[] = [
  [
    /node::inspector::.*StartIoThread|node::inspector::.*SignalThread|StartIoThreadMain|node::inspector::(Agent|InspectorIo)::/,
    'inspector',
  ],
  [/PlatformWorkerThread|DelayedTaskScheduler|node::WorkerThreadsTaskRunner|v8::platform::/, 'V8 platform'],
  [/^uv__?(threadpool|worker)|^worker$|uv__thread_start.*worker/, 'libuv pool'],
  [/node::(anonymous namespace\)::)?(Watchdog|SigintWatchdog|TraceSigintWatchdog)/, 'watchdog'],
  [/node::tracing::/, 'tracing'],
];
const WORKER = /node::worker::Worker::(StartThread|Run)\b/;
const MAIN = /^(main|_start|node::Start\b)/;

/** What a thread is, by the name that the program gave it (24 and later name theirs). */
const CALLED: readonly (readonly [name: RegExp, meaning: string])[] = [
  [/MainThread/, 'main'],
  [/V8Worker|DelayedTaskScheduler|PlatformWorker/, 'V8 platform'],
  [/libuv/, 'libuv pool'],
  [/Inspector/, 'inspector'],
];

/** What is known of threads beside their stacks. */
export interface ThreadHints {
  /** The name that the program gave a thread. */
  readonly called: (tid: number) => string | undefined;
  /** True for threads that run JavaScript, but for the main one. */
  readonly isWorker: (tid: number) => boolean;
}

/**
 * Names for threads (cores of Linux hold none): main, worker <n> in the order of thread ids, libuv pool, V8 platform,
 * inspector, or what the program called it; null where nothing tells.
 */
export function threadNames(
  stacks: readonly ThreadStack[],
  { called, isWorker }: ThreadHints,
): ReadonlyMap<number, string | null> {
  const names = new Map<number, string | null>();
  let workers = 0;
  for (const stack of [...stacks].sort((a, b) => a.tid - b.tid)) {
    const { tid } = stack;
    const name = nameOf(stack) ?? (isWorker(tid) ? 'worker' : meaningOf(called(tid)));
    if (name === 'worker') workers++;
    names.set(tid, name === 'worker' ? `worker ${workers}` : name);
  }
  return names;
}

function meaningOf(name: string | undefined): string | null {
  if (name === undefined) return null;
  return CALLED.find(([pattern]) => pattern.test(name))?.[1] ?? name;
}

/** Looks from the outermost frame on: what a thread was started for stands there. */
function nameOf(stack: ThreadStack): string | null {
  for (let i = stack.frames.length - 1; i >= 0; i--) {
    const { kind, functionName } = stack.frames[i]!;
    if (kind !== 'native' || functionName === undefined) continue;
    if (MAIN.test(functionName)) return 'main';
    if (WORKER.test(functionName)) return 'worker';
    const found = KINDS.find(([pattern]) => pattern.test(functionName));
    if (found) return found[1];
  }
  return null;
}
