/** `completions`: the names in a frame's scopes, and the properties of what stands before the dot. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { isAbsent } from '../engine/absence.ts';
import { DayAfterError } from '../engine/errors.ts';
import type { EvaluationPlace } from '../engine/session.ts';
import type { Inspector, Value } from '../engine/v8/inspect.ts';
import { placeOf } from './evaluate.ts';
import type { Target } from './target.ts';

/** Names that are offered at once. */
const maxNames = 1000;
/** Prototypes whose properties are offered. */
const maxPrototypes = 20;

/** A member access without calls, so that offering its properties can cost nothing. */
const memberAccess =
  /((?:[\p{ID_Continue}$]+|\[\s*(?:\d+|'[^']*'|"[^"]*")\s*\]|\.#?)+)\.(#?[\p{ID_Continue}$]*)$/u;
const bareName = /([\p{ID_Continue}$]*)$/u;

type Kind = NonNullable<DebugProtocol.CompletionItem['type']>;

export function completions(
  target: Target,
  args: DebugProtocol.CompletionsArguments,
): DebugProtocol.CompletionsResponse['body'] {
  const line = args.text.split('\n')[(args.line ?? 1) - 1] ?? args.text;
  const before = line.slice(0, Math.max(0, args.column - 1));
  const place = placeOf(target, args.frameId);
  const member = memberAccess.exec(before);
  const word = member ? member[2]! : (bareName.exec(before)?.[1] ?? '');
  const found = member ? members(target, member[1]!, place) : names(target, place);
  const targets: DebugProtocol.CompletionItem[] = [];
  for (const [label, type] of found) {
    if (targets.length >= maxNames) break;
    if (!label.toLowerCase().startsWith(word.toLowerCase())) continue;
    targets.push({ label, type, start: before.length - word.length, length: word.length });
  }
  return { targets };
}

function members(target: Target, expression: string, place: EvaluationPlace): Map<string, Kind> {
  const found = new Map<string, Kind>();
  let value: Value;
  let inspector: Inspector;
  try {
    ({ value, inspector } = target.core.evaluate(expression, place));
  } catch (error) {
    if (error instanceof DayAfterError) return found;
    throw error;
  }
  let current: Value | undefined = value;
  for (let depth = 0; current !== undefined && depth < maxPrototypes; depth++) {
    addProperties(found, inspector, current);
    current = inspector.internal(current).find((slot) => slot.name === '[[Prototype]]')?.value;
  }
  return found;
}

function names(target: Target, place: EvaluationPlace): Map<string, Kind> {
  const found = new Map<string, Kind>();
  if (place.frame !== undefined && place.thread !== undefined) {
    for (const scope of target.core.scopes(place.thread, place.frame)) {
      for (const variable of scope.variables) {
        if (/^[\p{ID_Start}$_]/u.test(variable.name)) found.set(variable.name, 'variable');
      }
    }
  }
  for (const [name, kind] of members(target, 'globalThis', place))
    if (!found.has(name)) found.set(name, kind);
  return found;
}

function addProperties(found: Map<string, Kind>, inspector: Inspector, value: Value): void {
  for (const property of inspector.named(value)) {
    if (
      found.has(property.name) ||
      property.isSymbol ||
      !/^#?[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(property.name)
    ) {
      continue;
    }
    const preview = property.kind === 'accessor' ? undefined : inspector.preview(property.value);
    const isFunction = preview !== undefined && !isAbsent(preview) && preview.type === 'function';
    found.set(property.name, isFunction ? 'method' : 'property');
  }
}
