import type { Classes, HeapClass } from '../graph/classes.ts';
import type { Heap } from '../graph/heap.ts';
import { type EdgeIndex, EdgeType, type NodeOrdinal, NodeType } from '../graph/types.ts';
import { scriptNames } from './positions.ts';

/** What no module holds. */
const NONE = '(no module)';

/**
 * The nodes by the module that holds them: functions, contexts' code and objects of classes belong to the
 * script of their code; what has no script of its own belongs with its immediate dominator. Packages are one
 * module each, Node's internal scripts are one together, every other script is one by its path.
 */
export function moduleClasses(heap: Heap): Classes {
  const { graph } = heap;
  const list: HeapClass[] = [];
  const byName = new Map<string, number>();
  const classOf = (name: string): number => {
    let id = byName.get(name);
    if (id === undefined) {
      id = list.push({ name, type: 'module', location: null }) - 1;
      byName.set(name, id);
    }
    return id;
  };
  const none = classOf(NONE);
  const ofNode = new Uint32Array(graph.nodeCount);
  const own = new Int32Array(graph.nodeCount).fill(-1);
  const names = scriptNames(graph);
  const ofScript = new Map<number, number>();
  const { ordinals } = graph.locations;
  for (let i = 0; i < ordinals.length; i++) {
    const scriptId = graph.locations.scriptAt(i);
    let id = ofScript.get(scriptId);
    if (id === undefined) {
      const name = names.get(scriptId);
      id = name === undefined ? -1 : classOf(moduleName(name));
      ofScript.set(scriptId, id);
    }
    own[ordinals[i]!] = id;
  }
  ownByPrototype(heap, own);
  const { first, nodes } = heap.dominated;
  const stack = new Uint32Array(graph.nodeCount + 1);
  let depth = 1;
  while (depth > 0) {
    const node = stack[--depth]!;
    for (let i = first[node]!; i < first[node + 1]!; i++) {
      const below = nodes[i]!;
      ofNode[below] = own[below]! >= 0 ? own[below]! : inherited(heap, node, ofNode[node]!, none);
      stack[depth++] = below;
    }
  }
  return { ofNode, list };
}

/** Objects without a place of their own belong to the constructor of their prototype. */
function ownByPrototype({ graph }: Heap, own: Int32Array): void {
  const { nodeType, firstEdge, edgeType, edgeName, edgeTo } = graph;
  const known = new Map<number, number>();
  /** The string `__proto__`, once it was met: texts are slow to compare. */
  let name = -1;
  const isPrototype = (edge: number): boolean => {
    if (edgeType[edge] !== EdgeType.property) return false;
    if (name < 0 && graph.edgeLabel(edge as EdgeIndex) === '__proto__') name = edgeName[edge]!;
    return edgeName[edge] === name;
  };
  for (let node = 0; node < graph.nodeCount; node++) {
    if (nodeType[node] !== NodeType.object || own[node]! >= 0) continue;
    let edge = firstEdge[node]!;
    const end = firstEdge[node + 1]!;
    while (edge < end && !isPrototype(edge)) edge++;
    if (edge === end) continue;
    const prototype = edgeTo[edge] as NodeOrdinal;
    let module = known.get(prototype);
    if (module === undefined) {
      const made = graph.edgeNamed(prototype, EdgeType.property, 'constructor');
      module = made === null ? -1 : own[edgeTo[made]!]!;
      known.set(prototype, module);
    }
    own[node] = module;
  }
}

/** Roots and what V8 itself made hold much that is no module's. */
function inherited(heap: Heap, holder: number, module: number, none: number): number {
  return heap.graph.nodeType[holder as NodeOrdinal] === NodeType.synthetic ? none : module;
}

/** `express` of `/app/node_modules/express/lib/router.js`; scoped packages with their scope. */
export function moduleName(script: string): string {
  if (script === '' || script === '(unnamed)') return '(code without a file)';
  if (/^(node:|internal\/)/.test(script)) return 'Node.js';
  const path = script.replaceAll('\\', '/');
  const at = path.lastIndexOf('/node_modules/');
  if (at < 0) return script;
  const [scope, name] = path.slice(at + '/node_modules/'.length).split('/');
  return scope!.startsWith('@') && name !== undefined ? `${scope}/${name}` : scope!;
}
