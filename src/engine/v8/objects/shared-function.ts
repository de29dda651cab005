import type { Tagged } from '../../address.ts';
import type { HeapView } from './heap-view.ts';
import { scopeInfoParts } from './scope-info.ts';

/** SharedFunctionInfo::Name: '' where the function has none. */
export function sharedName(view: HeapView, shared: Tagged): string {
  const word = view.readable(view.tagged(shared, view.layout.code.shared.nameOrScopeInfo));
  if (view.isString(word)) return view.string(word);
  if (!view.isType(word, view.layout.types.SCOPE_INFO)) return '';
  return scopeInfoParts(view, word).functionName;
}

/** SharedFunctionInfo::DebugName: the name, else the one inferred from an assignment. */
export function sharedDebugName(view: HeapView, shared: Tagged): string {
  return (
    view.layout.scopes.initializerName(sharedKind(view, shared)) ??
    (sharedName(view, shared) || inferredName(view, shared))
  );
}

function inferredName(view: HeapView, shared: Tagged): string {
  const word = view.tagged(shared, view.layout.code.shared.nameOrScopeInfo);
  if (view.isType(word, view.layout.types.SCOPE_INFO)) return scopeInfoParts(view, word).inferredName;
  const data = uncompiledData(view, shared);
  if (data === undefined) return '';
  return view.textOrEmpty(view.tagged(data, view.layout.code.uncompiledData.inferredName));
}

function uncompiledData(view: HeapView, shared: Tagged): Tagged | undefined {
  const { types } = view.layout;
  const data = view.tagged(shared, view.layout.code.shared.functionData);
  const type = view.typeOrUndefined(data);
  return type === types.UNCOMPILED_DATA_WITH_PREPARSE_DATA ||
    type === types.UNCOMPILED_DATA_WITHOUT_PREPARSE_DATA ||
    type === types.UNCOMPILED_DATA_WITH_PREPARSE_DATA_AND_JOB ||
    type === types.UNCOMPILED_DATA_WITHOUT_PREPARSE_DATA_WITH_JOB
    ? data
    : undefined;
}

/** StartPosition and EndPosition, in characters of the script; undefined for builtins and API functions. */
export function sharedRange(
  view: HeapView,
  shared: Tagged,
): { readonly start: number; readonly end: number } | undefined {
  const word = view.readable(view.tagged(shared, view.layout.code.shared.nameOrScopeInfo));
  if (view.isType(word, view.layout.types.SCOPE_INFO)) {
    const { start, end } = scopeInfoParts(view, word);
    if (start !== undefined && end !== undefined && end > 0) return { start, end };
  }
  const data = uncompiledData(view, shared);
  if (data === undefined) return undefined;
  const { start, end } = view.layout.code.uncompiledData;
  return { start: view.i32(data, start), end: view.i32(data, end) };
}

/** Position of the `function` (or `async`, method name, ...) token; the start position if there is none. */
export function tokenPosition(view: HeapView, shared: Tagged, start: number): number {
  const offset = view.u16(shared, view.layout.code.shared.functionTokenOffset);
  return offset === 0xffff || offset > start ? start : start - offset;
}

/** The Script of a function; undefined for builtins and API functions. */
export function sharedScript(view: HeapView, shared: Tagged): Tagged | undefined {
  const { types, code } = view.layout;
  let word = view.tagged(shared, code.shared.script);
  // Up to 20, a DebugInfo may stand here: shared, hints, script.
  if (view.isType(word, types.DEBUG_INFO)) word = view.tagged(word, 24);
  return view.isType(view.readable(word), types.SCRIPT) ? word : undefined;
}

/** Id of the builtin that a function is; undefined for functions with code of their own. */
export function sharedBuiltinId(view: HeapView, shared: Tagged): number | undefined {
  const { functionData, untrustedData } = view.layout.code.shared;
  const word = view.tagged(shared, Number.isNaN(untrustedData) ? functionData : untrustedData);
  return view.isSmi(word) ? word / 0x1_0000_0000 : undefined;
}

export function sharedKind(view: HeapView, shared: Tagged): number {
  return view.u32(shared, view.layout.code.shared.flags) & view.layout.code.functionKinds.mask;
}
