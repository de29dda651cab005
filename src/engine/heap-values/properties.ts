import { absent } from '../absence.ts';
import { isContext } from '../analyses/describe.ts';
import type { Heap } from '../graph/heap.ts';
import { type EdgeIndex, EdgeType, type NodeOrdinal, NodeType } from '../graph/types.ts';
import type { Property, Value } from '../v8/inspect.ts';
import { dataProperty } from '../v8/property.ts';
import { nodeValue } from './node-value.ts';

/** Named properties of one object that are listed at most; each can still be asked for by its name. */
const MOST_NAMED = 20_000;
/** Edges of a shape or dictionary that are looked at for a name. */
const MOST_KEYS = 200_000;

export function internalProperty(name: string, value: Value): Property {
  return dataProperty(name, value, { kind: 'internal', enumerable: false });
}

/** Properties with names, of scopes their variables, in the snapshot's order. */
export function namedProperties(heap: Heap, node: NodeOrdinal): Property[] {
  const { graph } = heap;
  const wanted = isContext(heap, node) ? EdgeType.context : EdgeType.property;
  const found: Property[] = [];
  const accessors = new Map<string, number>();
  for (let e = graph.firstEdge[node]!; e < graph.firstEdge[node + 1]! && found.length < MOST_NAMED; e++) {
    if (graph.edgeType[e] !== wanted) continue;
    const label = String(graph.edgeLabel(e as EdgeIndex));
    if (label === '__proto__' && wanted === EdgeType.property) continue;
    const property = propertyOf(heap, label, graph.edgeTo[e] as NodeOrdinal);
    const known = property.kind === 'accessor' ? accessors.get(property.name) : undefined;
    if (known === undefined) {
      if (property.kind === 'accessor') accessors.set(property.name, found.length);
      found.push(property);
    } else {
      const other = found[known]!;
      found[known] = {
        ...other,
        getter: other.getter ?? property.getter,
        setter: other.setter ?? property.setter,
      };
    }
  }
  return found;
}

export function countNamed(heap: Heap, node: NodeOrdinal): number {
  const { graph } = heap;
  const wanted = isContext(heap, node) ? EdgeType.context : EdgeType.property;
  let count = 0;
  for (let e = graph.firstEdge[node]!; e < graph.firstEdge[node + 1]!; e++)
    if (graph.edgeType[e] === wanted) count++;
  return Math.min(count, MOST_NAMED);
}

/** V8 names accessors "get x" and "set x", symbols "<symbol x>" and private members "#x". */
function propertyOf(heap: Heap, label: string, target: NodeOrdinal): Property {
  const value = nodeValue(target);
  const accessor = /^([gs]et) (.+)$/s.exec(label);
  if (accessor && heap.graph.nodeType[target] === NodeType.closure) {
    const half = accessor[1] === 'get' ? { getter: value } : { setter: value };
    const nothing: Value = { kind: 'synthetic', primitive: undefined };
    return dataProperty(accessor[2]!, nothing, { kind: 'accessor', ...half });
  }
  const symbol = /^<symbol ?(.*)>$/s.exec(label);
  if (symbol) return dataProperty(`Symbol(${symbol[1]})`, value, { isSymbol: true, enumerable: false });
  return dataProperty(label, value, label.startsWith('#') ? { kind: 'private' } : {});
}

/** One property by its name; an absent value where the object has the name, but the snapshot no value. */
export function ownProperty(heap: Heap, node: NodeOrdinal, name: string): Property | undefined {
  const { graph } = heap;
  const scope = isContext(heap, node);
  const edge = graph.edgeNamed(node, scope ? EdgeType.context : EdgeType.property, name);
  if (edge !== null) return propertyOf(heap, name, graph.edgeTo[edge] as NodeOrdinal);
  if (scope) return undefined;
  const halves = [`get ${name}`, `set ${name}`].flatMap((label) => {
    const half = graph.edgeNamed(node, EdgeType.property, label);
    return half === null ? [] : [propertyOf(heap, label, graph.edgeTo[half] as NodeOrdinal)];
  });
  const [first, second] = halves;
  if (first)
    return { ...first, getter: first.getter ?? second?.getter, setter: first.setter ?? second?.setter };
  if (name === 'length' && graph.name(node) === 'Array')
    return dataProperty(name, {
      kind: 'absent',
      absence: absent('heap snapshots do not hold lengths of arrays'),
    });
  return hasKey(heap, node, name)
    ? dataProperty(name, { kind: 'absent', absence: absent(leftOut) })
    : undefined;
}

const leftOut =
  'not in the snapshot, or not there: V8 writes no small integers, booleans, null or undefined into it';

/** Whether the object's shape or dictionary knows a name. */
function hasKey(heap: Heap, node: NodeOrdinal, name: string): boolean {
  const { graph } = heap;
  const shape = heap.graph.internalTarget(node, 'map');
  for (const keys of [
    shape === null ? null : heap.graph.internalTarget(shape, 'descriptors'),
    heap.graph.internalTarget(node, 'properties'),
  ]) {
    if (keys === null) continue;
    const end = Math.min(graph.firstEdge[keys + 1]!, graph.firstEdge[keys]! + MOST_KEYS);
    for (let e = graph.firstEdge[keys]!; e < end; e++) {
      const to = graph.edgeTo[e] as NodeOrdinal;
      if (graph.nodeType[to] === NodeType.string && graph.name(to) === name) return true;
    }
  }
  return false;
}

/** `__proto__`; null where the snapshot has none. */
export function prototypeOf(heap: Heap, node: NodeOrdinal): NodeOrdinal | null {
  const edge = heap.graph.edgeNamed(node, EdgeType.property, '__proto__');
  return edge === null ? null : (heap.graph.edgeTo[edge] as NodeOrdinal);
}
