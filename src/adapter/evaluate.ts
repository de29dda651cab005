/** `evaluate`: read-only expressions over the dump. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { isAbsent } from '../engine/absence.ts';
import { DayAfterError } from '../engine/errors.ts';
import type { EvaluationPlace } from '../engine/session.ts';
import type { Inspector, Value } from '../engine/v8/inspect.ts';
import { literalText } from './literal-text.ts';
import type { Target } from './target.ts';
import { show } from './variables.ts';

/** Where an expression's names are looked up: in the frame, else in the thread that died. */
export function placeOf(target: Target, frameId: number | undefined): EvaluationPlace {
  if (frameId === undefined) return { thread: target.focusThread };
  const { thread, row } = target.frames.placed(frameId);
  return row.kind === 'frame' ? { thread, frame: row.index } : { thread };
}

export function evaluate(
  target: Target,
  args: DebugProtocol.EvaluateArguments,
): DebugProtocol.EvaluateResponse['body'] {
  const expression = args.expression.trim();
  if (expression === '') throw new DayAfterError('BAD_EXPRESSION', 'The expression is empty.');
  const { value, inspector } = target.core.evaluate(expression, placeOf(target, args.frameId));
  if (args.context === 'clipboard') return { result: clipboardText(inspector, value), variablesReference: 0 };
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
