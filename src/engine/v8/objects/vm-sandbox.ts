import { attemptOr } from '../../absence.ts';
import type { Tagged } from '../../address.ts';
import type { HeapView } from './heap-view.ts';
import { isPrivateSymbol, type LostProperty, type StoredProperty, storedProperties } from './properties.ts';
import { embedderSlot, nativeContextOf } from './realm.ts';
import { symbolDescription } from './symbol.ts';

const known = new WeakMap<HeapView, Map<Tagged, Tagged | undefined>>();

/** `env->contextify_context_private_symbol` (Node, src/env_properties.h): it is set on every sandbox. */
const MARK = 'node:contextify:context';

/**
 * The object that `vm.createContext` was given, whose properties a program sees on the global object of that
 * context: Node's interceptors look there first (src/node_contextify.cc, PropertyGetterCallback). Undefined
 * for other global objects, and for contexts that were made without such an object.
 */
export function sandboxOf(view: HeapView, global: Tagged): Tagged | undefined {
  if (!view.isType(global, view.layout.types.JS_GLOBAL_OBJECT)) return undefined;
  let ofView = known.get(view);
  if (!ofView) {
    ofView = new Map();
    known.set(view, ofView);
  }
  if (!ofView.has(global))
    ofView.set(
      global,
      attemptOr(undefined, () => findSandbox(view, global)),
    );
  return ofView.get(global);
}

function findSandbox(view: HeapView, global: Tagged): Tagged | undefined {
  const { objects } = view.layout;
  const maker = view.map(global).constructorWord;
  if (!view.isFunction(maker)) return undefined;
  const realm = nativeContextOf(view, view.tagged(maker, objects.function.context));
  if (realm === undefined) return undefined;
  const slot = embedderSlot(view, realm, objects.nodeContext.sandbox);
  if (slot === undefined) return undefined;
  const sandbox = view.tagged(slot.array, slot.offset);
  const isMarked = (key: Tagged) => isPrivateSymbol(view, key) && symbolDescription(view, key) === MARK;
  return view.isReceiver(sandbox) && storedProperties(view, sandbox).some((p) => isMarked(p.key))
    ? sandbox
    : undefined;
}

/** As `storedProperties`; of a global object with a sandbox what both have, the sandbox's first. */
export function visibleProperties(view: HeapView, object: Tagged, lost?: LostProperty): StoredProperty[] {
  const own = storedProperties(view, object, lost);
  const sandbox = sandboxOf(view, object);
  if (sandbox === undefined) return own;
  const inner = storedProperties(view, sandbox, lost).filter((p) => !isPrivateSymbol(view, p.key));
  const text = ({ key }: StoredProperty) => (view.isString(key) ? view.string(key) : key);
  const taken = new Set(inner.map(text));
  return [...own.filter((p) => !taken.has(text(p))), ...inner];
}
