import { attemptOr } from '../absence.ts';
import { type Address, address, at, type Tagged } from '../address.ts';
import { u64 } from '../dump/elf.ts';
import type { Memory } from '../memory/memory.ts';
import type { HeapView } from '../v8/objects/heap-view.ts';
import { following } from './linked-list.ts';
import { environmentBytes } from './loop.ts';

const MAX_REQUESTS = 1 << 20;
/** HandleWraps whose handles are not in the loop's list, at most: those that are being made or closed. */
const MORE_WRAPS = 1000;

/**
 * The JavaScript object of an object of Node's C++ (BaseObject): its persistent handle leads there, and the
 * object has a pointer back among its internal fields. Undefined for everything else, 'lost' where the dump
 * lacks what would tell.
 */
export function wrapperOf(view: HeapView, native: Address): Tagged | 'lost' | undefined {
  if (native === 0 || native % 8 !== 0) return undefined;
  const { memory, layout } = view;
  const { persistent, wrapperFields } = layout.node;
  if (isLost(memory, at(native, persistent))) return 'lost';
  return attemptOr(undefined, () => {
    const slot = memory.pointer(at(native, persistent));
    if (slot === 0 || slot % 8 !== 0) return undefined;
    if (isLost(memory, slot)) return 'lost';
    const object = memory.tagged(slot);
    if (view.isPointer(object) && isLost(memory, view.base(object))) return 'lost';
    if (!view.isReceiver(object)) return undefined;
    for (let i = 0; i < wrapperFields; i++)
      if (view.pointer(object, layout.graph.embedderFields + 8 * i) === native) return object;
    return undefined;
  });
}

/** True for a word that the process had, but the dump does not. */
function isLost(memory: Memory, word: Address): boolean {
  return memory.regionAt(word) !== undefined && !memory.has(word, 8);
}

/** A ReqWrap: a request of Node, whether libuv has it already or not. */
export interface NodeRequest {
  readonly native: Address;
  readonly object: Tagged;
  /** Its uv_req_t; undefined where libuv does not have it. */
  readonly request: Address | undefined;
}

export interface NodeRequests {
  readonly requests: readonly NodeRequest[];
  /** False where the list breaks off. */
  readonly isWhole: boolean;
  /** Head of the list, in the Environment. */
  readonly queue: Address;
}

/**
 * The requests of an Environment, oldest first: its req_wrap_queue_ lists them. Where no symbol says where
 * that is, it stands behind the list of the HandleWraps, of which some are known.
 */
export function requestsOf(
  view: HeapView,
  environment: Address,
  handleWraps: readonly Address[],
): NodeRequests | undefined {
  const { node } = view.layout;
  const known = { queue: at(environment, node.reqWrapQueue), nodeOffset: node.reqNode };
  const derived = derivedPlaces(view, environment, handleWraps);
  const places = node.isQueueNamed ? [known, ...derived] : [...derived, known];
  for (const { queue, nodeOffset } of places) {
    if (Number.isNaN(queue)) continue;
    const nodes = attemptOr(undefined, () => nodesOf(view, queue));
    if (!nodes) continue;
    const requests = nodes.nodes.flatMap((element) => requestAt(view, element, nodeOffset) ?? []);
    // What is no list of requests has other elements.
    if (requests.length < nodes.nodes.length / 2) continue;
    return { requests, isWhole: nodes.isWhole && requests.length === nodes.nodes.length, queue };
  }
  return undefined;
}

interface QueuePlace {
  readonly queue: Address;
  readonly nodeOffset: number;
}

/** Follows the list that a HandleWrap is in to its head in the Environment. */
function* derivedPlaces(
  view: HeapView,
  environment: Address,
  handleWraps: readonly Address[],
): Generator<QueuePlace> {
  const { node } = view.layout;
  const end = at(environment, environmentBytes(view.memory, view.layout, environment).length);
  for (const wrap of handleWraps.slice(0, 3)) {
    for (let offset = node.nodeRange[0]; offset <= node.nodeRange[1]; offset += 8) {
      const head = headOf(view, at(wrap, offset), environment, end, handleWraps.length + MORE_WRAPS);
      if (head !== undefined) yield { queue: at(head, node.behindHandleQueue), nodeOffset: offset };
    }
  }
}

/** The head of the list that a node is in, if that lies between these addresses. */
function headOf(
  { memory, layout }: HeapView,
  node: Address,
  from: Address,
  to: Address,
  most: number,
): Address | undefined {
  for (const element of following(memory, node, layout.node.list, most))
    if (element >= from && element < to) return element;
  return undefined;
}

/** The elements of a list of Node's (ListHead, src/util.h); undefined if there is none. */
function nodesOf(
  { memory, layout }: HeapView,
  head: Address,
): { readonly nodes: readonly Address[]; readonly isWhole: boolean } | undefined {
  const nodes = [...following(memory, head, layout.node.list, MAX_REQUESTS)];
  if (nodes.length === 0) return undefined;
  const isWhole = nodes.at(-1) === head;
  return { nodes: isWhole ? nodes.slice(0, -1) : nodes, isWhole };
}

/** The ReqWrap whose ListNode that is. */
function requestAt(view: HeapView, element: Address, nodeOffset: number): NodeRequest | undefined {
  const { nodeRange, requestRange, list } = view.layout.node;
  const offsets = [nodeOffset];
  for (let offset = nodeRange[0]; offset <= nodeRange[1]; offset += 8) offsets.push(offset);
  for (const offset of offsets) {
    if (Number.isNaN(offset)) continue;
    const native = at(element, -offset);
    const object = wrapperOf(view, native);
    if (object === undefined || object === 'lost') continue;
    const start = at(element, list.next + 8);
    const bytes = attemptOr(Buffer.alloc(0), () => view.memory.bytes(start, requestRange));
    for (let i = 0; i + 8 <= bytes.length; i += 8)
      if (u64(bytes, i) === native)
        return { native, object, request: address(start + i - view.layout.libuv.request.data) };
    return { native, object, request: undefined };
  }
  return undefined;
}
