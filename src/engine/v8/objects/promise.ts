import type { Tagged } from '../../address.ts';
import type { HeapView } from './heap-view.ts';

export interface PromiseInfo {
  readonly state: 'pending' | 'fulfilled' | 'rejected';
  /** Undefined while pending. */
  readonly result: Tagged | undefined;
  /** The chain of PromiseReactions, or Smi 0; undefined once settled. */
  readonly reactions: Tagged | undefined;
  readonly hasHandler: boolean;
}

const STATES = ['pending', 'fulfilled', 'rejected'] as const;

/** JSPromise: flags bits 0-1 state, bit 2 has handler (objects/js-promise.tq). */
export function promiseInfo(view: HeapView, object: Tagged): PromiseInfo {
  const { reactionsOrResult, flags } = view.layout.objects.promise;
  const bits = view.smi(object, flags);
  const state = STATES[bits & 3] ?? 'pending';
  const word = view.tagged(object, reactionsOrResult);
  const pending = state === 'pending';
  return {
    state,
    result: pending ? undefined : word,
    reactions: pending ? word : undefined,
    hasHandler: (bits & 4) !== 0,
  };
}
