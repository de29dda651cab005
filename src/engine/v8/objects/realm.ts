import { at, type Tagged } from '../../address.ts';
import type { HeapView } from './heap-view.ts';

const MAX_CONTEXTS = 10_000;

/** The native context (the realm) that a context belongs to; undefined if the chain leads nowhere. */
export function nativeContextOf(view: HeapView, context: Tagged): Tagged | undefined {
  const { types, objects } = view.layout;
  let word = context;
  for (let i = 0; i < MAX_CONTEXTS; i++) {
    const type = view.typeOrUndefined(word);
    if (type === undefined || !view.layout.isContext(type)) return undefined;
    if (type === types.nativeContext) return word;
    // Maps of contexts hold the native context in place of a constructor.
    const shortcut = view.map(word).constructorWord;
    if (view.isType(shortcut, types.nativeContext)) return shortcut;
    word = view.tagged(word, objects.context.slots + 8 * objects.context.previousSlot);
  }
  return undefined;
}

/**
 * Where Node keeps something with a realm, by its index (src/node_context_data.h): the EmbedderDataArray and an offset
 * in it. Undefined for a realm that has no such place.
 */
export function embedderSlot(
  view: HeapView,
  realm: Tagged,
  index: number,
): { readonly array: Tagged; readonly offset: number } | undefined {
  const { types, objects } = view.layout;
  const array = view.tagged(realm, objects.context.embedderData);
  if (!view.isType(array, types.EMBEDDER_DATA_ARRAY) || view.arrayLength(array) <= index) return undefined;
  return { array, offset: objects.embedderDataArray.data + 8 * index };
}

/** How much of an Isolate is searched, in bytes. */
const ISOLATE_SIZE = 0x14000;

/**
 * A realm of the isolate: that of the current context, else one that any of its fields points to
 * (Heap::native_contexts_list above all), where no JavaScript was being run.
 */
export function anyRealm(view: HeapView): Tagged | undefined {
  const { isolate, memory, layout } = view;
  const current = isolate.context === undefined ? undefined : nativeContextOf(view, isolate.context);
  if (current !== undefined) return current;
  for (let offset = 0; offset < ISOLATE_SIZE; offset += 8) {
    const field = at(isolate.address, offset);
    if (!memory.has(field, 8)) continue;
    const word = memory.tagged(field);
    if (view.isType(word, layout.types.nativeContext)) return word;
  }
  return undefined;
}

/** The global object of a realm: its JSGlobalProxy (`globalThis`) and the JSGlobalObject behind it. */
export function globalsOf(
  view: HeapView,
  nativeContext: Tagged,
): { readonly proxy: Tagged; readonly object: Tagged } | undefined {
  const { types } = view.layout;
  let proxy: Tagged | undefined;
  let object: Tagged | undefined;
  // Context::EXTENSION_INDEX and GLOBAL_PROXY_INDEX are among the first slots.
  for (let slot = 2; slot < 10; slot++) {
    const word = view.element(nativeContext, slot);
    if (view.isType(word, types.JS_GLOBAL_PROXY)) proxy ??= word;
    if (view.isType(word, types.JS_GLOBAL_OBJECT)) object ??= word;
  }
  return proxy === undefined || object === undefined ? undefined : { proxy, object };
}

/**
 * The first realm of the isolate, which is the program's own: newer ones (vm contexts) stand before it in the
 * list that the last slot of each native context links (Context::NEXT_CONTEXT_LINK).
 */
export function mainRealm(view: HeapView, nativeContext: Tagged): Tagged {
  const seen = new Set<Tagged>();
  let current = nativeContext;
  while (!seen.has(current) && seen.size < MAX_CONTEXTS) {
    seen.add(current);
    const next = view.strong(view.element(current, view.arrayLength(current) - 1));
    if (next === undefined || !view.isType(next, view.layout.types.nativeContext)) break;
    current = next;
  }
  return current;
}
