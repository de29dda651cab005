import { attemptOr } from '../../absence.ts';
import type { Tagged } from '../../address.ts';
import { field, isSmi, smiValue } from '../frames/heap-object.ts';
import type { Isolate } from '../isolate.ts';
import type { AwaitChain, Waiter } from './await-chain.ts';

/** A suspended function that none of the others is awaited by, and those that wait for it, innermost first. */
export interface SuspendedChain {
  /** A JSGeneratorObject. */
  readonly generator: Tagged;
  readonly waiters: readonly Waiter[];
  /** True where the functions await each other in a ring. */
  readonly isRing: boolean;
}

/** Functions of a chain that are followed, to tell who is in one. */
const MAX_FUNCTIONS = 1 << 22;

/** JSGeneratorObject::continuation: 0 or more while suspended, then the number of the `await` or `yield`. */
export function continuationOf({ runtime }: Isolate, generator: Tagged): number | undefined {
  return attemptOr(undefined, () => {
    const state = field(runtime, generator, runtime.layout.objects.generator.continuation);
    return isSmi(state) ? smiValue(state) : undefined;
  });
}

/** Those of JSGeneratorObjects that are between two of their steps. */
export function suspendedOf(isolate: Isolate, generators: readonly Tagged[]): Tagged[] {
  return generators.filter((generator) => (continuationOf(isolate, generator) ?? -1) >= 0);
}

/**
 * The chains of suspended async functions and generators, each by its innermost one. Who waits for what runs (`running`)
 * is in none.
 */
export function suspendedChains(
  chain: AwaitChain,
  generators: readonly Tagged[],
  running: ReadonlySet<Tagged>,
): SuspendedChain[] {
  const next = new Map<Tagged, Tagged | undefined>();
  const awaiting = new Set(running);
  for (const generator of generators) {
    const waiter = chain.waiterOf(generator);
    next.set(generator, waiter);
    if (waiter !== undefined) awaiting.add(waiter);
  }
  const placed = new Set(running);
  const place = (generator: Tagged) => {
    let steps = 0;
    for (
      let at: Tagged | undefined = generator;
      at !== undefined && !placed.has(at) && steps < MAX_FUNCTIONS;
      steps++
    ) {
      placed.add(at);
      at = next.get(at);
    }
  };
  const chains: SuspendedChain[] = [];
  for (const generator of generators) {
    if (awaiting.has(generator)) continue;
    place(generator);
    chains.push({ generator, waiters: chain.ofGenerator(generator), isRing: false });
  }
  // Those that are left lead to themselves.
  for (const generator of generators) {
    if (placed.has(generator)) continue;
    place(generator);
    chains.push({ generator, waiters: chain.ofGenerator(generator), isRing: true });
  }
  return chains;
}
