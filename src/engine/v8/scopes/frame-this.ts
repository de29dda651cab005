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
 * `this` in a frame. An arrow function has none of its own: if it mentions `this`, the function around keeps
 * it in its context, else the debugger shows undefined (DebugStackTraceIterator::GetReceiver).
 */
export function frameThis(js: JsFrame, inspector: V8Inspector): Value {
  const { view } = inspector;
  const isArrow = attemptOr(
    false,
    () => sharedKind(view, js.sharedFunctionInfo) === view.layout.code.functionKinds.arrow,
  );
  if (!isArrow) {
    const { receiver } = js;
    // A derived constructor before its super().
    return receiver.kind === 'tagged' && view.isHole(receiver.word) ? NOTHING : receiver;
  }
  const { function: fn } = js;
  const scopes = functionScopesOf(js, inspector);
  if (fn === undefined || isAbsent(scopes) || !mentionsThis(scopes.root)) return NOTHING;
  return attemptOr(NOTHING, () => {
    let context = Context.at(view, view.tagged(fn, view.layout.objects.function.context));
    for (let i = 0; i < MAX_CONTEXTS && context && !context.isNative; i++) {
      const value = context.variable('this');
      if (value !== undefined) return value.kind === 'tagged' && view.isHole(value.word) ? NOTHING : value;
      context = context.previous;
    }
    return NOTHING;
  });
}

function mentionsThis(root: Scope): boolean {
  const waiting = [root];
  for (let scope = waiting.pop(); scope; scope = waiting.pop()) {
    if (scope.references.includes('this')) return true;
    waiting.push(...scope.inner.filter((inner) => inner.type !== 'function'));
  }
  return false;
}
