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

/**
 * Names for threads (cores hold none): main, worker <n> in the order of thread ids, libuv pool, V8 platform,
 * inspector; null where the stack does not tell.
 */
export function threadNames(stacks: readonly ThreadStack[]): ReadonlyMap<number, string | null> {
  const names = new Map<number, string | null>();
  let workers = 0;
  for (const stack of [...stacks].sort((a, b) => a.tid - b.tid)) {
    const name = nameOf(stack);
    if (name === 'worker') workers++;
    names.set(stack.tid, name === 'worker' ? `worker ${workers}` : name);
  }
  return names;
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
