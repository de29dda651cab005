import type { Constants } from './constants.ts';

/** What the await chain is followed by: microtasks, and slots of the contexts of promise closures. */
export type AsyncLayout = ReturnType<typeof asyncLayout>;

/** Offsets in bytes from the start of the object (objects/microtask.tq, promise.tq, builtins/promise-*.tq). */
export function asyncLayout(c: Constants) {
  return {
    reactionJob: {
      handler: c.table('PromiseReactionJobTask.handler', [24, 24, 32, 32, 32]),
      promiseOrCapability: c.table('PromiseReactionJobTask.promise_or_capability', [32, 32, 40, 40, 40]),
    },
    thenableJob: {
      promise: c.table('PromiseResolveThenableJobTask.promise_to_resolve', [16, 16, 24, 24, 24]),
    },
    generatorRequest: {
      next: c.table('AsyncGeneratorRequest.next', 8),
      promise: c.table('AsyncGeneratorRequest.promise', 32),
    },
    /** Context slots. */
    awaitContext: { generator: c.table('AwaitContext.extension_slot', 2) },
    allContext: { capability: c.table('kPromiseAllResolveElementCapabilitySlot', 3) },
    resolveContext: {
      promise: c.table('PromiseResolvingFunctionContext.kPromiseSlot', 2),
      /** Holds true once one of the functions was called; -1 where the promise's slot is cleared instead. */
      alreadyResolved: c.table('PromiseResolvingFunctionContext.kAlreadyResolvedSlot', [3, 3, 3, 3, -1]),
    },
  };
}
