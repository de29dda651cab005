import { attemptOr } from '../absence.ts';
import { type Address, address, at } from '../address.ts';
import type { CoreSession } from '../session.ts';
import { instanceType } from '../v8/frames/heap-object.ts';
import { openHandles } from '../v8/handles.ts';
import type { Isolate } from '../v8/isolate.ts';

/** A kind of GC roots, as V8 names them (Root names in objects/visitors.h). */
export type RootName =
  | '(Strong root list)'
  | '(Builtins)'
  | '(Isolate)'
  | '(Handle scope)'
  | '(Global handles)'
  | '(Eternal handles)'
  | '(Startup object cache)'
  | '(Weak global handles)'
  | '(Stack roots)'
  | '(Microtasks)'
  | '(Compilation cache)';

/** One root: `word` may turn out not to be a heap object where the place is read conservatively. */
export interface RootSlot {
  readonly root: RootName;
  readonly label: string | undefined;
  readonly slot: Address;
  readonly weak: boolean;
}

const MAX_HANDLE_BLOCKS = 1 << 16;
/** Bytes behind the Heap's start that still belong to the Isolate. */
const HEAP_SIZE = 0x1800;
/** Words of a native object of the isolate that are looked at. */
const NATIVE_WORDS = 48;
const MAX_STACK = 256 << 20;
const MAX_CACHE = 8 << 20;

/** What was read for roots, for the coverage. */
export interface RootsReport {
  readonly slots: RootSlot[];
  readonly notes: string[];
}

/**
 * All slots from which V8's collector would start (Heap::IterateRoots, heap/heap.cc). Tables with known
 * places are read exactly; thread stacks and the Isolate's own fields conservatively, word by word, which can
 * only keep more alive than V8 would.
 */
export function gcRoots(session: CoreSession, isolate: Isolate): RootsReport {
  const slots: RootSlot[] = [];
  const notes: string[] = [];
  const add = (root: RootName, slot: Address, weak = false, label?: string) => {
    slots.push({ root, label, slot, weak });
  };
  strongRoots(isolate, add);
  builtins(isolate, add);
  isolateFields(isolate, add);
  for (const slot of openHandles(isolate)) add('(Handle scope)', slot);
  if (!globalHandles(isolate, add))
    notes.push('global handles were not found: objects that only native code holds may be missing');
  if (!eternalHandles(isolate, add))
    notes.push('eternal handles were not found: strings and templates of Node itself may be missing');
  objectCaches(isolate, add);
  microtasks(isolate, add);
  compilationCache(isolate, add);
  stacks(session, isolate, add);
  return { slots, notes };
}

type Add = (root: RootName, slot: Address, weak?: boolean, label?: string) => void;

function strongRoots(isolate: Isolate, add: Add): void {
  const { runtime, address: base } = isolate;
  const table = at(base, runtime.layout.isolate.roots);
  runtime.rootNames.forEach((name, i) => {
    add('(Strong root list)', at(table, 8 * i), false, name);
  });
}

/** The table of the builtins' Code objects: as many in a row as there are builtins (Isolate::builtin_table). */
function builtins(isolate: Isolate, add: Add): void {
  const { runtime, address: base } = isolate;
  const { byId } = runtime.builtins;
  const { memory, layout } = runtime;
  const end = layout.pages.heapInIsolate;
  let run = 0;
  for (let offset = layout.isolate.roots; offset < end && run < byId.length; offset += 8) {
    const slot = at(base, offset);
    if (!memory.has(slot, 8)) return;
    const isCode = instanceType(runtime, memory.tagged(slot)) === layout.types.CODE;
    run = isCode ? run + 1 : 0;
    if (run < byId.length || run === 0) continue;
    const first = at(slot, -8 * (run - 1));
    byId.forEach((builtin, i) => {
      add('(Builtins)', at(first, 8 * i), false, builtin?.name ?? String(i));
    });
  }
}

/** Fields of the Isolate and its Heap: builtins' Code objects, current context, exceptions, caches. */
function isolateFields(isolate: Isolate, add: Add): void {
  const { runtime, address: base } = isolate;
  const first = runtime.layout.isolate.roots + 8 * runtime.rootNames.length;
  const end = runtime.layout.pages.heapInIsolate + HEAP_SIZE;
  for (let offset = 0; offset < runtime.layout.isolate.roots; offset += 8) add('(Isolate)', at(base, offset));
  for (let offset = first; offset < end; offset += 8) add('(Isolate)', at(base, offset));
}

const nativeCache = new WeakMap<Isolate, readonly Address[]>();

/** Native objects that the Isolate points to and that point back to it. */
function nativeParts(isolate: Isolate): readonly Address[] {
  let parts = nativeCache.get(isolate);
  if (!parts) {
    const reader = new WordReader(isolate);
    parts = pointersOf(isolate, 8).filter(
      (part) => part !== isolate.address && reader.at(part) === isolate.address,
    );
    nativeCache.set(isolate, parts);
  }
  return parts;
}

/** The different words of the Isolate that may be pointers to `align`ed memory. */
function pointersOf(isolate: Isolate, align: number): Address[] {
  const { memory, layout } = isolate.runtime;
  const end = layout.pages.heapInIsolate + 0x4000;
  const found = new Set<Address>();
  for (let offset = 0; offset < end; offset += 8) {
    const slot = at(isolate.address, offset);
    if (!memory.has(slot, 8)) continue;
    const part = memory.pointer(slot);
    if (part !== 0 && part % align === 0 && memory.regionAt(part)?.source) found.add(part);
  }
  return [...found];
}

/** Reads single words all over the memory, which would fill its cache with blocks that nobody needs. */
class WordReader {
  readonly #isolate: Isolate;
  readonly #word = Buffer.alloc(8);

  constructor(isolate: Isolate) {
    this.#isolate = isolate;
  }

  /** The pointer at `a`; 0 where there is none. */
  at(a: Address): Address {
    if (this.#isolate.runtime.memory.copy(a, this.#word) < 8) return address(0);
    return address(this.#word.readUInt32LE(0) + this.#word.readUInt32LE(4) * 0x1_0000_0000);
  }
}

/** Nodes of persistent handles; false if the isolate's GlobalHandles was not found. */
function globalHandles(isolate: Isolate, add: Add): boolean {
  const { memory, layout } = isolate.runtime;
  const o = layout.graph.globalHandles;
  for (const part of nativeParts(isolate)) {
    const space = memory.pointer(at(part, o.nodeSpace));
    if (!memory.has(space, 32) || memory.pointer(space) !== part) continue;
    let block = memory.pointer(at(space, o.firstBlock));
    const seen = new Set<Address>();
    for (let n = 0; block !== 0 && n < MAX_HANDLE_BLOCKS && !seen.has(block); n++) {
      seen.add(block);
      const tail = at(block, o.nodesInBlock * o.nodeSize);
      // NodeBlock ends with: next, global_handles, space.
      if (
        !memory.has(tail, 24) ||
        memory.pointer(at(tail, 8)) !== part ||
        memory.pointer(at(tail, 16)) !== space
      )
        break;
      for (let i = 0; i < o.nodesInBlock; i++) {
        const node = at(block, i * o.nodeSize);
        const state = memory.u8(at(node, o.nodeFlags)) & o.stateMask;
        if (state === 1) add('(Global handles)', node);
        else if (state !== 0) add('(Weak global handles)', node, true);
      }
      block = memory.pointer(tail);
    }
    if (seen.size > 0) {
      layout.derived('GlobalHandles.regular_nodes');
      return true;
    }
  }
  return false;
}

/**
 * Handles that live as long as the isolate: full blocks of words, the last of them partly. False if they were
 * not found; they are told by a count that agrees with the number of blocks, and by what their slots hold.
 */
function eternalHandles(isolate: Isolate, add: Add): boolean {
  const { runtime } = isolate;
  const { memory, layout } = runtime;
  const { blocks, blockSize } = layout.graph.eternalHandles;
  const reader = new WordReader(isolate);
  for (const part of pointersOf(isolate, 8)) {
    const size = reader.at(part) % 0x1_0000_0000;
    if (size < 16 || size > 1 << 20 || !memory.has(part, 32)) continue;
    const [begin, end, limit] = [0, 8, 16].map((o) => memory.pointer(at(part, blocks + o))) as [
      Address,
      Address,
      Address,
    ];
    const count = Math.ceil(size / blockSize);
    if (end - begin !== 8 * count || limit < end || !memory.has(begin, 8 * count)) continue;
    const slots: Address[] = [];
    for (let i = 0; i < size; i++) {
      const block = memory.pointer(at(begin, 8 * Math.floor(i / blockSize)));
      slots.push(at(block, 8 * (i % blockSize)));
    }
    if (!slots.every((s) => memory.has(s, 8))) continue;
    const objects = slots.filter((s) => instanceType(runtime, memory.tagged(s)) !== undefined).length;
    if (objects < 0.9 * size) continue;
    for (const s of slots) add('(Eternal handles)', s);
    layout.derived('EternalHandles.blocks');
    return true;
  }
  return false;
}

/**
 * The Isolate's vectors of objects that a startup snapshot refers to (startup_object_cache_ and that of
 * shareable objects): told by holding nothing but heap objects.
 */
function objectCaches(isolate: Isolate, add: Add): void {
  const { runtime } = isolate;
  const { memory, layout } = runtime;
  for (let offset = 0; offset < layout.pages.heapInIsolate + 0x4000; offset += 8) {
    const slot = at(isolate.address, offset);
    if (!memory.has(slot, 24)) continue;
    const [begin, end, limit] = [0, 8, 16].map((o) => memory.pointer(at(slot, o))) as [
      Address,
      Address,
      Address,
    ];
    const bytes = end - begin;
    if (begin === 0 || begin % 8 !== 0 || bytes < 64 || bytes % 8 !== 0 || bytes > MAX_CACHE || limit < end)
      continue;
    if (!memory.has(begin, bytes) || !holdsObjects(isolate, begin, bytes)) continue;
    for (let done = 0; done < bytes; done += 8) add('(Startup object cache)', at(begin, done));
  }
}

function holdsObjects({ runtime }: Isolate, begin: Address, bytes: number): boolean {
  for (let done = 0; done < bytes; done += 8) {
    const word = runtime.memory.tagged(at(begin, done));
    if (word % 4 !== 1 || instanceType(runtime, word) === undefined) return false;
  }
  return true;
}

function microtasks(isolate: Isolate, add: Add): void {
  const { memory, module, layout } = isolate.runtime;
  const vtable = module.addressOf('_ZTVN2v88internal14MicrotaskQueueE');
  if (vtable === undefined) return;
  const o = layout.graph.microtaskQueue;
  const reader = new WordReader(isolate);
  for (const queue of pointersOf(isolate, 8)) {
    if (reader.at(queue) !== vtable + 16) continue;
    attemptOr(undefined, () => {
      const [size, capacity, start] = [o.size, o.capacity, o.start].map((f) => memory.pointer(at(queue, f)));
      const ring = memory.pointer(at(queue, o.ringBuffer));
      if (!(size! <= capacity! && capacity! < 1 << 24)) return;
      for (let i = 0; i < size!; i++) add('(Microtasks)', at(ring, 8 * ((start! + i) % capacity!)));
    });
    return;
  }
}

/** Native objects of the isolate that keep tagged words among their first fields, its caches above all. */
function compilationCache(isolate: Isolate, add: Add): void {
  for (const part of nativeParts(isolate)) {
    for (let i = 1; i < NATIVE_WORDS; i++) add('(Compilation cache)', at(part, 8 * i));
  }
}

function stacks(session: CoreSession, isolate: Isolate, add: Add): void {
  const { memory } = session.modules;
  for (const { tid } of session.core.threads) {
    if (isolate.runtime.isolateOf(tid) !== isolate) continue;
    const sp = session.thread(tid).frames[0]?.sp;
    const region = sp === undefined ? undefined : memory.regionAt(sp);
    if (sp === undefined || region === undefined) continue;
    const end = Math.min(region.end, sp + MAX_STACK);
    for (let slot = Math.ceil(sp / 8) * 8; slot < end; slot += 8) add('(Stack roots)', address(slot));
  }
}
