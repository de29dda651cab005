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
  const stack = ownText(inspector, value, 'stack');
  // What a worker threw arrives in the main thread as a copy: an object with an error's properties.
  if (preview.subtype !== 'error' && stack === undefined) {
    const text = preview.type === 'string' ? String(preview.primitive) : preview.description;
    const className = preview.className ?? preview.type;
    return { className, message: text, stack: null, fromPromise, isCopy: false };
  }
  const isCopy = preview.subtype !== 'error';
  return {
    className: (isCopy ? ownText(inspector, value, 'name') : preview.className) ?? 'Error',
    message: ownText(inspector, value, 'message') ?? messageIn(stack ?? preview.description),
    stack: (isCopy ? stack : preview.description) || null,
    fromPromise,
    isCopy,
  };
}

function ownText(inspector: Inspector, object: Value, name: string): string | undefined {
  const property = inspector.own?.(object, name);
  const preview = property?.kind === 'data' ? inspector.preview(property.value) : undefined;
  return preview && !isAbsent(preview) && typeof preview.primitive === 'string'
    ? preview.primitive
    : undefined;
}

/** The message in an error's stack text: what stands between the name and the first frame. */
function messageIn(stack: string): string {
  const head = stack.split(/\n\s+at /, 1)[0]!;
  const colon = head.indexOf(': ');
  return colon < 0 ? '' : head.slice(colon + 2);
}
