import type { Classes, HeapClass } from '../graph/classes.ts';
import type { Heap } from '../graph/heap.ts';
import { type NodeOrdinal, NodeType } from '../graph/types.ts';
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
    const { scriptId } = graph.locations.at(i);
    let id = ofScript.get(scriptId);
    if (id === undefined) {
      const name = names.get(scriptId);
      id = name === undefined ? -1 : classOf(moduleName(name));
      ofScript.set(scriptId, id);
    }
    own[ordinals[i]!] = id;
  }
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
