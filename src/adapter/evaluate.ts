/** `evaluate`: read-only expressions over the dump. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { isAbsent } from '../engine/absence.ts';
import { DayAfterError } from '../engine/errors.ts';
import { evaluateAsync } from '../engine/evaluate/evaluate.ts';
import { MadeInspector } from '../engine/evaluate/made-inspector.ts';
import type { Inspector, Value } from '../engine/v8/inspect.ts';
import { literalText } from './literal-text.ts';
import { environmentOf } from './place.ts';
import type { Target } from './target.ts';
import { show } from './variables.ts';

/** Milliseconds that an expression may take: what nobody typed must not hold up the rest. */
const deadlines: Readonly<Record<string, number>> = { repl: 60_000, clipboard: 60_000, hover: 2000 };
const defaultDeadline = 5000;

export function deadlineOf(context: string | undefined): number {
  return deadlines[context ?? ''] ?? defaultDeadline;
}

export async function evaluate(
  target: Target,
  args: DebugProtocol.EvaluateArguments,
  signal: AbortSignal,
): Promise<DebugProtocol.EvaluateResponse['body']> {
  const expression = args.expression.trim();
  if (expression === '') throw new DayAfterError('BAD_EXPRESSION', 'The expression is empty.');
  const deadlineMs = deadlineOf(args.context);
  const environment = environmentOf(target, args.frameId, { deadlineMs, signal });
  const value = await evaluateAsync(expression, environment);
  const inspector = new MadeInspector(environment.inspector);
  if (args.context === 'clipboard') {
    return { result: clipboardText(inspector, value), variablesReference: 0 };
  }
  const preview = inspector.preview(value);
  if (isAbsent(preview) && args.context === 'hover') {
    throw new DayAfterError('NO_SUCH_OBJECT', `${expression}: ${preview.reason}`);
  }
  const options = { hex: args.format?.hex === true };
  const { value: result, ...shown } = show(target, inspector, value, asPath(expression), options);
  return { result, ...shown, presentationHint: { attributes: ['readOnly'] } };
}

/** Strings go to the clipboard as they are, everything else as source. */
function clipboardText(inspector: Inspector, value: Value): string {
  const preview = inspector.preview(value);
  if (!isAbsent(preview) && preview.type === 'string') return String(preview.primitive);
  return literalText(inspector, value);
}

/** The expression so that `.name` can follow it. */
function asPath(expression: string): string {
  return /^[\w$]+((\.[\w$]+)|(\[\d+\]))*$/.test(expression) ? expression : `(${expression})`;
}
