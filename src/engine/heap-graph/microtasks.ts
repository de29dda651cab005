import { attemptOr } from '../absence.ts';
import { type Address, at } from '../address.ts';
import type { Isolate } from '../v8/isolate.ts';
import { symbolNames } from '../v8/layout/symbol-names.ts';
import type { IsolatePart } from './isolate-parts.ts';

const MAX_MICROTASKS = 1 << 24;
const MAX_QUEUES = 1 << 12;

/**
 * Slots of the microtasks that wait for their turn (MicrotaskQueue, execution/microtask-queue.h): of the isolate's own
 * queue, and of those that contexts have for themselves, which it is linked to in a ring.
 */
export function pendingMicrotasks(isolate: Isolate, parts: Iterable<IsolatePart>): Address[] {
  const slots: Address[] = [];
  for (const part of parts) {
    if (!isQueue(isolate, part)) continue;
    const seen = new Set<Address>();
    for (let queue = part.address; !seen.has(queue) && seen.size < MAX_QUEUES; ) {
      seen.add(queue);
      const tasks = attemptOr(undefined, () => tasksOf(isolate, queue));
      if (!tasks) break;
      for (const slot of tasks.slots) slots.push(slot);
      queue = tasks.next;
    }
    break;
  }
  return slots;
}

/** By the symbol of the class, or where that was stripped by the ring in which queues are linked. */
function isQueue({ runtime }: Isolate, part: IsolatePart): boolean {
  const { memory, module, layout } = runtime;
  const vtable = module.addressOf(symbolNames.microtaskQueue);
  if (vtable !== undefined) return part.word(0) === vtable + 16;
  if (module.linkAddressOf(part.word(0)) === undefined) return false;
  const { next, previous } = layout.graph.microtaskQueue;
  return attemptOr(
    false,
    () => memory.pointer(at(memory.pointer(at(part.address, next)), previous)) === part.address,
  );
}

function tasksOf({ runtime }: Isolate, queue: Address): { slots: Address[]; next: Address } | undefined {
  const { memory, layout } = runtime;
  const o = layout.graph.microtaskQueue;
  const [size, capacity, start] = [o.size, o.capacity, o.start].map((f) => memory.pointer(at(queue, f)));
  const ring = memory.pointer(at(queue, o.ringBuffer));
  if (!(size! <= capacity! && capacity! < MAX_MICROTASKS)) return undefined;
  const slots = Array.from({ length: size! }, (_, i) => at(ring, 8 * ((start! + i) % capacity!)));
  return { slots, next: memory.pointer(at(queue, o.next)) };
}
