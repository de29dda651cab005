import { detachedNodes } from './detached.ts';
import type { CodeLocation, HeapGraph } from './heap-graph.ts';
import { type NodeOrdinal, NodeType } from './types.ts';

/** A group of nodes that a histogram counts together. */
export interface HeapClass {
  readonly name: string;
  /** The nodes' type, as snapshots spell it. */
  readonly type: string;
  /** Where the constructor stands (0-based); null where V8 does not say. */
  readonly location: CodeLocation | null;
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
  const classes = new ClassTable(graph);
  const byType = new Int32Array(256).fill(-1);
  const detached = detachedNodes(graph);
  const { ordinals } = graph.locations;
  let nextLocation = 0;
  for (let node = 0; node < nodeCount; node++) {
    const type = nodeType[node]!;
    while (nextLocation < ordinals.length && ordinals[nextLocation]! < node) nextLocation++;
    if (type === NodeType.object) {
      const name = nodeName[node]!;
      ofNode[node] =
        ordinals[nextLocation] === node
          ? classes.constructedAt(nextLocation, name)
          : classes.named(node as NodeOrdinal, name);
    } else if (type === NodeType.native) {
      const name = nodeName[node]!;
      ofNode[node] = detached.has(node) ? classes.detached(name) : classes.named(node as NodeOrdinal, name);
    } else {
      if (byType[type]! < 0) byType[type] = classes.ofType(type);
      ofNode[node] = byType[type]!;
    }
  }
  return { ofNode, list: classes.list };
}

/** Classes by what they are told from; nothing is allocated for one that is known. */
class ClassTable {
  readonly list: HeapClass[] = [];
  readonly #graph: HeapGraph;
  readonly #byKey = new Map<string, number>();
  readonly #objects = new Map<number, number>();
  readonly #natives = new Map<number, number>();
  /** By name, script, line, and column. */
  readonly #byPlace = new Map<number, Map<number, Map<number, Map<number, number>>>>();

  constructor(graph: HeapGraph) {
    this.#graph = graph;
  }

  ofType(type: number): number {
    const { nodeTypeNames } = this.#graph;
    const name = typeClassName(type, nodeTypeNames);
    return this.#class(`:${name}`, name, nodeTypeNames[type] ?? 'unknown', null);
  }

  /** A native node and an object of one name are one class, as in DevTools. */
  named(node: NodeOrdinal, name: number): number {
    const known = this.#graph.nodeType[node] === NodeType.object ? this.#objects : this.#natives;
    let id = known.get(name);
    if (id === undefined) {
      const text = className(this.#graph.strings.text(name));
      id = this.#class(`=${text}`, text, this.#graph.typeName(node), null);
      known.set(name, id);
    }
    return id;
  }

  detached(name: number): number {
    const text = className(`Detached ${this.#graph.strings.text(name)}`);
    return this.#class(`=${text}`, text, 'native', null);
  }

  /** Objects whose constructor stands at the place of this index in the graph's locations. */
  constructedAt(index: number, name: number): number {
    const { locations } = this.#graph;
    const ofScript = nested(nested(this.#byPlace, name), locations.scriptAt(index));
    const ofLine = nested(ofScript, locations.lineAt(index));
    const known = ofLine.get(locations.columnAt(index));
    if (known !== undefined) return known;
    const text = className(this.#graph.strings.text(name));
    const location = locations.at(index);
    const { scriptId, line, column } = location;
    const id = this.#class(`${scriptId},${line},${column},${text}`, text, 'object', location);
    ofLine.set(column, id);
    return id;
  }

  #class(key: string, name: string, type: string, location: HeapClass['location']): number {
    let id = this.#byKey.get(key);
    if (id === undefined) {
      id = this.list.push({ name, type, location }) - 1;
      this.#byKey.set(key, id);
    }
    return id;
  }
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
