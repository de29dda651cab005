import { attemptOr, isAbsent } from '../../absence.ts';
import type { JsFrame } from '../frames/js-frame.ts';
import type { Value } from '../inspect.ts';
import type { V8Inspector } from '../inspector.ts';
import { sharedKind } from '../objects/shared-function.ts';
import { Context } from './context.ts';
import { functionScopesOf } from './function-scopes.ts';
import type { Scope } from './scope-tree.ts';

const MAX_CONTEXTS = 10_000;
const NOTHING: Value = { kind: 'synthetic', primitive: undefined };

/**
 * `this` in a frame. Where an arrow function mentions none, it is what the debugger shows: undefined
 * (DebugStackTraceIterator::GetReceiver), or what an asynchronous one was called with.
 */
export function frameThis(js: JsFrame, inspector: V8Inspector): Value {
  const { view } = inspector;
  const { functionKinds } = view.layout.code;
  const { receiver } = js;
  const kind = attemptOr(undefined, () => sharedKind(view, js.sharedFunctionInfo));
  if (kind === functionKinds.arrow) return lexicalThis(js, inspector) ?? NOTHING;
  if (kind === functionKinds.asyncArrow) return lexicalThis(js, inspector) ?? receiver;
  // A derived constructor before its super().
  return receiver.kind === 'tagged' && view.isHole(receiver.word) ? NOTHING : receiver;
}

/**
 * `this` of an arrow function, which has none of its own: if it mentions `this`, or an arrow function in it does, the
 * function around keeps it in its context; else undefined.
 */
export function lexicalThis(js: JsFrame, inspector: V8Inspector): Value | undefined {
  const { view } = inspector;
  const { function: fn } = js;
  const scopes = functionScopesOf(js, inspector);
  if (fn === undefined || isAbsent(scopes) || !scopes.root.isArrow || !mentionsThis(scopes.root))
    return undefined;
  return attemptOr(undefined, () => {
    let context = Context.at(view, view.tagged(fn, view.layout.objects.function.context));
    for (let i = 0; i < MAX_CONTEXTS && context && !context.isNative; i++) {
      const value = context.variable('this');
      if (value !== undefined) return value.kind === 'tagged' && view.isHole(value.word) ? undefined : value;
      context = context.previous;
    }
    return undefined;
  });
}

function mentionsThis(root: Scope): boolean {
  const waiting = [root];
  for (let scope = waiting.pop(); scope; scope = waiting.pop()) {
    if (scope.references.includes('this')) return true;
    waiting.push(...scope.inner.filter((inner) => inner.type !== 'function' || inner.isArrow));
  }
  return false;
}
