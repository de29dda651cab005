import { attemptOr } from '../absence.ts';
import { type Address, address, at } from '../address.ts';
import type { CoreThread } from '../dump/core-dump.ts';
import type { V8Runtime } from './runtime.ts';

/** A part of a thread's own storage; `place` tells it from the others, the same in all threads. */
export interface StorageArea {
  readonly start: Address;
  readonly bytes: number;
  readonly place: number;
}

/** Bytes that are looked at on either side of a thread pointer. */
const AROUND = 1 << 12;
/** In the TEB (winternl.h, 64-bit): the blocks of thread-local variables by their images' numbers, and TlsAlloc's slots. */
const LOCAL_BLOCKS = 0x58;
const SLOTS = 0x1480;
const SLOT_COUNT = 64;
const MAX_BLOCKS = 1088;
const MAX_BLOCK = 1 << 16;

/** Where the thread-local variables of V8's module may be. */
export function threadStorage(runtime: V8Runtime, thread: CoreThread): StorageArea[] {
  return runtime.core.system === 'windows' ? ofTeb(runtime, thread.pointer) : around(runtime, thread.pointer);
}

function around({ memory }: V8Runtime, pointer: Address): StorageArea[] {
  const region = memory.regionAt(pointer) ?? memory.regionAt(at(pointer, -8));
  if (!region) return [];
  const start = Math.max(region.start, pointer - AROUND);
  return [
    { start: address(start), bytes: Math.min(region.end, pointer + AROUND) - start, place: start - pointer },
  ];
}

function ofTeb({ memory, module }: V8Runtime, teb: Address): StorageArea[] {
  const slots = { start: at(teb, SLOTS), bytes: 8 * SLOT_COUNT, place: MAX_BLOCK };
  const locals = module.threadLocals;
  const block = attemptOr(address(0), () => {
    const index = locals?.kind === 'pe' ? memory.u32(locals.index) : MAX_BLOCKS;
    return index < MAX_BLOCKS
      ? memory.pointer(at(memory.pointer(at(teb, LOCAL_BLOCKS)), 8 * index))
      : address(0);
  });
  if (block === 0 || !locals) return [slots];
  return [{ start: block, bytes: Math.min(locals.bytes, MAX_BLOCK), place: 0 }, slots];
}
