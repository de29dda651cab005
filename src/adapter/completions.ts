/** `completions`: the names in a frame's scopes, and the properties of what stands before the dot. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { completions as complete } from '../engine/evaluate/completions.ts';
import type { Environment } from '../engine/evaluate/environment.ts';
import { environmentOf } from './place.ts';
import type { Target } from './target.ts';

export function completions(
  target: Target,
  args: DebugProtocol.CompletionsArguments,
): DebugProtocol.CompletionsResponse['body'] {
  return completionsIn(environmentOf(target, args.frameId), args);
}

/** `rewritten` makes an expression of what was typed; it leaves the word at the end as it is. */
export function completionsIn(
  environment: Environment,
  args: DebugProtocol.CompletionsArguments,
  rewritten = (typed: string) => typed,
): DebugProtocol.CompletionsResponse['body'] {
  const lines = args.text.split('\n').slice(0, args.line ?? 1);
  const last = lines.pop() ?? '';
  const before = last.slice(0, Math.max(0, args.column - 1));
  const text = rewritten([...lines, before].join('\n'));
  const { start, items } = complete(text, environment);
  const length = text.length - start;
  // In the order of the prototype chain: what an object has itself comes before what it inherits.
  const targets = items.map(({ label, kind }, i) => ({
    label,
    type: kind,
    start: before.length - length,
    length,
    sortText: String(i).padStart(5, '0'),
  }));
  return { targets };
}
