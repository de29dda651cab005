import { type Address, at } from '../address.ts';
import type { HeapView } from '../v8/objects/heap-view.ts';
import type { UvHandle, UvLoop } from './loop.ts';

/** What the handles are for that Node's Environment and libuv's loop have among their own fields. */
export function ownPurposes(view: HeapView, environment: Address, loop: UvLoop): Map<Address, string> {
  const { node, libuv } = view.layout;
  const purposes = new Map<Address, string>();
  const embedded = embeddedIn(view, environment, loop);
  // Only the whole row says which of two of a type is which.
  if (node.ownHandles.every(([type], i) => embedded[i]?.type === type)) {
    for (const [i, [, purpose]] of node.ownHandles.entries()) {
      const handle = embedded[i]!;
      const isTaskQueue = i === node.ownHandles.length - 1 && (handle.flags & libuv.flags.referenced) !== 0;
      purposes.set(handle.address, isTaskQueue ? `${purpose}: ${node.referencedTasks}` : purpose);
    }
  }
  const { threadPoolAnswers, childWatcher } = libuv.loop;
  purposes.set(at(loop.address, threadPoolAnswers), 'libuv’s thread pool: takes its answers');
  if (!Number.isNaN(childWatcher))
    purposes.set(at(loop.address, childWatcher), 'libuv’s watch on child processes');
  return purposes;
}

/** The Environment's handle for timers. */
export function ownTimer(view: HeapView, environment: Address, loop: UvLoop): UvHandle | undefined {
  return embeddedIn(view, environment, loop).find((h) => h.type === 'timer');
}

/** Handles among the Environment's fields, in their order there. */
function embeddedIn({ layout }: HeapView, environment: Address, loop: UvLoop): UvHandle[] {
  const end = environment + layout.node.environmentBytes;
  return loop.handles
    .filter((h) => h.address >= environment && h.address < end)
    .sort((a, b) => a.address - b.address);
}
