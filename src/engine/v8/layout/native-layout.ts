import type { Architecture } from '../../unwind/registers.ts';
import type { Constants } from './constants.ts';
import { none } from './constants.ts';

/** What the graph needs to know of objects of Node's C++; offsets in bytes, slots as indexes into a vtable. */
export function nativeLayout(c: Constants, { convention }: Architecture) {
  // Microsoft's C++ has one slot for destructors, where others have two.
  const behindDestructor = convention === 'microsoft' ? -1 : 0;
  const slot = (name: string, number: number) =>
    c.table(`EmbedderGraph::Node.${name}.slot`, number) + behindDestructor;
  return {
    /** How Node adds its objects to snapshots. */
    embedder: {
      /** Slots of v8::EmbedderGraph's virtual methods (include/v8-profiler.h); those before AddNode are of V8Node. */
      graph: {
        addNode: c.table('EmbedderGraph.AddNode.slot', [1, 1, 1, 2, 2]),
        addEdge: c.table('EmbedderGraph.AddEdge.slot', [2, 2, 2, 3, 3]),
      },
      /** Of v8::EmbedderGraph::Node. */
      node: {
        name: slot('Name', 2),
        size: slot('SizeInBytes', 3),
        isRoot: slot('IsRootNode', 5),
        prefix: slot('NamePrefix', 7),
        detachedness: slot('GetDetachedness', 9),
      },
      /**
       * MemoryRetainerNode's two pointers, to the object and to its wrapper's node, in either order
       * (src/memory_tracker-inl.h).
       */
      parts: [8, 16] as readonly number[],
    },
    /** Objects of V8's C++ heap (include/cppgc, src/cppgc_helpers.h): lines that have such wrappers. */
    cppHeap: {
      /** JSAPIObjectWithEmbedderSlots.cpp_heap_wrappable. */
      wrappable: c.table('JSAPIObject.cpp_heap_wrappable', [none, none, none, 24, 24]),
      /** NameProvider::GetHumanReadableName. */
      nameSlot: c.table('cppgc.NameProvider.GetHumanReadableName.slot', 2) + behindDestructor,
      /** HeapObjectHeader.encoded_low_, before the object: one bit of marking, then words with the header. */
      headerSize: c.table('cppgc.HeapObjectHeader.encoded_low_', -2),
    },
  };
}

export type NativeLayout = ReturnType<typeof nativeLayout>;
