import { isAbsent } from '../absence.ts';
import type { ThrownValue } from '../process/death.ts';
import type { Thrown } from '../process/thrown-value.ts';
import type { Inspector, Value } from '../v8/inspect.ts';

/** A thrown value in words: an error by class, message and stack, anything else by what it is. */
export function describeThrown(inspector: Inspector, thrown: Thrown): ThrownValue | undefined {
  const value: Value = { kind: 'tagged', word: thrown.value };
  const preview = inspector.preview(value);
  if (isAbsent(preview)) return undefined;
  const { fromPromise } = thrown;
  if (preview.subtype !== 'error') {
    const text = preview.type === 'string' ? String(preview.primitive) : preview.description;
    return { className: preview.className ?? preview.type, message: text, stack: null, fromPromise };
  }
  const own = inspector.own?.(value, 'message');
  const message = own && textOf(inspector, own.value);
  return {
    className: preview.className ?? 'Error',
    message: message ?? messageIn(preview.description),
    stack: preview.description || null,
    fromPromise,
  };
}

function textOf(inspector: Inspector, value: Value): string | undefined {
  const preview = inspector.preview(value);
  return !isAbsent(preview) && typeof preview.primitive === 'string' ? preview.primitive : undefined;
}

/** The message in an error's stack text: what stands between the name and the first frame. */
function messageIn(stack: string): string {
  const head = stack.split(/\n\s+at /, 1)[0]!;
  const colon = head.indexOf(': ');
  return colon < 0 ? '' : head.slice(colon + 2);
}
