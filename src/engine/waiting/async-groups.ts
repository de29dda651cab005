import { attemptOr } from '../absence.ts';
import { hex, type Tagged } from '../address.ts';
import { describeSteps, type PathStep, type Step } from '../analyses/paths.ts';
import type { FrameInfo, Hex } from '../contract.ts';
import type { Heap } from '../graph/heap.ts';
import { textTest } from '../graph/text-test.ts';
import { NodeType } from '../graph/types.ts';
import { heapOfIsolate } from '../heap-graph/heap-of-core.ts';
import { objectsOfTypes } from '../heap-graph/objects-of-types.ts';
import type { Progress } from '../heap-graph/pass-progress.ts';
import { combinatorFrameInfo } from '../report/frame.ts';
import type { VariableOptions } from '../report/variable.ts';
import type { CoreSession } from '../session.ts';
import { AwaitChain, type AwaitHop, type Waiter } from '../v8/async/await-chain.ts';
import { continuationOf, suspendedChains, suspendedOf } from '../v8/async/suspended-chains.ts';
import { SuspendedFrame } from '../v8/async/suspended-frame.ts';
import { field, instanceType, untag } from '../v8/frames/heap-object.ts';
import { debugName, sharedOf } from '../v8/frames/shared-function-info.ts';
import type { Isolate } from '../v8/isolate.ts';
import { PromiseLinks, type PromiseObjects, promiseTypes } from './promise-links.ts';
import { NOTHING, Settlements } from './settlement.ts';

export interface AsyncOptions {
  /** Index of the only isolate that is wanted. */
  readonly isolate?: number | undefined;
  readonly report?: Progress | undefined;
}

/** Suspended functions that stand at the same places, and wait for the same. */
export interface SuspendedGroup {
  readonly count: number;
  /** Index of their isolate. */
  readonly isolate: number;
  /** Awaiting; ready to go on in a microtask that has not run; at a `yield`; or before its first line (generators). */
  readonly state: 'awaiting' | 'ready' | 'yielded' | 'not started';
  /** Of the first of them: the innermost function, then those that await it and each other. */
  readonly hops: readonly AwaitHop[];
  /** What the innermost waits for, in words; null where it awaits nothing, or it cannot be told. */
  readonly awaiting: string | null;
  /** Of the first of them: the promise that it awaits, and its JSGeneratorObject. */
  readonly promise: Hex | null;
  readonly generator: Hex;
  /** Of the first of them: from the roots to what will settle the promise. */
  readonly path: readonly PathStep[];
}

/** A group as scripts read it: "Promise.all" and its like are frames of builtins. */
export interface AsyncGroup extends Omit<SuspendedGroup, 'hops'> {
  readonly frames: readonly FrameInfo[];
}

/** With `locals`, the frames have the variables of the first of the group. */
export function describeGroup(
  session: CoreSession,
  { hops, ...group }: SuspendedGroup,
  locals?: VariableOptions,
): AsyncGroup {
  const frames = hops.map(({ label, frame }) =>
    frame ? session.describeSuspended(frame, locals) : combinatorFrameInfo(label),
  );
  return { ...group, frames };
}

export interface AsyncReport {
  /** The most numerous first, of those the ones in the program's own code. */
  readonly groups: readonly SuspendedGroup[];
  /** What is missing, in words. */
  readonly notes: readonly string[];
}

/** What all isolates of a core have suspended, or one. Throws NO_SUCH_ISOLATE, and what `requireRuntime` throws. */
export async function suspendedGroups(
  session: CoreSession,
  options: AsyncOptions = {},
): Promise<AsyncReport> {
  const groups: SuspendedGroup[] = [];
  const notes: string[] = [];
  const { isolates } = session.requireRuntime();
  const wanted =
    options.isolate === undefined ? isolates : [session.isolateFor({ isolate: options.isolate })];
  for (const isolate of wanted) {
    let objects: SuspendedObjects | undefined;
    const heap = await heapOfIsolate(session, isolate, {
      report: options.report,
      visit: (image, kinds) => {
        objects = suspendedObjects(isolate, (types) => objectsOfTypes(image, kinds, new Set(types)));
      },
    });
    try {
      groups.push(...new Groups(session, isolate, heap, objects!).all());
      notes.push(...heap.graph.gaps);
    } finally {
      heap.graph.close();
    }
  }
  return { groups: groups.sort((a, b) => b.count - a.count || ownFirst(a, b)), notes };
}

/** Groups with functions of the program's own before those of Node alone. */
function ownFirst(a: SuspendedGroup, b: SuspendedGroup): number {
  const isOwn = ({ hops }: SuspendedGroup) =>
    hops.some(({ frame }) => frame?.url !== undefined && !frame.url.startsWith('node:'));
  return Number(isOwn(b)) - Number(isOwn(a));
}

interface SuspendedObjects extends Omit<PromiseObjects, 'functions'> {
  /** JSGeneratorObjects of plain generators. */
  readonly plain: readonly Tagged[];
}

function suspendedObjects(
  isolate: Isolate,
  find: (types: readonly (number | undefined)[]) => Tagged[],
): SuspendedObjects {
  const { generators, promises, microtasks } = promiseTypes(isolate);
  return {
    generators: find(generators),
    plain: find([isolate.runtime.layout.types.JS_GENERATOR_OBJECT]),
    promises: find(promises),
    microtasks: find(microtasks),
  };
}

/** One suspended function with what waits for it. */
interface Suspended {
  readonly generator: Tagged;
  readonly waiters: readonly Waiter[];
  readonly state: SuspendedGroup['state'];
  readonly awaiting: string | null;
  readonly steps: readonly Step[];
}

class Groups {
  readonly #session: CoreSession;
  readonly #isolate: Isolate;
  readonly #heap: Heap;
  readonly #objects: SuspendedObjects;
  readonly #links: PromiseLinks;
  readonly #settlements: Settlements;
  readonly #chain: AwaitChain;
  /** By function and bytecode offset: the same for equal places in the source. */
  readonly #places = new Map<string, string>();

  constructor(session: CoreSession, isolate: Isolate, heap: Heap, objects: SuspendedObjects) {
    this.#session = session;
    this.#isolate = isolate;
    this.#heap = heap;
    this.#objects = objects;
    this.#links = new PromiseLinks(isolate, { ...objects, functions: namelessFunctions(heap) });
    this.#settlements = new Settlements(isolate, heap, this.#links);
    this.#chain = new AwaitChain(isolate, session.inspectorOf(isolate).lines);
  }

  all(): SuspendedGroup[] {
    const { generators, plain } = this.#objects;
    const running = this.#session.awaitingGenerators(this.#isolate);
    const groups = new Map<string, { first: Suspended; count: number }>();
    const add = (one: Suspended) => {
      const key = this.#keyOf(one);
      const group = groups.get(key);
      if (group) group.count++;
      else groups.set(key, { first: one, count: 1 });
    };
    for (const { generator, waiters, isRing } of suspendedChains(
      this.#chain,
      suspendedOf(this.#isolate, generators),
      running,
    ))
      add({ generator, waiters, ...this.#waitOf(generator, isRing) });
    for (const generator of suspendedOf(this.#isolate, plain))
      add({ generator, waiters: [], ...this.#pause(generator) });
    return [...groups.values()].map(({ first, count }) => this.#describe(first, count));
  }

  #waitOf(generator: Tagged, isRing: boolean): Omit<Suspended, 'generator' | 'waiters'> {
    if (isRing) return { state: 'awaiting', awaiting: 'each other, in a ring', steps: [] };
    if (this.#links.isReady(generator))
      return { state: 'ready', awaiting: 'its turn: what it awaits is settled', steps: [] };
    const promise = this.#links.awaitedBy(generator);
    if (promise === undefined) {
      const isFunction =
        instanceType(this.#isolate.runtime, generator) ===
        this.#isolate.runtime.layout.types.JS_ASYNC_FUNCTION_OBJECT;
      // No promise leads to it: where none can be missing, that which it awaits is gone, as a module's may be.
      const awaiting = this.#heap.graph.gaps.length === 0 ? NOTHING : null;
      return isFunction ? { state: 'awaiting', awaiting, steps: [] } : this.#pause(generator);
    }
    const { text, steps } = this.#settlements.of(promise, generator);
    return { state: 'awaiting', awaiting: text, steps };
  }

  /** A generator that nobody has asked for its next value: its first stop is before its first line. */
  #pause(generator: Tagged): Omit<Suspended, 'generator' | 'waiters'> {
    const state = continuationOf(this.#isolate, generator) === 0 ? 'not started' : 'yielded';
    return { state, awaiting: null, steps: [] };
  }

  /** Equal for functions that stand at the same places. */
  #keyOf({ generator, waiters, state, awaiting }: Suspended): string {
    const places = [generator, ...waiters.map((w) => w.generator ?? w.label)].map((at) =>
      typeof at === 'string' ? at : this.#placeOf(at),
    );
    return `${state}\0${awaiting}\0${places.join('\0')}`;
  }

  #placeOf(generator: Tagged): string {
    const { runtime } = this.#isolate;
    const { objects } = runtime.layout;
    return attemptOr('', () => {
      const shared = sharedOf(runtime, field(runtime, generator, objects.generator.function));
      const stop = `${shared}:${field(runtime, generator, objects.generator.inputOrDebugPosition)}`;
      let place = this.#places.get(stop);
      if (place === undefined) {
        const frame = new SuspendedFrame(
          this.#isolate,
          generator,
          this.#session.inspectorOf(this.#isolate).lines,
        );
        const { line, column } = frame.position ?? {};
        place = line === undefined ? stop : `${debugName(runtime, shared)} ${frame.url}:${line}:${column}`;
        this.#places.set(stop, place);
      }
      return place;
    });
  }

  #describe({ generator, waiters, steps, ...first }: Suspended, count: number): SuspendedGroup {
    const promise = this.#links.awaitedBy(generator);
    return {
      ...first,
      count,
      isolate: this.#isolate.index,
      hops: this.#chain.hops([{ label: 'await', generator, promise: undefined }, ...waiters]),
      promise: promise === undefined ? null : hex(untag(promise)),
      generator: hex(untag(generator)),
      path: describeSteps(this.#heap, steps),
    };
  }
}

/** Functions without a name, among which those are that settle promises. */
function namelessFunctions({ graph }: Heap): Tagged[] {
  const { nodeType, nodeName, addresses } = graph;
  const found: Tagged[] = [];
  const isNameless = textTest(graph, '');
  for (let node = 0; node < nodeType.length; node++) {
    if (nodeType[node] !== NodeType.closure || !addresses || !isNameless(nodeName[node]!)) continue;
    found.push((addresses.of(node) + 1) as Tagged);
  }
  return found;
}
