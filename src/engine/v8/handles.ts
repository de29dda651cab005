import { type Address, address, at } from '../address.ts';
import type { Isolate } from './isolate.ts';
import type { V8Runtime } from './runtime.ts';

/** kHandleBlockSize (src/api/api.h): 8 KiB less two words for malloc. */
const BLOCK_SLOTS = 1022;
const MAX_BLOCKS = 1 << 16;

/**
 * Slots of all open handle scopes of an isolate, newest first: each holds a tagged word. V8 keeps them in
 * blocks (HandleScopeImplementer::blocks_: data, capacity and size behind the isolate pointer, src/api/api.h);
 * all blocks but the last are full, the last ends at HandleScopeData::next.
 */
export function* openHandles(isolate: Isolate): Generator<Address> {
  const { memory } = isolate.runtime;
  const nextField = isolate.reference('HandleScope::next');
  if (nextField === undefined || !memory.has(nextField, 8)) return;
  const next = memory.pointer(nextField);
  const blocks = handleBlocks(isolate);
  const last = blocks.at(-1);
  if (last === undefined || next < last || next > last + 8 * BLOCK_SLOTS) {
    // Without the list of blocks only what lies below `next` in its block is sure.
    yield* slotsDown(isolate, next, next - 8 * BLOCK_SLOTS);
    return;
  }
  yield* slotsDown(isolate, next, last);
  for (let i = blocks.length - 2; i >= 0; i--) {
    yield* slotsDown(isolate, at(blocks[i]!, 8 * BLOCK_SLOTS), blocks[i]!);
  }
}

function handleBlocks(isolate: Isolate): Address[] {
  const { memory } = isolate.runtime;
  const field = isolate.reference('Isolate::handle_scope_implementer_address');
  const implementer = field !== undefined && memory.has(field, 8) ? memory.pointer(field) : address(0);
  if (!memory.has(implementer, 32) || memory.pointer(implementer) !== isolate.address) return [];
  const data = memory.pointer(at(implementer, 8));
  const size = memory.pointer(at(implementer, 24));
  if (size > MAX_BLOCKS || !memory.has(data, 8 * Math.max(size, 1))) return [];
  return Array.from({ length: size }, (_, i) => memory.pointer(at(data, 8 * i)));
}

function* slotsDown(isolate: Isolate, end: Address, start: number): Generator<Address> {
  for (let slot = end - 8; slot >= start; slot -= 8) {
    if (!isolate.runtime.memory.has(address(slot), 8)) return;
    yield address(slot);
  }
}

/** State of a node of GlobalHandles (GlobalHandles::Node::State, handles/global-handles.cc): free, held, or weak. */
export const HandleState = { free: 0, held: 1 } as const;

/** The state of the node that a v8::Global leads to; more than `held` for weak ones. Faults if it cannot be read. */
export function globalHandleState({ memory, layout }: V8Runtime, node: Address): number {
  const { nodeFlags, stateMask } = layout.graph.globalHandles;
  return memory.u8(at(node, nodeFlags)) & stateMask;
}
