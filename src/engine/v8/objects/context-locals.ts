import { address, type Tagged } from '../../address.ts';
import { firstLocalOffset } from '../layout/first-local.ts';
import type { HeapView } from './heap-view.ts';

export interface ContextLocal {
  readonly name: string;
  readonly value: Tagged;
  /** Of a static private member of a class. */
  readonly isStatic: boolean;
}

const MAX_LOCALS = 1 << 16;

/** VariableProperties: VariableMode 4 bits, InitializationFlag 1, MaybeAssigned 1, ParameterNumber 16, IsStatic 1. */
const IS_STATIC = 22;

/** Context-allocated variables of a context by the names in its ScopeInfo, when these are inline. */
export function scopeLocals(view: HeapView, context: Tagged): ContextLocal[] {
  if (!view.isContext(view.readable(context))) return [];
  const { context: c, scopeInfo: o, scopeFlags } = view.layout.objects;
  const info = view.tagged(context, c.slots + 8 * c.scopeInfoSlot);
  if (!view.isType(view.readable(info), view.layout.types.SCOPE_INFO)) return [];
  const flags = o.rawFlags
    ? view.u32(info, o.flags)
    : view.memory.u32(address(view.base(info) + o.flags + 4));
  const count = view.smi(info, o.contextLocalCount);
  if (count >= o.maxInlinedNames || count > MAX_LOCALS) return [];
  const first = firstLocalOffset(view.layout, flags);
  const hasExtension = ((flags >>> scopeFlags.hasContextExtensionSlot) & 1) === 1;
  const firstSlot = c.slots + 8 * (c.minSlots + (hasExtension ? 1 : 0));
  const result: ContextLocal[] = [];
  for (let i = 0; i < count; i++) {
    const name = view.tagged(info, first + 8 * i);
    const bits = view.tagged(info, first + 8 * (count + i));
    result.push({
      name: view.textOrEmpty(name),
      value: contextValue(view, view.tagged(context, firstSlot + 8 * i)),
      isStatic: view.isSmi(bits) && (((bits / 0x1_0000_0000) >>> IS_STATIC) & 1) === 1,
    });
  }
  return result;
}

/** Some lines keep mutable slots in ContextCells. */
function contextValue(view: HeapView, word: Tagged): Tagged {
  return view.isType(view.readable(word), view.layout.types.CONTEXT_CELL)
    ? view.tagged(word, view.layout.objects.contextCell.value)
    : word;
}
