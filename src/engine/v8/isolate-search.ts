import { type Address, address, at } from '../address.ts';
import type { CoreThread } from '../dump/core-dump.ts';
import { architectureOf, registersOf } from '../unwind/architectures.ts';
import { symbolNames } from './layout/symbol-names.ts';
import type { V8Runtime } from './runtime.ts';
import { threadStorage } from './thread-storage.ts';

/** glibc x86-64: struct pthread.specific_1stblock, entries of { sequence number, data }. */
const PTHREAD_SPECIFIC = 0x310;
const PTHREAD_KEYS = 32;
const PF_X = 1;
const PF_W = 2;
const CHUNK = 1 << 20;

/**
 * The isolate that a thread has entered, by V8's own thread-local: `g_current_isolate_` (from 20 on;
 * thread-local storage of the executable) or the pthread key `isolate_key_` (18). Unchecked.
 */
export function isolateOfThread(runtime: V8Runtime, thread: CoreThread): Address | undefined {
  const { module, memory, core } = runtime;
  const { pointer } = thread;
  let slot: Address | undefined;
  const local = module.symbols?.find(symbolNames.currentIsolate);
  const locals = module.threadLocals;
  if (local && locals?.kind === 'elf' && isExecutable(runtime)) {
    const storage = architectureOf(core).localStorage(pointer, locals.bytes, locals.alignment);
    slot = at(storage, local.value);
  } else {
    // Where the C library of other processors has the values of keys depends on its version.
    if (architectureOf(core).name !== 'x64') return undefined;
    const key = module.addressOf(symbolNames.isolateKey);
    if (key === undefined || !memory.has(key, 4)) return undefined;
    const index = memory.u32(key);
    if (index >= PTHREAD_KEYS) return undefined;
    slot = address(pointer + PTHREAD_SPECIFIC + 16 * index + 8);
  }
  if (!memory.has(slot, 8)) return undefined;
  const isolate = memory.pointer(slot);
  return isolate === 0 ? undefined : isolate;
}

/**
 * The isolates of threads where no symbol tells which word of their own storage `g_current_isolate_` is: it lies equally
 * far from its beginning in all threads, so that the place counts at which most isolates are found.
 * `isIsolate` tells them from what else the words lead to.
 */
export function isolatesByStorage(
  runtime: V8Runtime,
  isIsolate: (base: Address) => boolean,
): ReadonlyMap<Address, CoreThread> {
  const known = new Map<Address, boolean>();
  const places = new Map<number, Map<Address, CoreThread>>();
  for (const thread of runtime.core.threads) {
    for (const [distance, base] of storageOf(runtime, thread)) {
      if (!known.has(base)) known.set(base, isIsolate(base));
      if (!known.get(base)) continue;
      const place = places.get(distance) ?? new Map<Address, CoreThread>();
      places.set(distance, place.has(base) ? place : place.set(base, thread));
    }
  }
  return [...places.values()].sort((a, b) => b.size - a.size)[0] ?? new Map();
}

/** Readable addresses in a thread's own storage, by where each stands, which is the same for all threads. */
function storageOf(runtime: V8Runtime, thread: CoreThread): [number, Address][] {
  const { memory } = runtime;
  const found: [number, Address][] = [];
  for (const { start, bytes, place } of threadStorage(runtime, thread)) {
    const storage = Buffer.alloc(bytes);
    const got = memory.copy(start, storage);
    for (let offset = 0; offset + 8 <= got; offset += 8) {
      const word = Number(storage.readBigUInt64LE(offset));
      if (word % 8 === 0 && memory.has(address(word), 8)) found.push([place + offset, address(word)]);
    }
  }
  return found;
}

/**
 * Isolates without help of the threads: each one's external reference table holds the address of
 * `abort_with_reason`, so all writable memory is searched for it. Unchecked.
 */
export function scanForIsolates(runtime: V8Runtime): Address[] {
  const { module, memory, layout } = runtime;
  const target = module.addressOf(symbolNames.abortWithReason);
  const index = runtime.referenceIndex('abort_with_reason');
  if (target === undefined || index < 0) return [];
  const needle = Buffer.alloc(8);
  needle.writeBigUInt64LE(BigInt(target));
  const back = layout.isolate.roots + 8 * runtime.rootNames.length + 8 * index;
  const chunk = Buffer.alloc(CHUNK + 8);
  const found: Address[] = [];
  for (const region of memory.regions) {
    if (!region.source || (region.flags & PF_W) === 0 || (region.flags & PF_X) !== 0) continue;
    const length = region.end - region.start;
    for (let done = 0; done < length; done += CHUNK) {
      const n = region.source.read(
        region.offset + done,
        chunk.subarray(0, Math.min(CHUNK + 7, length - done)),
      );
      const bytes = chunk.subarray(0, n);
      for (let hit = bytes.indexOf(needle); hit >= 0 && hit < CHUNK; hit = bytes.indexOf(needle, hit + 1)) {
        const slot = region.start + done + hit;
        if (slot % 8 === 0) found.push(address(slot - back));
      }
    }
  }
  return found;
}

/** The thread on whose stack the isolate's last JavaScript entry lies. */
export function isolateByStack(runtime: V8Runtime, base: Address): CoreThread | undefined {
  const { memory, layout, core } = runtime;
  const table = at(base, layout.isolate.roots + 8 * runtime.rootNames.length);
  const index = ['Isolate::c_entry_fp_address', 'IsolateData::c_entry_fp_address()']
    .map((name) => runtime.referenceIndex(name))
    .find((i) => i >= 0);
  if (index === undefined || !memory.has(at(table, 8 * index), 8)) return undefined;
  const field = memory.pointer(at(table, 8 * index));
  if (!memory.has(field, 8)) return undefined;
  const region = memory.regionAt(memory.pointer(field));
  return region && core.threads.find((t) => memory.regionAt(registersOf(core, t).sp) === region);
}

/** Thread-local storage of a shared library has no fixed place beside the thread pointer. */
function isExecutable(runtime: V8Runtime): boolean {
  const { entry } = runtime.core;
  return entry === undefined || runtime.module.mappings.some((m) => entry >= m.start && entry < m.end);
}
