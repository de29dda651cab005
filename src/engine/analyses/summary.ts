import type { Heap } from '../graph/heap.ts';
import { textTest } from '../graph/text-test.ts';
import { type NodeOrdinal, NodeType } from '../graph/types.ts';

/** A kind of memory. */
export interface Part {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Nodes that have a size; 0 where the part is no nodes. */
  readonly count: number;
}

export interface Summary {
  /** Bytes of all parts. */
  readonly total: number;
  /** Largest first. */
  readonly parts: readonly Part[];
}

/** Where the memory is, by what it holds. */
export function summarize(heap: Heap): Summary {
  const { graph } = heap;
  const parts = new Map<string, { size: number; count: number }>();
  const add = (name: string, size: number, count: number) => {
    const part = parts.get(name);
    if (part) {
      part.size += size;
      part.count += count;
    } else parts.set(name, { size, count });
  };
  const isBufferData = textTest(graph, 'system / JSArrayBufferData');
  let total = 0;
  for (let node = 0; node < graph.nodeCount; node++) {
    const size = heap.shallowSize(node as NodeOrdinal);
    if (size === 0) continue;
    total += size;
    const type = graph.nodeType[node]!;
    let name = partNames[type] ?? 'other';
    if (type === NodeType.native && isBufferData(graph.nodeName[node]!)) name = 'array buffers (external)';
    add(name, size, 1);
  }
  if (graph.extraNativeBytes > 0) {
    add('native memory outside of objects', graph.extraNativeBytes, 0);
    total += graph.extraNativeBytes;
  }
  return {
    total,
    parts: [...parts]
      .map(([name, part]) => ({ name, ...part }))
      .sort((a, b) => b.size - a.size || (a.name < b.name ? -1 : 1)),
  };
}

const partNames: Readonly<Record<number, string>> = {
  [NodeType.hidden]: "V8's own objects",
  [NodeType.array]: 'arrays and tables',
  [NodeType.string]: 'strings',
  [NodeType.object]: 'objects',
  [NodeType.code]: 'code',
  [NodeType.closure]: 'functions',
  [NodeType.regexp]: 'regular expressions',
  [NodeType.number]: 'heap numbers',
  [NodeType.native]: 'native objects',
  // The roots that V8 adds have no size: what has one is Node's.
  [NodeType.synthetic]: 'native objects',
  [NodeType.consString]: 'concatenated strings',
  [NodeType.slicedString]: 'sliced strings',
  [NodeType.symbol]: 'symbols',
  [NodeType.bigint]: 'bigints',
  [NodeType.objectShape]: 'object shapes',
  [NodeType.wasmObject]: 'wasm objects',
};
