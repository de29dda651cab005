import type { OriginalPlace } from '../contract.ts';
import type { CodeLocation, HeapGraph } from '../graph/heap-graph.ts';
import { EdgeType, type NodeOrdinal, NodeType } from '../graph/types.ts';

/** A place in a script; line and column are 1-based. */
export interface SourcePosition {
  /** URL or path as V8 has it; null where the snapshot does not lead to the script. */
  readonly source: string | null;
  readonly scriptId: number;
  readonly line: number;
  readonly column: number;
  /** By the script's source map; null without one, and of snapshots. */
  readonly original: OriginalPlace | null;
}

const cache = new WeakMap<HeapGraph, ReadonlyMap<number, string>>();

/**
 * Names of scripts by id. Snapshots have no list of them: a closure's location tells the id, its
 * SharedFunctionInfo leads to the Script node, which is named after its URL.
 */
export function scriptNames(graph: HeapGraph): ReadonlyMap<number, string> {
  const known = cache.get(graph);
  if (known) return known;
  const names = new Map<number, string>();
  const { ordinals } = graph.locations;
  for (let i = 0; i < ordinals.length; i++) {
    const scriptId = graph.locations.scriptAt(i);
    if (names.has(scriptId)) continue;
    const node = ordinals[i] as NodeOrdinal;
    if (graph.nodeType[node] !== NodeType.closure) continue;
    const name = scriptOf(graph, node);
    if (name !== null) names.set(scriptId, name);
  }
  cache.set(graph, names);
  return names;
}

/** Edges from a SharedFunctionInfo or a DebugInfo towards the Script. */
const towardsScript = ['script', 'script_or_debug_info'];

function scriptOf(graph: HeapGraph, closure: NodeOrdinal): string | null {
  let node = target(graph, closure, ['shared']);
  for (let steps = 0; node !== null && steps < 3; steps++) {
    const next = target(graph, node, towardsScript);
    if (next === null) return steps === 0 ? null : graph.name(node) || null;
    node = next;
  }
  return null;
}

function target(graph: HeapGraph, node: NodeOrdinal, names: readonly string[]): NodeOrdinal | null {
  for (const name of names) {
    const edge = graph.edgeNamed(node, EdgeType.internal, name);
    if (edge !== null) return graph.edgeTo[edge] as NodeOrdinal;
  }
  return null;
}

/** Where a closure, or an object's constructor, stands; null for most nodes. */
export function positionOf(graph: HeapGraph, node: NodeOrdinal): SourcePosition | null {
  const location = graph.locations.of(node);
  return location ? positionAt(graph, location) : null;
}

/** A graph's location, as people count. */
export function positionAt(graph: HeapGraph, location: CodeLocation): SourcePosition {
  const { scriptId } = location;
  const line = location.line + 1;
  const column = location.column + 1;
  const source = scriptNames(graph).get(scriptId) ?? null;
  return { source, scriptId, line, column, original: graph.originalOf(scriptId, line, column) };
}

/** `/srv/app.ts:12:7`: the original place, if there is one. */
export function positionText(position: SourcePosition): string {
  const { source, line, column } = position.original ?? position;
  return `${source ?? `script ${position.scriptId}`}:${line}:${column}`;
}
