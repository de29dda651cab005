import { attemptOr } from '../../absence.ts';
import { at, type Tagged } from '../../address.ts';
import { firstLocalOffset } from '../layout/first-local.ts';
import type { V8Runtime } from '../runtime.ts';
import { field, instanceType, isSmi, ofType, smiValue, untag } from './heap-object.ts';
import { readString } from './string-reader.ts';

const MAX_NAME = 1 << 16;

/** SharedFunctionInfo of a JSFunction. */
export function sharedOf(runtime: V8Runtime, fn: Tagged): Tagged {
  return field(runtime, fn, runtime.layout.objects.function.shared);
}

/**
 * The name that V8 shows for a function in its debugger (SharedFunctionInfo::DebugName): its own, else the
 * one inferred from where it was assigned; '' if it has neither, undefined if it cannot be read.
 */
export function debugName(runtime: V8Runtime, shared: Tagged): string | undefined {
  return attemptOr(undefined, () => {
    const nameOrScope = field(runtime, shared, runtime.layout.code.shared.nameOrScopeInfo);
    if (isSmi(nameOrScope)) return '';
    const own = readString(runtime, nameOrScope, MAX_NAME);
    if (own !== undefined) return own;
    const type = instanceType(runtime, nameOrScope);
    if (type === undefined) return undefined;
    if (type !== runtime.layout.types.SCOPE_INFO) return '';
    const names = scopeNames(runtime, nameOrScope);
    return names.own || names.inferred;
  });
}

/** Function names in a ScopeInfo, which stand behind its context locals (objects/scope-info.tq). */
function scopeNames(runtime: V8Runtime, scopeInfo: Tagged): { own: string; inferred: string } {
  const { memory, layout } = runtime;
  const { scopeInfo: offsets, scopeFlags } = layout.objects;
  const flagsAt = at(untag(scopeInfo), offsets.flags);
  const flags = offsets.rawFlags ? memory.u32(flagsAt) : memory.u32(at(flagsAt, 4));
  const locals = smiValue(field(runtime, scopeInfo, offsets.contextLocalCount));
  const names = locals < offsets.maxInlinedNames ? locals : 1;
  let next = firstLocalOffset(layout, flags) + 8 * (names + locals);
  if (flags & scopeFlags.hasSavedClassVariable) next += 8;
  let own = '';
  if ((flags >>> scopeFlags.functionVariableShift) & 3) {
    own = readString(runtime, field(runtime, scopeInfo, next), MAX_NAME) ?? '';
    next += 16;
  }
  const inferred =
    flags & scopeFlags.hasInferredName ? readString(runtime, field(runtime, scopeInfo, next), MAX_NAME) : '';
  return { own, inferred: inferred ?? '' };
}

/** The Script that a function is from; undefined for builtins and API functions. */
export function scriptOf(runtime: V8Runtime, shared: Tagged): Tagged | undefined {
  const { layout } = runtime;
  return attemptOr(undefined, () => {
    const word = field(runtime, shared, layout.code.shared.script);
    const type = instanceType(runtime, word);
    if (type === layout.types.SCRIPT) return word;
    if (type !== layout.types.DEBUG_INFO) return undefined;
    // DebugInfo: shared, debugger hints, script (objects/debug-objects.tq of 10.2 and 11.3).
    return ofType(runtime, field(runtime, word, 24), layout.types.SCRIPT);
  });
}

/** The URL or path of a script, as V8 has it: its sourceURL where it is given, else its name. */
export function urlOf(runtime: V8Runtime, script: Tagged): string | undefined {
  const { name, sourceUrl } = runtime.layout.code.script;
  return attemptOr(undefined, () => {
    const text = (offset: number) => readString(runtime, field(runtime, script, offset), MAX_NAME);
    return text(sourceUrl) ?? text(name);
  });
}

/** Number of the builtin that a function is; undefined for functions of scripts and of the embedder. */
export function builtinIdOf(runtime: V8Runtime, shared: Tagged): number | undefined {
  const { functionData, untrustedData } = runtime.layout.code.shared;
  return attemptOr(undefined, () => {
    const word = field(runtime, shared, Number.isNaN(untrustedData) ? functionData : untrustedData);
    return isSmi(word) ? smiValue(word) : undefined;
  });
}

/** The bytecode of a function; undefined if it is not compiled to bytecode. */
export function bytecodeOf(runtime: V8Runtime, shared: Tagged): Tagged | undefined {
  const { layout } = runtime;
  return attemptOr(undefined, () => {
    const data = field(runtime, shared, layout.code.shared.functionData);
    return bytecodeArrayIn(runtime, data);
  });
}

/** Follows what may stand for a function's code to the BytecodeArray: InterpreterData, baseline Code. */
export function bytecodeArrayIn(runtime: V8Runtime, word: Tagged): Tagged | undefined {
  const { layout } = runtime;
  let current = word;
  for (let i = 0; i < 4; i++) {
    switch (instanceType(runtime, current)) {
      case layout.types.BYTECODE_ARRAY:
        return current;
      case layout.types.BYTECODE_WRAPPER:
        current = field(runtime, current, layout.code.wrapper.object);
        break;
      case layout.types.INTERPRETER_DATA:
        current = field(runtime, current, layout.code.interpreterData.bytecodeArray);
        break;
      case layout.types.CODE:
        current = field(runtime, current, layout.code.code.deoptimizationData);
        break;
      default:
        return undefined;
    }
  }
  return undefined;
}
