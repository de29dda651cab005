import { attemptOr } from '../absence.ts';
import { type Address, at, type Tagged } from '../address.ts';
import type { Objects } from './objects.ts';

/**
 * Objects of jobs that Node has given to libuv's thread pool without a ReqWrap (ThreadPoolWork,
 * src/node_internals.h): those of crypto and zlib, and of others whose class says that it is a job. Node
 * holds them by global handles that are not weak while they wait or run, and for no longer. `known` are
 * objects that are something else.
 */
export function threadPoolJobs(
  objects: Objects,
  strongHandles: readonly Address[],
  known: ReadonlySet<Tagged>,
): Tagged[] {
  const { view } = objects;
  const { threadPoolJob } = view.layout.node;
  return strongHandles.flatMap((slot) => {
    const object = attemptOr(undefined, () => {
      const word = view.memory.tagged(slot);
      return view.isReceiver(word) && !known.has(word) && isHeldBy(objects, word, slot) ? word : undefined;
    });
    return object !== undefined && threadPoolJob.test(objects.className(object) ?? '') ? [object] : [];
  });
}

/** True for an object whose BaseObject has that slot as its persistent handle. */
function isHeldBy({ view }: Objects, object: Tagged, slot: Address): boolean {
  const { node, graph } = view.layout;
  if (view.map(object).instanceSize < graph.embedderFields + 8 * node.wrapperFields - 8) return false;
  for (let i = 0; i < node.wrapperFields; i++) {
    const native = view.pointer(object, graph.embedderFields + 8 * i);
    const isPointer = native !== 0 && native % 8 === 0;
    if (isPointer && attemptOr(false, () => view.memory.pointer(at(native, node.persistent)) === slot))
      return true;
  }
  return false;
}
