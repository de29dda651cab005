import { edgeText, nodeName } from '../analyses/describe.ts';
import type { Step } from '../analyses/paths.ts';
import type { Heap } from '../graph/heap.ts';
import { type EdgeIndex, EdgeType, type NodeOrdinal, NodeType, ROOT } from '../graph/types.ts';

/** The variable of node:internal/timers that has all timers, and how a timer leads on. */
const TIMER_LISTS = 'timerListMap';
const TIMER_PART = /^\.(_onTimeout|_timerArgs)$/;
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
  const parts: Part[] = [];
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
  // By way of Node's list of timers, it is the timer that matters.
  const timer = parts.findLastIndex(({ text }) => TIMER_PART.test(text));
  const isTimer = parts[start]?.text === TIMER_LISTS && timer > start;
  const told = start >= 0 && !isTimer ? parts.slice(start) : fromOwner(heap, parts.slice(Math.max(0, timer)));
  const shown = told
    .slice(0, SHOWN)
    .map(({ text }) => text)
    .join('')
    .replace(/^\./, '');
  return shown === '' ? 'what is on the stack' : `${shown}${told.length > SHOWN ? ' …' : ''}`;
}

/** A step as code would write it. */
interface Part {
  readonly text: string;
  readonly isVariable: boolean;
  readonly from: NodeOrdinal;
}

/** A way without variables begins with the class of the object that it comes from; of handles, with that of their owner. */
function fromOwner(heap: Heap, parts: readonly Part[]): Part[] {
  const own = parts[0]?.text === '[Symbol(owner_symbol)]' && parts.length > 1 ? parts.slice(1) : parts;
  const first = own[0];
  if (!first || heap.graph.nodeType[first.from] === NodeType.hidden) return [...own];
  const name = nodeName(heap, first.from).replace(/^Node \/ /, '');
  return [{ ...first, text: name, isVariable: false }, ...own];
}

function partOf(heap: Heap, edge: EdgeIndex, from: NodeOrdinal): Part | undefined {
  const { graph } = heap;
  const text = edgeText(heap, edge, from);
  if (from === ROOT && graph.edgeType[edge] === EdgeType.shortcut)
    return { text: 'globalThis', isVariable: true, from };
  // Of another realm: a context of node:vm, as test runners have.
  if (/^internal global_(proxy_)?object$/.test(text)) return { text: 'globalThis', isVariable: true, from };
  const variable = /^(?:context|variable) (.*)$/s.exec(text)?.[1];
  if (variable !== undefined) return { text: variable, isVariable: true, from };
  if (/^get\(/.test(text)) return { text: '.get(…)', isVariable: false, from };
  if (/^(entry|key) /.test(text)) return { text: '[…]', isVariable: false, from };
  switch (graph.edgeType[edge]) {
    case EdgeType.property:
      return { text, isVariable: false, from };
    case EdgeType.element:
      return graph.nodeType[from] === NodeType.synthetic
        ? undefined
        : { text: '[…]', isVariable: false, from };
    default:
      return undefined;
  }
}
