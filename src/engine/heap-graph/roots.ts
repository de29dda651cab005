import { type Address, address, at } from '../address.ts';
import type { Memory } from '../memory/memory.ts';
import type { CoreSession } from '../session.ts';
import { registersOf } from '../unwind/architectures.ts';
import { instanceType } from '../v8/frames/heap-object.ts';
import { globalHandleState, HandleState, openHandles } from '../v8/handles.ts';
import type { Isolate } from '../v8/isolate.ts';
import { IsolateParts, wordOf } from './isolate-parts.ts';
import { pendingMicrotasks } from './microtasks.ts';

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

/** One root; what it holds may turn out to be no heap object where the place is read conservatively. */
export interface RootSlot {
  readonly root: RootName;
  readonly label: string | undefined;
  readonly slot: Address;
  readonly weak: boolean;
  /** Set where the slot counts only if all words of this vector lead to objects. */
  readonly vector?: Vector;
}

/** A C++ vector of tagged words. */
export interface Vector {
  readonly begin: Address;
  readonly bytes: number;
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
  const addVector = (vector: Vector) => {
    for (let done = 0; done < vector.bytes; done += 8) {
      const slot = at(vector.begin, done);
      slots.push({ root: '(Startup object cache)', label: undefined, slot, weak: false, vector });
    }
  };
  strongRoots(isolate, add);
  builtins(isolate, add);
  isolateFields(isolate, add);
  for (const slot of openHandles(isolate)) add('(Handle scope)', slot);
  const parts = new IsolateParts(isolate);
  const lost = globalHandles(isolate, parts, add);
  if (lost === undefined)
    notes.push('global handles were not found: objects that only native code holds may be missing');
  else if (lost > 0)
    notes.push(
      `${lost} global handles are not in the dump: objects that only native code holds may be missing`,
    );
  if (!eternalHandles(isolate, parts, add))
    notes.push('eternal handles were not found: strings and templates of Node itself may be missing');
  objectCaches(isolate, parts, addVector);
  for (const slot of pendingMicrotasks(isolate, parts)) add('(Microtasks)', slot);
  compilationCache(parts, add);
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
  const bytes = 8 * byId.length;
  const end = layout.pages.heapInIsolate - bytes;
  const isCode = (slot: Address) =>
    memory.has(slot, 8) && instanceType(runtime, memory.tagged(slot)) === layout.types.CODE;
  for (let offset = layout.isolate.roots; bytes > 0 && offset <= end; ) {
    // From the last one back: the table begins behind the first word that is none.
    let n = byId.length - 1;
    while (n >= 0 && isCode(at(base, offset + 8 * n))) n--;
    if (n < 0) {
      byId.forEach((builtin, i) => {
        add('(Builtins)', at(base, offset + 8 * i), false, builtin?.name ?? String(i));
      });
      return;
    }
    offset += 8 * (n + 1);
  }
}

/** Fields of the Isolate and its Heap: builtins' Code objects, current context, exceptions, caches. */
function isolateFields(isolate: Isolate, add: Add): void {
  const { runtime, address: base } = isolate;
  const first = runtime.layout.isolate.roots + 8 * runtime.rootNames.length;
  const end = runtime.layout.pages.heapInIsolate + HEAP_SIZE;
  const found = (slot: Address) => add('(Isolate)', slot);
  forEachTagged(runtime.memory, base, at(base, runtime.layout.isolate.roots), found);
  forEachTagged(runtime.memory, at(base, first), at(base, end), found);
}

const CHUNK = 1 << 16;
const FEW_BYTES = 64;
const PAGE = 4096;

/** Calls `found` for the words from `start` to `end` that are tagged as pointers to heap objects. */
function forEachTagged(memory: Memory, start: Address, end: Address, found: (slot: Address) => void): void {
  const bytes = Buffer.alloc(Math.min(CHUNK, end - start));
  for (let from: number = start; from < end; ) {
    const length = Math.min(bytes.length, end - from);
    const got = memory.copy(address(from), bytes.subarray(0, length));
    for (let offset = 0; offset + 8 <= got; offset += 8)
      if ((bytes[offset]! & 3) === 1) found(address(from + offset));
    from = got === length ? from + length : (Math.floor((from + got) / PAGE) + 1) * PAGE;
  }
}

/** Slots of the persistent handles of an isolate that are not weak; empty if its GlobalHandles was not found. */
export function strongHandles(isolate: Isolate): Address[] {
  const slots: Address[] = [];
  globalHandles(isolate, new IsolateParts(isolate), (_root, slot, weak) => {
    if (!weak) slots.push(slot);
  });
  return slots;
}

/** Nodes of persistent handles; how many of them the dump lacks, or undefined if the isolate's GlobalHandles was not found. */
function globalHandles(isolate: Isolate, parts: IsolateParts, add: Add): number | undefined {
  const { memory, layout } = isolate.runtime;
  const o = layout.graph.globalHandles;
  for (const part of parts.native) {
    if (!memory.has(at(part, o.nodeSpace), 8)) continue;
    const space = memory.pointer(at(part, o.nodeSpace));
    if (!memory.has(space, 32) || memory.pointer(space) !== part) continue;
    let block = memory.pointer(at(space, o.firstBlock));
    const seen = new Set<Address>();
    let lost = 0;
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
        if (!memory.has(node, o.nodeSize)) {
          lost++;
          continue;
        }
        const state = globalHandleState(isolate.runtime, node);
        if (state === HandleState.held) add('(Global handles)', node);
        else if (state !== HandleState.free) add('(Weak global handles)', node, true);
      }
      block = memory.pointer(tail);
    }
    if (seen.size > 0) {
      layout.derived('GlobalHandles.regular_nodes');
      return lost;
    }
  }
  return undefined;
}

/**
 * Handles that live as long as the isolate: full blocks of words, the last of them partly. False if they were
 * not found; they are told by a count that agrees with the number of blocks, and by what their slots hold.
 */
function eternalHandles(isolate: Isolate, parts: IsolateParts, add: Add): boolean {
  const { runtime } = isolate;
  const { memory, layout } = runtime;
  const { blocks, blockSize } = layout.graph.eternalHandles;
  for (const part of parts) {
    const size = part.word(0) % 0x1_0000_0000;
    if (size < 16 || size > 1 << 20) continue;
    const [begin, end, limit] = [0, 8, 16].map((o) => part.word(blocks + o)) as [Address, Address, Address];
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
 * shareable objects): told by holding nothing but heap objects, which who knows the heap's pages has to find out.
 */
function objectCaches(isolate: Isolate, { own }: IsolateParts, add: (vector: Vector) => void): void {
  for (let offset = 0; offset + 24 <= own.length; offset += 8) {
    const begin = wordOf(own, offset);
    if (begin === 0 || begin % 8 !== 0) continue;
    const end = wordOf(own, offset + 8);
    const limit = wordOf(own, offset + 16);
    const bytes = end - begin;
    if (bytes < 64 || bytes % 8 !== 0 || bytes > MAX_CACHE || limit < end) continue;
    if (isTagged(isolate.runtime, begin, bytes)) add({ begin, bytes });
  }
}

/** True if all words are tagged as strong pointers. */
function isTagged({ memory }: Isolate['runtime'], begin: Address, bytes: number): boolean {
  // Most are not: few words tell it.
  let chunk = Buffer.alloc(Math.min(FEW_BYTES, bytes));
  for (let done = 0; done < bytes; done += chunk.length) {
    if (done > 0) chunk = Buffer.alloc(Math.min(CHUNK, bytes - done));
    if (memory.copy(at(begin, done), chunk) < chunk.length) return false;
    for (let offset = 0; offset < chunk.length; offset += 8) if ((chunk[offset]! & 3) !== 1) return false;
  }
  return true;
}

/** Native objects of the isolate that keep tagged words among their first fields, its caches above all. */
function compilationCache(parts: IsolateParts, add: Add): void {
  for (const part of parts.native) {
    for (let i = 1; i < NATIVE_WORDS; i++) add('(Compilation cache)', at(part, 8 * i));
  }
}

function stacks(session: CoreSession, isolate: Isolate, add: Add): void {
  const { memory } = session.modules;
  for (const thread of session.core.threads) {
    if (isolate.runtime.isolateOf(thread.tid) !== isolate) continue;
    const { sp } = registersOf(session.core, thread);
    const region = memory.regionAt(sp);
    if (region === undefined) continue;
    const end = Math.min(region.end, sp + MAX_STACK);
    forEachTagged(memory, address(Math.ceil(sp / 8) * 8), address(end), (slot) => add('(Stack roots)', slot));
  }
}
