import { attemptOr } from '../../absence.ts';
import type { Tagged } from '../../address.ts';
import type { ScriptLines } from '../frames/script-lines.ts';
import { type CallSite, callSites, callSiteText, siteFunctionName } from './call-site.ts';
import { constructorName } from './constructor-name.ts';
import type { HeapView } from './heap-view.ts';
import { lookup, named, stringProperty } from './lookup.ts';
import { symbolDescription } from './symbol.ts';

/**
 * The first line of a stack that nobody has read yet, as Node's prepareStackTrace writes it: errors of Node
 * itself (which carry the symbol kIsNodeError) show their code.
 */
function stackHeader(view: HeapView, error: Tagged): string {
  const isNodeError = lookup(
    view,
    error,
    (key) => view.isType(key, view.layout.types.SYMBOL) && symbolDescription(view, key) === 'kIsNodeError',
  );
  const code = isNodeError ? stringProperty(view, error, 'code') : undefined;
  if (code === undefined) return errorText(view, error);
  const name = stringProperty(view, error, 'name') ?? 'Error';
  return `${name} [${code}]: ${stringProperty(view, error, 'message') ?? ''}`;
}

/** Error.prototype.toString. */
export function errorText(view: HeapView, error: Tagged): string {
  const name = stringProperty(view, error, 'name') ?? 'Error';
  const message = stringProperty(view, error, 'message') ?? '';
  if (name === '') return message;
  return message === '' ? name : `${name}: ${message}`;
}

/**
 * What reading `stack` would give: the text where a program has read it before, else the captured frames
 * written as V8 would. Undefined if the object has no stack.
 */
export function errorStack(view: HeapView, lines: ScriptLines, error: Tagged): string | undefined {
  const stackKey = view.isolate.root('stack_string');
  const visible = lookup(view, error, (key) => key === stackKey || named(view, 'stack')(key));
  if (visible && !visible.property.isAccessor) {
    return view.isString(visible.property.value) ? view.string(visible.property.value) : undefined;
  }
  if (!visible) return undefined;
  return capturedStack(view, lines, error);
}

/** The stack in the private `error_stack_symbol`, which V8's own `stack` accessor gives. */
export function capturedStack(view: HeapView, lines: ScriptLines, error: Tagged): string | undefined {
  const symbol = view.isolate.root('error_stack_symbol');
  const found = lookup(view, error, (key) => key === symbol);
  if (!found) return undefined;
  let value = view.readable(found.property.value);
  if (view.isType(value, view.layout.types.ERROR_STACK_DATA)) {
    const inner = view.readable(view.tagged(value, view.layout.objects.errorStackData.callSites));
    if (view.isString(inner)) value = inner;
  }
  if (view.isString(value)) return view.string(value);
  const sites = callSites(view, value);
  if (!sites) return undefined;
  const frames = sites
    .slice(hiddenFrames(view, sites))
    .map((s) => `\n    at ${attemptOr('<unreadable>', () => callSiteText(view, lines, s))}`);
  return stackHeader(view, error) + frames.join('');
}

/** Node's prepareStackTrace cuts the frames above the last function named `__node_internal_…`. */
function hiddenFrames(view: HeapView, sites: readonly CallSite[]): number {
  return (
    1 +
    sites.findLastIndex((s) => attemptOr('', () => siteFunctionName(view, s)).startsWith('__node_internal_'))
  );
}

/** Stands for frames that cannot be read. */
const UNREADABLE = '\n    at <unreadable>';

/** descriptionForError (inspector/value-mirror.cc). */
export function errorDescription(view: HeapView, lines: ScriptLines, error: Tagged): string {
  const stack = attemptOr(UNREADABLE, () => errorStack(view, lines, error));
  const className = constructorName(view, error);
  const message = stringProperty(view, error, 'message') ?? '';
  const head = message === '' ? className : `${className}: ${message}`;
  if (stack === UNREADABLE) return head + stack;
  if (!view.layout.inspector.errorFromMessage || message === '') return stack ?? head;
  const frames = stack?.indexOf('\n    at ') ?? -1;
  return head + (frames < 0 ? '' : stack!.slice(frames));
}
