import { detachedNodes } from './detached.ts';
import type { HeapGraph } from './heap-graph.ts';
import { type NodeOrdinal, NodeType } from './types.ts';

/** A group of nodes that a histogram counts together. */
export interface HeapClass {
  readonly name: string;
  /** The nodes' type, as snapshots spell it. */
  readonly type: string;
  /** Where the constructor stands (0-based); null where V8 does not say. */
  readonly location: { readonly scriptId: number; readonly line: number; readonly column: number } | null;
}

export interface Classes {
  /** By ordinal: position in `list`. */
  readonly ofNode: Uint32Array;
  readonly list: readonly HeapClass[];
}

/**
 * Classes as Chrome DevTools makes them (HeapSnapshot.ts, calculateObjectNames and classKeyInternal): objects
 * and native nodes by name, objects of one name apart where their constructors stand at different places,
 * functions, regular expressions and code as one class each, all others by type in parentheses. Fills `ofNode`.
 */
export function classify(graph: HeapGraph, ofNode: Uint32Array = new Uint32Array(graph.nodeCount)): Classes {
  const { nodeCount, nodeType, nodeName } = graph;
  const list: HeapClass[] = [];
  const byKey = new Map<string, number>();
  const classOf = (key: string, heapClass: () => HeapClass): number => {
    let id = byKey.get(key);
    if (id === undefined) {
      id = list.push(heapClass()) - 1;
      byKey.set(key, id);
    }
    return id;
  };
  const byType = new Int32Array(256).fill(-1);
  const byName = [new Map<number, number>(), new Map<number, number>()];
  /** By name, script, and place in it. */
  const byPlace = new Map<number, Map<number, Map<number, number>>>();
  const detached = detachedNodes(graph);
  const { ordinals } = graph.locations;
  let nextLocation = 0;
  for (let node = 0; node < nodeCount; node++) {
    const type = nodeType[node]!;
    while (nextLocation < ordinals.length && ordinals[nextLocation]! < node) nextLocation++;
    if (type !== NodeType.object && type !== NodeType.native) {
      let id = byType[type]!;
      if (id < 0) {
        const name = typeClassName(type, graph.nodeTypeNames);
        id = classOf(`:${name}`, () => ({
          name,
          type: graph.nodeTypeNames[type] ?? 'unknown',
          location: null,
        }));
        byType[type] = id;
      }
      ofNode[node] = id;
      continue;
    }
    const nameId = nodeName[node]!;
    if (type === NodeType.object && ordinals[nextLocation] === node) {
      const { locations } = graph;
      const ofPlace = nested(nested(byPlace, nameId), locations.scriptAt(nextLocation));
      const place = locations.lineAt(nextLocation) * 0x4000000 + locations.columnAt(nextLocation);
      let id = ofPlace.get(place);
      if (id === undefined) {
        const name = className(graph.strings.text(nameId));
        const location = locations.at(nextLocation);
        const { scriptId, line, column } = location;
        id = classOf(`${scriptId},${line},${column},${name}`, () => ({ name, type: 'object', location }));
        ofPlace.set(place, id);
      }
      ofNode[node] = id;
      continue;
    }
    if (type === NodeType.native && detached.has(node)) {
      const name = className(`Detached ${graph.strings.text(nameId)}`);
      ofNode[node] = classOf(`=${name}`, () => ({ name, type: 'native', location: null }));
      continue;
    }
    const known = byName[type === NodeType.object ? 0 : 1]!;
    let id = known.get(nameId);
    if (id === undefined) {
      const name = className(graph.strings.text(nameId));
      // A native node and an object of one name are one class, as there.
      id = classOf(`=${name}`, () => ({ name, type: graph.typeName(node as NodeOrdinal), location: null }));
      known.set(nameId, id);
    }
    ofNode[node] = id;
  }
  return { ofNode, list };
}

function nested<V>(map: Map<number, Map<number, V>>, key: number): Map<number, V> {
  let inner = map.get(key);
  if (!inner) {
    inner = new Map();
    map.set(key, inner);
  }
  return inner;
}

function typeClassName(type: number, names: readonly string[]): string {
  switch (type) {
    case NodeType.hidden:
      return '(system)';
    case NodeType.code:
      return '(compiled code)';
    case NodeType.closure:
      return 'Function';
    case NodeType.regexp:
      return 'RegExp';
    default:
      return `(${names[type] ?? 'unknown'})`;
  }
}

/** `<div id="a">` is of class `<div>`. */
function className(name: string): string {
  const from = name.startsWith('<') ? 0 : name.startsWith('Detached <') ? 10 : -1;
  if (from < 0) return name;
  const space = name.indexOf(' ', from);
  return space < 0 ? name : `${name.slice(0, space)}>`;
}
