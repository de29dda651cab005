import type { OriginalPlace } from '../contract.ts';
import type { Classes, HeapClass } from '../graph/classes.ts';
import type { Heap } from '../graph/heap.ts';
import { type NodeOrdinal, NodeType } from '../graph/types.ts';
import { retainedByClass } from './histogram.ts';
import { positionAt } from './positions.ts';

/** The closures of one function of the source. Sizes in bytes. */
export interface ClosurePosition {
  readonly function: string;
  readonly source: string | null;
  /** 1-based; null for V8's own functions, which have no place in a script. */
  readonly line: number | null;
  readonly column: number | null;
  /** By the script's source map; null without one, and of snapshots. */
  readonly original: OriginalPlace | null;
  readonly count: number;
  readonly shallowSize: number;
  /** Of the closures that no other one of the place dominates. */
  readonly retainedSize: number;
}

/** Closures by where their function stands in the source, most retained first. */
export function closuresByPosition(heap: Heap): ClosurePosition[] {
  const { groups, classes } = groupClosures(heap);
  const retained = retainedByClass(heap, classes);
  return groups
    .map((group, i) => {
      const { location, name } = classes.list[i + 1]!;
      const place = location && positionAt(heap.graph, location);
      return {
        function: name,
        source: place?.source ?? null,
        line: place?.line ?? null,
        column: place?.column ?? null,
        original: place?.original ?? null,
        count: group.count,
        shallowSize: group.size,
        retainedSize: retained[i + 1]!,
      };
    })
    .sort(
      (a, b) =>
        b.retainedSize - a.retainedSize ||
        b.count - a.count ||
        compare(
          `${a.source}:${a.line}:${a.column}:${a.function}`,
          `${b.source}:${b.line}:${b.column}:${b.function}`,
        ),
    );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Classes with all that is no closure in class 0. */
function groupClosures(heap: Heap): { groups: { count: number; size: number }[]; classes: Classes } {
  const { graph } = heap;
  const ofNode = new Uint32Array(graph.nodeCount);
  const list: HeapClass[] = [{ name: '', type: '', location: null }];
  const groups: { count: number; size: number }[] = [];
  const byKey = new Map<string, number>();
  const { ordinals } = graph.locations;
  let next = 0;
  for (let node = 0; node < graph.nodeCount; node++) {
    if (graph.nodeType[node] !== NodeType.closure) continue;
    while (next < ordinals.length && ordinals[next]! < node) next++;
    const location = ordinals[next] === node ? graph.locations.at(next) : null;
    const key = location
      ? `${location.scriptId}:${location.line}:${location.column}:${graph.nodeName[node]}`
      : `:${graph.nodeName[node]}`;
    let id = byKey.get(key);
    if (id === undefined) {
      id =
        list.push({ name: graph.name(node as NodeOrdinal) || '(anonymous)', type: 'closure', location }) - 1;
      groups.push({ count: 0, size: 0 });
      byKey.set(key, id);
    }
    ofNode[node] = id;
    const group = groups[id - 1]!;
    group.count++;
    group.size += heap.shallowSize(node as NodeOrdinal);
  }
  return { groups, classes: { ofNode, list } };
}
