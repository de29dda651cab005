import { attemptOr } from '../absence.ts';
import { type Address, address, at } from '../address.ts';
import { u64 } from '../dump/elf.ts';
import type { Isolate } from './isolate.ts';
import { symbolNames } from './layout/symbol-names.ts';
import type { HeapView } from './objects/heap-view.ts';
import { anyRealm, embedderSlot } from './objects/realm.ts';
import type { V8Runtime } from './runtime.ts';

/** Words of an isolate among which the pointer to its heap profiler is. */
const ISOLATE_WORDS = 1 << 14;
/** Words of a heap profiler among which its list of callbacks is. */
const PROFILER_WORDS = 64;
/** Bytes of a pair in that list, and how many pairs there are at most. */
const PAIR = 16;
const MAX_CALLBACKS = 64;

/** Node's Environment (src/env.h) of an isolate; undefined if it has none. */
export function environmentOf(view: HeapView): Address | undefined {
  return attemptOr(undefined, () => {
    const realm = anyRealm(view);
    const slot = realm && embedderSlot(view, realm, view.layout.objects.nodeContext.environment);
    const environment = slot === undefined ? 0 : view.pointer(slot.array, slot.offset);
    return environment === 0 || environment % 8 !== 0 ? undefined : environment;
  });
}

/**
 * The function by which Node adds its objects to V8's snapshots: Environment::BuildEmbedderGraph. Without symbols it is
 * found in the list of V8's heap profiler (HeapProfiler::build_embedder_graph_callbacks_), which has it together with
 * the environment.
 */
export function embedderCallback(
  runtime: V8Runtime,
  isolate: Isolate,
  environment: Address,
): Address | undefined {
  const { memory, module } = runtime;
  const named = module.addressOf(symbolNames.buildEmbedderGraph);
  if (named !== undefined) return named;
  for (let n = 0; n < ISOLATE_WORDS; n++) {
    const slot = at(isolate.address, 8 * n);
    if (!memory.has(slot, 8)) return undefined;
    const profiler = memory.pointer(slot);
    if (profiler === 0 || profiler % 8 !== 0 || !memory.has(profiler, 8 * PROFILER_WORDS)) continue;
    const words = memory.bytes(profiler, 8 * PROFILER_WORDS);
    for (let w = 0; w < PROFILER_WORDS - 1; w++) {
      // Begin and end of a list are near each other, as few words are that follow one another.
      const bytes = (words.readInt32LE(8 * w + 8) - words.readInt32LE(8 * w)) | 0;
      if (bytes <= 0 || bytes > MAX_CALLBACKS * PAIR) continue;
      const [start, end] = [0, 8].map((offset) => address(u64(words, 8 * w + offset)));
      const callback = callbackIn(runtime, start!, end!, environment);
      if (callback !== undefined) return callback;
    }
  }
  return undefined;
}

/**
 * The function whose data is the environment, in a std::vector of pairs of function and data; V8's own heap of C++ may
 * have one before it.
 */
function callbackIn(
  { memory, module }: V8Runtime,
  start: Address,
  end: Address,
  environment: Address,
): Address | undefined {
  const bytes = end - start;
  if (start === 0 || start % 8 !== 0 || !(bytes > 0 && bytes <= MAX_CALLBACKS * PAIR) || bytes % PAIR !== 0)
    return undefined;
  if (!memory.has(start, bytes)) return undefined;
  for (let offset = 0; offset < bytes; offset += PAIR) {
    if (memory.pointer(at(start, offset + 8)) !== environment) continue;
    const callback = memory.pointer(at(start, offset));
    if (module.linkAddressOf(callback) === undefined || !memory.has(callback, 8)) continue;
    // Objects that have the environment as their first field begin with a vtable: addresses are there, not code.
    if (module.linkAddressOf(memory.pointer(callback)) === undefined) return callback;
  }
  return undefined;
}
