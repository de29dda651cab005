import { address, type Tagged } from '../../address.ts';
import { firstLocalOffset } from '../layout/first-local.ts';
import type { HeapView } from './heap-view.ts';

/** What the engine's object decoders need of a ScopeInfo (objects/scope-info.tq). */
export interface ScopeInfoParts {
  /** The function's own name; '' if it has none. */
  readonly functionName: string;
  readonly inferredName: string;
  /** In characters; undefined if the scope keeps none. */
  readonly start: number | undefined;
  readonly end: number | undefined;
}

/** Reads the parts that stand behind the context locals. */
export function scopeInfoParts(view: HeapView, scopeInfo: Tagged): ScopeInfoParts {
  const { scopeInfo: o, scopeFlags } = view.layout.objects;
  const flags = o.rawFlags
    ? view.u32(scopeInfo, o.flags)
    : view.memory.u32(address(view.base(scopeInfo) + o.flags + 4));
  const locals = view.smi(scopeInfo, o.contextLocalCount);
  const names = locals < o.maxInlinedNames ? locals : 1;
  let next = firstLocalOffset(view.layout, flags) + 8 * (names + locals);
  if (flags & scopeFlags.hasSavedClassVariable) next += 8;
  const text = (offset: number) => view.textOrEmpty(view.tagged(scopeInfo, offset));
  let functionName = '';
  let inferredName = '';
  if ((flags >>> scopeFlags.functionVariableShift) & 3) {
    functionName = text(next);
    next += 16;
  }
  if (flags & scopeFlags.hasInferredName) {
    inferredName = text(next);
    next += 8;
  }
  const position = (offset: number) => {
    const word = view.tagged(scopeInfo, offset);
    return view.isSmi(word) ? word / 0x1_0000_0000 : undefined;
  };
  const fixed = !Number.isNaN(o.startPosition);
  const start = position(fixed ? o.startPosition : next);
  const end = position(fixed ? o.endPosition : next + 8);
  return { functionName, inferredName, start, end };
}
