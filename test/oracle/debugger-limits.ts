import { address } from '../../src/engine/address.ts';
import type { Memory } from '../../src/engine/memory/memory.ts';
import type { Value } from '../../src/engine/v8/inspect.ts';
import type { RecordedProperty, RecordedScope } from './recording.ts';

export interface ComparedScope extends RecordedScope {
  /** True if the debugger does not show all variables. */
  readonly isPart?: boolean;
}

/**
 * The scopes that can be compared. While static members of a class without a name are initialized, the debugger takes
 * the class's context for the function's: it shows variables in contexts as undefined, and the function's own context
 * once more, as a closure around the function.
 */
export function withoutOwnContext(scopes: readonly RecordedScope[]): readonly ComparedScope[] {
  const local = scopes.findIndex(({ type }) => type === 'local');
  const own = scopes[local];
  const next = scopes[local + 1];
  if (!own || next?.type !== 'closure') return scopes;
  const names = new Set(own.variables.filter(isNothing).map(({ name }) => name));
  if (!next.variables.every(({ name }) => names.has(name))) return scopes;
  const within = scopes.slice(0, local + 1).map((scope) => ({
    ...scope,
    variables: scope.variables.filter((variable) => !isNothing(variable)),
    isPart: true,
  }));
  return [...within, ...scopes.slice(local + 2)];
}

function isNothing({ value }: RecordedProperty): boolean {
  return value === null || value.type === 'undefined';
}

/**
 * True for an object that optimized code never allocated and the engine makes. The debugger makes none of these but
 * numbers, and shows nothing (TranslatedValue::IsMaterializableByDebugger).
 */
export function wasNeverAllocated(value: Value, memory: Memory): boolean {
  return value.kind === 'tagged' && memory.isMade(address(value.word - 1));
}
