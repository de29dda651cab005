import { edgeText, nodeName } from '../analyses/describe.ts';
import type { Step } from '../analyses/paths.ts';
import type { Heap } from '../graph/heap.ts';
import { type EdgeIndex, EdgeType, type NodeOrdinal, NodeType, ROOT } from '../graph/types.ts';

/** Steps of a way that a text shows. */
const SHOWN = 6;

/** Objects of Node that settle promises, by their constructors. */
const known: readonly (readonly [name: RegExp, text: (name: string) => string])[] = [
  [/^Timeout$/, () => 'a timer'],
  [/^Immediate$/, () => 'an immediate'],
  [/^TickObject$/, () => 'process.nextTick'],
  [/^(FSReq\w*|FileHandleCloseReq)$/, () => 'the file system'],
  [/^((Query|GetAddrInfo|GetNameInfo)ReqWrap)$/, () => 'DNS'],
  [
    /^\w+(Req|ReqWrap|ConnectWrap|WriteWrap|ShutdownWrap|SendWrap|Job)$/,
    (name) => `a request of Node (${name})`,
  ],
  [
    /^(TCP|Pipe|TTY|UDP|Process|Signal|FSEvent|StatWatcher|Worker|MessagePort)$/,
    (name) => `a handle of Node (${name})`,
  ],
];

/** What an object is called that is known to settle promises. */
export function knownSettler(heap: Heap, node: NodeOrdinal): string | undefined {
  const type = heap.graph.nodeType[node];
  if (type !== NodeType.object && type !== NodeType.native && type !== NodeType.synthetic) return undefined;
  const name = nodeName(heap, node).replace(/^Node \/ /, '');
  return known.find(([pattern]) => pattern.test(name))?.[1](name);
}

/**
 * A way as code would write it, the same for all elements of a collection: from the innermost variable on that leads
 * anywhere, since that is what the program's author knows by name.
 */
export function placeText(heap: Heap, steps: readonly Step[]): string {
  const parts: { readonly text: string; readonly isVariable: boolean }[] = [];
  let from: NodeOrdinal = ROOT;
  for (const { edge, node } of steps) {
    if (edge !== null) {
      const part = partOf(heap, edge, from);
      if (part) parts.push(part);
    }
    from = node;
  }
  // The executor's own variables, resolve and reject, say nothing.
  while (parts.length > 1 && parts.at(-1)!.isVariable) parts.pop();
  const start = parts.findLastIndex(({ isVariable }) => isVariable);
  const told = parts.slice(Math.max(0, start)).map(({ text }) => text);
  const shown = told.slice(0, SHOWN).join('').replace(/^\./, '');
  return shown === '' ? 'what is on the stack' : `${shown}${told.length > SHOWN ? ' …' : ''}`;
}

function partOf(
  heap: Heap,
  edge: EdgeIndex,
  from: NodeOrdinal,
): { readonly text: string; readonly isVariable: boolean } | undefined {
  const { graph } = heap;
  const text = edgeText(heap, edge, from);
  if (from === ROOT && graph.edgeType[edge] === EdgeType.shortcut)
    return { text: 'globalThis', isVariable: true };
  const variable = /^(?:context|variable) (.*)$/s.exec(text)?.[1];
  if (variable !== undefined) return { text: variable, isVariable: true };
  if (/^get\(/.test(text)) return { text: '.get(…)', isVariable: false };
  if (/^(entry|key) /.test(text)) return { text: '[…]', isVariable: false };
  switch (graph.edgeType[edge]) {
    case EdgeType.property:
      return { text, isVariable: false };
    case EdgeType.element:
      return graph.nodeType[from] === NodeType.synthetic ? undefined : { text: '[…]', isVariable: false };
    default:
      return undefined;
  }
}
