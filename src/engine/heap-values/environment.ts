import { absent } from '../absence.ts';
import { isContext } from '../analyses/describe.ts';
import type { Environment } from '../evaluate/environment.ts';
import type { Heap } from '../graph/heap.ts';
import { sourceOf } from '../graph/reverse-edges.ts';
import { type EdgeIndex, EdgeType, type NodeOrdinal, NodeType, ROOT } from '../graph/types.ts';
import type { Value } from '../v8/inspect.ts';
import type { HeapInspector } from './inspector.ts';
import { nodeOf, nodeValue } from './node-value.ts';
import { countNamed } from './properties.ts';

const UNDEFINED: Value = { kind: 'synthetic', primitive: undefined };

/**
 * The global object: of several realms, that with most properties. Null where the snapshot has none (V8's
 * internals exposed).
 */
export function globalObject(heap: Heap): NodeOrdinal | null {
  const { graph } = heap;
  let best: NodeOrdinal | null = null;
  for (let e = graph.firstEdge[ROOT]!; e < graph.firstEdge[ROOT + 1]!; e++) {
    if (graph.edgeType[e] !== EdgeType.shortcut) continue;
    const realm = graph.edgeTo[e] as NodeOrdinal;
    // The root leads to the realm's context in Node 26, to the global object itself before.
    const object = heap.graph.internalTarget(realm, 'global_object') ?? realm;
    if (graph.nodeType[object] !== NodeType.object) continue;
    if (best === null || countNamed(heap, object) > countNamed(heap, best)) best = object;
  }
  return best;
}

/** Identifiers that stand for nodes in expressions: `@123` is written so for the parser. */
const nodeNames = /^\$node(\d{1,10})$/;

/** An expression as the parser takes it: `@123` names a node by its id. */
export function withNodeNames(expression: string): string {
  return expression.replace(/(^|[^\w$"'`])@(\d{1,10})\b/g, '$1$$node$2');
}

/**
 * Names of expressions over a heap: properties of the global object, then variables of any scope that no
 * other scope has by the same name, then `@<id>`.
 */
export function heapEnvironment(inspector: HeapInspector): Environment {
  const { heap } = inspector;
  const node = globalObject(heap);
  const global = node === null ? undefined : nodeValue(node);
  const scopes = new ScopeVariables(heap);
  return {
    inspector,
    lookup: (name) => {
      const id = nodeNames.exec(name);
      if (id) {
        const found = heap.nodeOfId(Number(id[1]));
        return found === null
          ? { kind: 'absent', absence: absent(`there is no object @${id[1]}`) }
          : nodeValue(found);
      }
      // In a snapshot these lead to a proxy without properties.
      if (global && (name === 'globalThis' || name === 'global')) return global;
      const property = global && inspector.own(global, name);
      if (property && property.kind !== 'accessor') return property.value;
      return property ? undefined : scopes.lookup(name);
    },
    names: () => scopes.names(),
    globalObject: global,
    thisValue: UNDEFINED,
    objectAt: () => absent('heap snapshots hold no addresses: name the object by @ and its id'),
  };
}

/** Variables of functions' and modules' scopes, by name. */
class ScopeVariables {
  readonly #heap: Heap;
  #byName: ReadonlyMap<string, number> | undefined;

  constructor(heap: Heap) {
    this.#heap = heap;
  }

  /** String ids by the names that context edges have. */
  get #ids(): ReadonlyMap<string, number> {
    if (!this.#byName) {
      const { graph } = this.#heap;
      const seen = new Set<number>();
      const byName = new Map<string, number>();
      for (let e = 0; e < graph.edgeCount; e++) {
        if (graph.edgeType[e] !== EdgeType.context || seen.has(graph.edgeName[e]!)) continue;
        seen.add(graph.edgeName[e]!);
        byName.set(String(graph.edgeLabel(e as EdgeIndex)), graph.edgeName[e]!);
      }
      this.#byName = byName;
    }
    return this.#byName;
  }

  names(): Iterable<string> {
    return this.#ids.keys();
  }

  lookup(name: string): Value | undefined {
    const id = this.#ids.get(name);
    if (id === undefined) return undefined;
    const { graph } = this.#heap;
    const holders: NodeOrdinal[] = [];
    let found: NodeOrdinal | null = null;
    for (let e = 0; e < graph.edgeCount; e++) {
      if (graph.edgeType[e] !== EdgeType.context || graph.edgeName[e] !== id) continue;
      const scope = sourceOf(graph, e) as NodeOrdinal;
      if (!isContext(this.#heap, scope)) continue;
      found = graph.edgeTo[e] as NodeOrdinal;
      if (holders.push(scope) > MOST_SCOPES) break;
    }
    if (holders.length <= 1) return found === null ? undefined : nodeValue(found);
    const ids = holders.slice(0, 3).map((scope) => `@${graph.nodeId[scope]}.${name}`);
    return {
      kind: 'absent',
      absence: absent(
        `several scopes have a variable ${name}: ${ids.join(', ')}${holders.length > 3 ? ', …' : ''}`,
      ),
    };
  }
}

const MOST_SCOPES = 100;

/** The node behind a value; null for other values. */
export function ordinalOf(value: Value): NodeOrdinal | null {
  return nodeOf(value)?.node ?? null;
}
