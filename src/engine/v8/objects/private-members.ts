import { absent, attemptOr } from '../../absence.ts';
import type { Tagged } from '../../address.ts';
import type { Property, Value } from '../inspect.ts';
import { scopeLocals } from './context-locals.ts';
import type { HeapView } from './heap-view.ts';
import { accessorPair, isPrivateBrand, type StoredProperty } from './properties.ts';
import { symbolDescription } from './symbol.ts';

/**
 * Private members as the debugger lists them (debug::GetPrivateMembers): fields are own properties under
 * private symbols; methods and accessors of a class stand once, in the class's context, which the instance
 * has under the class's brand. With `stored`, those of that one property; without, none beyond.
 */
export function privateMembers(
  view: HeapView,
  stored: StoredProperty | undefined,
  object: Tagged,
): readonly Property[] {
  if (stored === undefined) return classStatics(view, object);
  if (isPrivateBrand(view, stored.key)) {
    return membersOfContext(view, stored.value, false);
  }
  const name = symbolDescription(view, stored.key);
  return [privateProperty(view, name, stored.value)];
}

/** Static private methods and accessors are in the context of the class's constructor. */
function classStatics(view: HeapView, object: Tagged): readonly Property[] {
  if (!view.isFunction(object)) return [];
  const { firstClassConstructor, lastClassConstructor, mask } = view.layout.code.functionKinds;
  return attemptOr([], () => {
    const shared = view.tagged(object, view.layout.objects.function.shared);
    const kind = view.u32(shared, view.layout.code.shared.flags) & mask;
    if (kind < firstClassConstructor || kind > lastClassConstructor) return [];
    return membersOfContext(view, view.tagged(object, view.layout.objects.function.context), true);
  });
}

function membersOfContext(view: HeapView, context: Tagged, isStatic: boolean): Property[] {
  const result: Property[] = [];
  for (const local of scopeLocals(view, context)) {
    if (!local.name.startsWith('#') || local.isStatic !== isStatic) continue;
    const isMember =
      view.isFunction(local.value) || view.isType(local.value, view.layout.types.ACCESSOR_PAIR);
    if (isMember) result.push(privateProperty(view, local.name, local.value));
  }
  return result;
}

function privateProperty(view: HeapView, name: string, word: Tagged): Property {
  const flags = { enumerable: false, writable: true, configurable: false, isSymbol: false };
  if (!view.isType(word, view.layout.types.ACCESSOR_PAIR)) {
    const value: Value = { kind: 'tagged', word };
    return { name, kind: 'private', value, getter: undefined, setter: undefined, ...flags };
  }
  const { getter, setter } = accessorPair(view, word);
  return {
    name,
    kind: 'accessor',
    value: { kind: 'absent', absence: absent('an accessor: its code is not run') },
    getter: getter === undefined ? undefined : { kind: 'tagged', word: getter },
    setter: setter === undefined ? undefined : { kind: 'tagged', word: setter },
    ...flags,
  };
}
