import type { Scope, Variable } from './scope-tree.ts';

/**
 * Binds names to variables and gives the variables of a whole scope tree their places, as
 * `Scope::ResolveVariablesRecursively` and `Scope::AllocateVariablesRecursively` do (V8's
 * src/ast/scopes.cc). `root` has no outer scope: names that it does not bind are left alone.
 */
export function allocateVariables(root: Scope): void {
  const scopes = inAllocationOrder(root);
  for (const scope of scopes) for (const name of scope.references) resolve(name, scope);
  for (const scope of scopes) {
    allocateParameters(scope);
    allocateLocals(scope);
  }
}

/** Outer scopes first, of siblings the newest first. */
function inAllocationOrder(root: Scope): Scope[] {
  const ordered: Scope[] = [];
  const waiting = [root];
  for (let scope = waiting.pop(); scope; scope = waiting.pop()) {
    ordered.push(scope);
    for (let i = scope.inner.length - 1; i >= 0; i--) waiting.push(scope.inner[i]!);
  }
  return ordered;
}

/** Scope::Lookup, with LookupWith and LookupSloppyEval. */
function resolve(name: string, from: Scope): void {
  let force = false;
  for (let scope: Scope | undefined = from; scope; scope = scope.outer) {
    const variable = scope.variables.get(name);
    if (variable !== undefined) {
      variable.used = true;
      if (force) variable.forceContext();
      return;
    }
    if (scope.type === 'function' || scope.type === 'with') force = true;
  }
}

function mustAllocate(scope: Scope, variable: Variable): boolean {
  if (variable.name !== '' && (scope.innerCallsEval || scope.type === 'catch' || scope.type === 'script')) {
    variable.used = true;
  }
  return variable.used;
}

function mustAllocateInContext(scope: Scope, variable: Variable): boolean {
  if (variable.mode === 'temporary') return false;
  if (scope.type === 'catch') return true;
  if ((scope.type === 'script' || scope.type === 'eval') && variable.isLexical) return true;
  return variable.forcedContext || scope.innerCallsEval;
}

/** DeclarationScope::AllocateReceiver and AllocateParameterLocals. */
function allocateParameters(scope: Scope): void {
  if (scope.receiver) allocateParameter(scope, scope.receiver, -1);
  if (scope.type !== 'function') return;
  const { parameters } = scope;
  const named = scope.arguments;
  const hasArguments = named !== undefined && mustAllocate(scope, named) && named.kind !== 'parameter';
  const mapped = hasArguments && !scope.strict && scope.hasSimpleParameters;
  const count = scope.hasRest ? parameters.length - 1 : parameters.length;
  for (let i = count - 1; i >= 0; i--) {
    const variable = parameters[i]!;
    if (mapped) variable.forceContext();
    allocateParameter(scope, variable, i);
  }
}

function allocateParameter(scope: Scope, variable: Variable, index: number): void {
  if (variable.location !== undefined || !mustAllocate(scope, variable)) return;
  variable.location = mustAllocateInContext(scope, variable)
    ? { kind: 'context' }
    : { kind: 'parameter', index };
}

/** Scope::AllocateNonParameterLocalsAndDeclaredGlobals. */
function allocateLocals(scope: Scope): void {
  const locals = scope.isArrow
    ? [
        ...scope.locals.filter((v) => v.mode !== 'temporary'),
        ...scope.locals.filter((v) => v.mode === 'temporary'),
      ]
    : scope.locals;
  for (const variable of locals) allocateLocal(scope, variable);
  if (scope.functionName) allocateLocal(scope, scope.functionName);
}

function allocateLocal(scope: Scope, variable: Variable): void {
  if (variable.location !== undefined || !mustAllocate(scope, variable)) return;
  if (scope.type === 'script' && !variable.isLexical && variable.mode !== 'temporary') return;
  if (mustAllocateInContext(scope, variable)) variable.location = { kind: 'context' };
  else variable.location = { kind: 'register', index: scope.closureScope.registers++ };
}
