import { attemptOr } from '../absence.ts';
import { type Address, address, at } from '../address.ts';
import { u64 } from '../dump/elf.ts';
import type { Memory } from '../memory/memory.ts';
import type { Layout } from '../v8/layout/layout.ts';
import type { HandleType } from '../v8/layout/libuv-layout.ts';
import { following, type Links } from './linked-list.ts';

/** A uv_handle_t. */
export interface UvHandle {
  readonly address: Address;
  readonly type: HandleType;
  readonly flags: number;
  /** Whatever its owner keeps there; Node's HandleWrap. */
  readonly data: Address;
}

/** A uv_loop_t. */
export interface UvLoop {
  readonly address: Address;
  /** All handles in the order of their making; without a part in the middle where `isWhole` is false. */
  readonly handles: readonly UvHandle[];
  readonly isWhole: boolean;
  readonly activeHandles: number;
  readonly activeRequests: number;
  /** Milliseconds of the monotonic clock; undefined if its place does not stand the test. */
  readonly time: number | undefined;
}

/** uv__queue: next, previous. */
const FORWARD: Links = { next: 0, previous: 8 };
const BACKWARD: Links = { next: 8, previous: 0 };
const MAX_HANDLES = 1 << 20;
const MAX_TIME = 2 ** 48;

/**
 * The loop of a Node Environment: handles of it are among the Environment's fields, and point to it. A loop
 * is told by its list of handles, each of which points back.
 */
export function loopOf(memory: Memory, layout: Layout, environment: Address): UvLoop | undefined {
  const { handle } = layout.libuv;
  const bytes = environmentBytes(memory, layout, environment);
  const tried = new Set<Address>();
  for (let offset = 0; offset + handle.flags + 4 <= bytes.length; offset += 8) {
    const loop = address(u64(bytes, offset + handle.loop));
    if (!(loop > 0 && loop % 8 === 0 && loop < MAX_TIME) || tried.has(loop)) continue;
    if (handle.types[bytes.readUInt32LE(offset + handle.type)] === undefined) continue;
    tried.add(loop);
    const own = at(environment, offset);
    const found = attemptOr(undefined, () => loopAt(memory, layout, loop));
    if (found?.handles.some((h) => h.address === own)) return found;
  }
  return undefined;
}

/** What can be read of an Environment's fields. */
export function environmentBytes(memory: Memory, layout: Layout, environment: Address): Buffer {
  const bytes = Buffer.alloc(layout.node.environmentBytes);
  return bytes.subarray(0, memory.copy(environment, bytes) & ~7);
}

function loopAt(memory: Memory, layout: Layout, loop: Address): UvLoop | undefined {
  const o = layout.libuv.loop;
  const queue = at(loop, o.handleQueue);
  const forward = handlesFrom(memory, layout, loop, queue, FORWARD);
  if (forward.handles.length === 0) return undefined;
  const backward = forward.isWhole ? [] : handlesFrom(memory, layout, loop, queue, BACKWARD).handles;
  const known = new Set(forward.handles.map((h) => h.address));
  return {
    address: loop,
    handles: [...forward.handles, ...backward.filter((h) => !known.has(h.address)).reverse()],
    isWhole: forward.isWhole,
    activeHandles: memory.u32(at(loop, o.activeHandles)),
    activeRequests: memory.u32(at(loop, o.activeRequests)),
    time: attemptOr(undefined, () => timeOf(memory, layout, loop)),
  };
}

/** Handles along the links of a queue, up to one that is not of the loop. */
function handlesFrom(
  memory: Memory,
  layout: Layout,
  loop: Address,
  queue: Address,
  links: Links,
): { readonly handles: UvHandle[]; readonly isWhole: boolean } {
  const o = layout.libuv.handle;
  const handles: UvHandle[] = [];
  for (const element of following(memory, queue, links, MAX_HANDLES)) {
    if (element === queue) return { handles, isWhole: true };
    const handle = attemptOr(undefined, () => handleAt(memory, layout, loop, at(element, -o.queue)));
    if (handle === undefined) break;
    handles.push(handle);
  }
  return { handles, isWhole: false };
}

function handleAt(memory: Memory, layout: Layout, loop: Address, handle: Address): UvHandle | undefined {
  const o = layout.libuv.handle;
  const type = o.types[memory.u32(at(handle, o.type))];
  if (type === undefined || memory.pointer(at(handle, o.loop)) !== loop) return undefined;
  return {
    address: handle,
    type,
    flags: memory.u32(at(handle, o.flags)),
    data: memory.pointer(at(handle, o.data)),
  };
}

/**
 * The loop's time, whose place is right if the heap of timers, from which it is not far, begins with a timer
 * of the loop.
 */
function timeOf(memory: Memory, layout: Layout, loop: Address): number | undefined {
  const { loop: o, heap: h, timer } = layout.libuv;
  const time = memory.pointer(at(loop, o.time));
  const place = at(loop, o.timerHeap);
  const heap = o.timerHeapIsApart ? memory.pointer(place) : place;
  const least = memory.pointer(at(heap, h.least));
  const count = memory.u32(at(heap, h.count));
  if (time === 0 || time >= MAX_TIME || (count === 0) !== (least === 0)) return undefined;
  if (least === 0) return time;
  return handleAt(memory, layout, loop, at(least, -timer.node))?.type === 'timer' ? time : undefined;
}
