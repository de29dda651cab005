import type { FrameInfo, StackInfo } from '../../contract.ts';
import { readLiveHeap } from '../../heap-graph/live-heap.ts';
import { objectsOfTypes } from '../../heap-graph/objects-of-types.ts';
import type { CoreSession } from '../../session.ts';
import { AwaitChain } from '../../v8/async/await-chain.ts';
import { suspendedChains, suspendedOf } from '../../v8/async/suspended-chains.ts';
import type { Isolate } from '../../v8/isolate.ts';
import { ProfileBuilder } from '../builder.ts';
import type { Profile } from '../profile.ts';
import { pushFrames, threadName } from './thread-stacks.ts';

/** What awaits what in one core, with a name for the core where there are several. */
export interface CoreChains {
  readonly name: string;
  /** Threads that run inside an awaited function, with the functions that wait for it. */
  readonly running: readonly StackInfo[];
  readonly suspended: readonly SuspendedChain[];
  readonly notes: readonly string[];
}

/** Functions that wait for each other, innermost first; the innermost waits for none of the others. */
export interface SuspendedChain {
  readonly isolate: number;
  readonly hops: readonly { readonly label: string; readonly frames: readonly FrameInfo[] }[];
}

/** The await chains of a core's isolates, or of one. `threads` are all that were asked for. */
export function asyncChainsOf(
  session: CoreSession,
  name: string,
  threads: readonly StackInfo[],
  isolate?: number,
): CoreChains {
  const suspended: SuspendedChain[] = [];
  const notes: string[] = [];
  for (const one of session.requireRuntime().isolates) {
    if (isolate !== undefined && one.index !== isolate) continue;
    const { generators, gaps } = asyncFunctionsOf(session, one);
    notes.push(...gaps);
    const chain = new AwaitChain(one, session.inspectorOf(one).lines);
    for (const { generator, waiters } of suspendedChains(
      chain,
      generators,
      session.awaitingGenerators(one),
    )) {
      const hops = chain.hops([{ label: 'await', generator, promise: undefined }, ...waiters]);
      suspended.push({
        isolate: one.index,
        hops: hops.map(({ label, frame }) => ({
          label,
          frames: frame ? [session.describeSuspended(frame)] : [],
        })),
      });
    }
  }
  return { name, running: threads.filter((t) => t.asyncFrames.length > 0), suspended, notes };
}

/** Suspended async functions and async generators that something keeps alive. */
function asyncFunctionsOf(session: CoreSession, isolate: Isolate) {
  const { image, kinds, gaps } = readLiveHeap(session, isolate);
  const { types } = isolate.runtime.layout;
  const wanted = new Set([types.JS_ASYNC_FUNCTION_OBJECT, types.JS_ASYNC_GENERATOR_OBJECT]);
  return { generators: suspendedOf(isolate, objectsOfTypes(image, kinds, wanted)), gaps };
}

/**
 * Every chain of functions that await each other, outermost first: those that end in what a thread runs, and
 * those whose innermost function waits for something else, as for a timer or the network. Each chain counts one.
 */
export function asyncChainsProfile(cores: readonly CoreChains[]): Profile {
  const builder = new ProfileBuilder('async chains', [{ name: 'chains', unit: 'count' }]);
  const several = cores.length > 1;
  const add = (thread: string, hops: SuspendedChain['hops'], frames: readonly FrameInfo[]) => {
    let stack = -1;
    for (const hop of hops.toReversed())
      stack =
        hop.frames.length > 0
          ? pushFrames(builder, stack, hop.frames)
          : builder.stacks.push(stack, builder.frame(combinator(hop.label)));
    stack = pushFrames(builder, stack, frames);
    if (stack >= 0) builder.sample(stack, 1, 0, Number.NaN, builder.thread(thread));
  };
  for (const core of cores) {
    for (const thread of core.running)
      add(
        threadName(core, thread, several),
        thread.asyncFrames,
        thread.frames.filter((f) => f.kind === 'js'),
      );
    for (const { isolate, hops } of core.suspended)
      add(`${several ? `${core.name}: ` : ''}suspended, isolate ${isolate}`, hops, []);
    builder.notes.push(...core.notes);
  }
  return builder.done();
}

/** "Promise.all" and its like stand between functions. */
function combinator(label: string) {
  return { name: label, source: '', line: 0, column: 0, kind: 'v8', tier: '', module: '' } as const;
}
