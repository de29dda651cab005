import type { Constants } from './constants.ts';
import { none } from './constants.ts';

/** What the graph of a heap needs beyond the fields that inspection reads; offsets in bytes. */
export function graphLayout(c: Constants) {
  return {
    /** v8::internal::GlobalHandles (handles/global-handles.cc). */
    globalHandles: {
      /** GlobalHandles: isolate, regular_nodes; another pointer between them in the oldest line. */
      nodeSpace: c.table('GlobalHandles.regular_nodes', [16, 8, 8, 8, 8]),
      /** NodeSpace: global_handles, first_block. */
      firstBlock: c.table('NodeSpace.first_block', 8),
      nodesInBlock: c.table('NodeBlock.kBlockSize', 256),
      nodeSize: c.table('GlobalHandles.Node.size', 32),
      /** Node: object, class id u16, index u8, flags u8. */
      nodeFlags: c.table('GlobalHandles.Node.flags', 11),
      /** Bits of flags: 0 free, 1 normal (strong), 2 weak, 3 near death. */
      stateMask: c.table('GlobalHandles.Node.state_mask', [7, 3, 3, 3, 3]),
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
      start: c.table('MicrotaskQueue.start', 24),
      ringBuffer: c.table('MicrotaskQueue.ring_buffer', 32),
      next: c.table('MicrotaskQueue.next', 48),
      previous: c.table('MicrotaskQueue.prev', 56),
    },
    /** JSWeakRef.target, WeakCell.target and .unregister_token: weak without a tag. */
    weakRefTarget: c.table('JSWeakRef.target', 24),
    weakCell: {
      target: c.table('WeakCell.target', [16, 16, 16, 16, 24]),
      token: c.table('WeakCell.unregister_token', [24, 24, 24, 24, 32]),
    },
    /** Of the longer kind of AllocationSite only. */
    weakNextOfSite: c.table('AllocationSite.weak_next', 40),
    allocationSite: {
      transitionInfo: c.table('AllocationSite.transition_info_or_boilerplate', 8),
      nestedSite: c.table('AllocationSite.nested_site', 16),
      dependentCode: c.table('AllocationSite.dependent_code', 24),
    },
    /** First field of the embedder in an object of its (JSAPIObjectWithEmbedderSlots, objects/js-objects.h). */
    embedderFields: c.table('JSAPIObject.embedder_fields', [24, 24, 24, 32, 32]),
    accessorInfoData: c.table('AccessorInfo.data', [8, 16, 16, 16, 8]),
    propertyCellDependentCode: c.table('PropertyCell.dependent_code', 32),
    scriptContextData: c.table('Script.context_data', 40),
    constantElements: c.table('ArrayBoilerplateDescription.constant_elements', 16),
    prototypeInfo: {
      users: c.table('PrototypeInfo.prototype_users', 16),
      enumCache: c.table('PrototypeInfo.prototype_chain_enum_cache', 24),
    },
    prototypeTransitions: c.table('TransitionArray.kPrototypeTransitionsIndex', 0),
    representationSmi: c.constant('v8dbg_prop_representation_smi', 1),
    /** Instance types of contexts in their order (objects/contexts.tq). */
    contextKinds: [
      'await',
      'block',
      'catch',
      'debug evaluate',
      'eval',
      'function',
      'module',
      'native',
      'script',
      'with',
    ],
    /** Snapshots: the global object and its proxy say so in their names. */
    globalsAreTagged: c.table('HeapSnapshot.globals_are_tagged', [0, 0, 0, 0, 1]) === 1,
    /** Snapshots: undefined, null, true and false have names. */
    oddballsAreNamed: c.table('HeapSnapshot.oddballs_are_named', [0, 0, 0, 1, 1]) === 1,
    /** Snapshots: the global proxy shows where it belongs. */
    proxyHasShortcuts: c.table('HeapSnapshot.global_proxy_has_shortcuts', [0, 0, 0, 0, 1]) === 1,
    /** Snapshots: references to holes other than the usual one are shown. */
    holesAreShown: c.table('HeapSnapshot.holes_are_shown', [0, 0, 1, 1, 0]) === 1,
    /** Snapshots: arrays of special kinds are plain FixedArrays. */
    specialArraysAreFixed: c.table('HeapSnapshot.special_arrays_are_fixed', [1, 1, 0, 0, 0]) === 1,
    /** ScopeInfo of a function: bytes for its unused parameters. */
    functionScopeExtra: c.table('ScopeInfo.unused_parameter_bits.size', [0, 0, 0, 0, 8]),
    /** Snapshots: instructions count as the code, and the Code object as its handle. */
    codeIsHandle: c.table('HeapSnapshot.code_is_handle', [0, 1, 0, 0, 0]) === 1,
    loadHandler: c.table('type:LOAD_HANDLER', [none, 137, 137, 137, 137]),
    storeHandler: c.table('type:STORE_HANDLER', [none, 138, 138, 138, 138]),
  };
}

export type GraphLayout = ReturnType<typeof graphLayout>;
