import type { Classes, HeapClass } from '../graph/classes.ts';
import type { Heap } from '../graph/heap.ts';
import { textTest } from '../graph/text-test.ts';
import { type EdgeIndex, EdgeType, type NodeOrdinal, NodeType } from '../graph/types.ts';

/** A shape's name stops growing here, except for its first property. */
const NAME_LENGTH = 120;
/** A shape counts from so many objects on, and from one in so many. */
const LEAST_OBJECTS = 2;
const LEAST_SHARE = 1000;

interface Shape {
  readonly name: string;
  readonly properties: readonly string[];
  count: number;
}

/**
 * The classes with plain objects told apart by their properties, as Chrome DevTools does (HeapSnapshot.ts,
 * inferInterfaceDefinitions and applyInterfaceDefinitions): the shapes that enough objects have are found
 * first; each object then goes to the one with most properties among those whose properties it all has.
 */
export function shapes(heap: Heap): Classes {
  const reader = new PropertyReader(heap);
  const found = findShapes(reader);
  const { ofNode, list } = heap.classes;
  const grouped = Uint32Array.from(ofNode);
  const classes: HeapClass[] = [...list];
  const tree = propertyTree(found);
  const classOfShape = new Map<number, number>();
  const chosen = new Map<string, number>();
  for (const node of reader.plainObjects()) {
    const names = reader.names(node).sort();
    const key = names.join('\u0000');
    let shape = chosen.get(key);
    if (shape === undefined) {
      shape = bestShape(tree, names);
      chosen.set(key, shape);
    }
    if (shape < 0) continue;
    let id = classOfShape.get(shape);
    if (id === undefined) {
      id = classes.push({ name: found[shape]!.name, type: 'object', location: null }) - 1;
      classOfShape.set(shape, id);
    }
    grouped[node] = id;
  }
  return { ofNode: grouped, list: classes };
}

class PropertyReader {
  readonly #heap: Heap;

  constructor(heap: Heap) {
    this.#heap = heap;
  }

  *plainObjects(): Generator<NodeOrdinal> {
    const { graph } = this.#heap;
    const isPlain = textTest(graph, 'Object');
    for (let node = 0; node < graph.nodeCount; node++)
      if (graph.nodeType[node] === NodeType.object && isPlain(graph.nodeName[node]!))
        yield node as NodeOrdinal;
  }

  /** Property names in V8's order. */
  names(node: NodeOrdinal): string[] {
    const { graph } = this.#heap;
    const names: string[] = [];
    for (let e = graph.firstEdge[node]!; e < graph.firstEdge[node + 1]!; e++)
      if (graph.edgeType[e] === EdgeType.property) names.push(String(graph.edgeLabel(e as EdgeIndex)));
    return names;
  }
}

function findShapes(reader: PropertyReader): Shape[] {
  const candidates = new Map<string, Shape>();
  let total = 0;
  for (const node of reader.plainObjects()) {
    total++;
    let name = '{';
    const properties: string[] = [];
    for (const property of reader.names(node)) {
      if (property === '__proto__') continue;
      const text = propertyText(property);
      if (name.length > 1 && name.length + text.length > NAME_LENGTH) break;
      name += name.length === 1 ? text : `, ${text}`;
      properties.push(property);
    }
    if (properties.length === 0) continue;
    name += '}';
    const known = candidates.get(name);
    if (known) known.count++;
    else candidates.set(name, { name, properties, count: 1 });
  }
  const least = Math.max(LEAST_OBJECTS, total / LEAST_SHARE);
  return [...candidates.values()].sort((a, b) => b.count - a.count).filter((shape) => shape.count >= least);
}

/** Names with commas, quotes or braces are written as strings. */
function propertyText(name: string): string {
  return /[,'"{}]/.test(name) ? JSON.stringify(name) : name;
}

/** Sorted property names lead down it to shapes. */
interface PropertyTree {
  readonly next: Map<string, PropertyTree>;
  shape: { readonly index: number; readonly size: number } | null;
  greatest: string | null;
}

function propertyTree(found: readonly Shape[]): PropertyTree {
  const root: PropertyTree = { next: new Map(), shape: null, greatest: null };
  found.forEach((shape, index) => {
    let at = root;
    for (const property of [...shape.properties].sort()) {
      let next = at.next.get(property);
      if (!next) {
        next = { next: new Map(), shape: null, greatest: null };
        at.next.set(property, next);
        if (at.greatest === null || at.greatest < property) at.greatest = property;
      }
      at = next;
    }
    at.shape ??= { index, size: shape.properties.length };
  });
  return root;
}

/** Index of the shape with most of the (sorted) properties, the more frequent of equals; -1 for none. */
function bestShape(tree: PropertyTree, properties: readonly string[]): number {
  const states = new Set([tree]);
  let best = tree.shape;
  for (const property of properties) {
    for (const state of [...states]) {
      if (state.greatest === null || property >= state.greatest) states.delete(state);
      const next = state.next.get(property);
      if (!next) continue;
      states.add(next);
      const other = next.shape;
      if (
        other &&
        (!best || other.size > best.size || (other.size === best.size && other.index < best.index))
      )
        best = other;
    }
  }
  return best?.index ?? -1;
}
