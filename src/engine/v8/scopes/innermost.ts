import type { Scope } from './scope-tree.ts';

/**
 * The innermost scope of a function around a position: where V8's debugger starts
 * (ScopeChainRetriever::RetrieveStartScope, src/debug/debug-scopes.cc). `skipsLoopHeads`: see ScopeRules.
 */
export function innermostScope(root: Scope, position: number, skipsLoopHeads: boolean): Scope {
  let found = root;
  const waiting: Scope[] = [root];
  for (let scope = waiting.pop(); scope; scope = waiting.pop()) {
    if (scope !== root && contains(scope, position) && scope.start >= found.start && scope.end <= found.end) {
      found = scope;
    }
    for (let i = scope.inner.length - 1; i >= 0; i--) {
      const inner = scope.inner[i]!;
      if (inner.type !== 'function') waiting.push(inner);
    }
  }
  if (!skipsLoopHeads || found.loop === undefined) return found;
  return position < found.loop.subject ? found.loop.scope : (found.outer ?? root);
}

/** Contexts of classes and `with` statements are pushed while the position is still at their first token. */
function contains(scope: Scope, position: number): boolean {
  const early = scope.type === 'class' || scope.type === 'with';
  return (early ? scope.start <= position : scope.start < position) && position < scope.end;
}
