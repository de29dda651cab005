/** `completions`: the names in a frame's scopes, and the properties of what stands before the dot. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { completions as complete } from '../engine/evaluate/completions.ts';
import { environmentOf } from './place.ts';
import type { Target } from './target.ts';

export function completions(
  target: Target,
  args: DebugProtocol.CompletionsArguments,
): DebugProtocol.CompletionsResponse['body'] {
  const lines = args.text.split('\n').slice(0, args.line ?? 1);
  const last = lines.pop() ?? '';
  const before = last.slice(0, Math.max(0, args.column - 1));
  const lead = lines.map((line) => `${line}\n`).join('');
  const { start, items } = complete(lead + before, environmentOf(target, args.frameId));
  const length = lead.length + before.length - start;
  return {
    targets: items.map(({ label, kind }) => ({ label, type: kind, start: before.length - length, length })),
  };
}
