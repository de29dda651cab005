import type { Constants } from './constants.ts';
import { none } from './constants.ts';

/** What the graph of a heap needs beyond the fields that inspection reads; offsets in bytes. */
export function graphLayout(c: Constants) {
  return {
    /** v8::internal::GlobalHandles (handles/global-handles.cc). */
    globalHandles: {
      /** GlobalHandles: isolate, regular_nodes. */
      nodeSpace: c.table('GlobalHandles.regular_nodes', 8),
      /** NodeSpace: global_handles, first_block. */
      firstBlock: c.table('NodeSpace.first_block', 8),
      nodesInBlock: c.table('NodeBlock.kBlockSize', 256),
      nodeSize: c.table('GlobalHandles.Node.size', 32),
      /** Node: object, class id u16, index u8, flags u8. */
      nodeFlags: c.table('GlobalHandles.Node.flags', 11),
      /** Bits of flags: 0 free, 1 normal (strong), 2 weak, 3 near death. */
      stateMask: c.table('GlobalHandles.Node.state_mask', 3),
    },
    /** v8::internal::EternalHandles: size (int), vector of blocks. */
    eternalHandles: {
      blocks: c.table('EternalHandles.blocks', 8),
      blockSize: c.table('EternalHandles.kSize', 256),
    },
    /** Snapshots: wrappers of trusted objects count as code. */
    wrappersAreCode: c.table('HeapSnapshot.wrappers_are_code', [0, 0, 0, 1, 1]) === 1,
    /** Snapshots: objects that all isolates share have no size. */
    sharedHaveNoSize: c.table('HeapSnapshot.read_only_size_is_zero', [0, 0, 0, 1, 1]) === 1,
    /** Snapshots: external strings count with their characters. */
    externalStringsCount: c.table('HeapSnapshot.external_strings_count', [0, 0, 0, 1, 1]) === 1,
    /** v8::internal::MicrotaskQueue (execution/microtask-queue.h), after its vtable. */
    microtaskQueue: {
      size: c.table('MicrotaskQueue.size', 8),
      capacity: c.table('MicrotaskQueue.capacity', 16),
      start: c.table('MicrotaskQueue.start', 32),
      ringBuffer: c.table('MicrotaskQueue.ring_buffer', 40),
    },
    /** JSWeakRef.target, WeakCell.target and .unregister_token: weak without a tag. */
    weakRefTarget: c.table('JSWeakRef.target', 24),
    weakCell: { target: c.table('WeakCell.target', 16), token: c.table('WeakCell.unregister_token', 24) },
    weakNextOfSite: c.table('AllocationSite.weak_next', none),
  };
}

export type GraphLayout = ReturnType<typeof graphLayout>;
