import { attempt, attemptOr, isAbsent } from '../../absence.ts';
import type { ScopeKind } from '../../contract.ts';
import type { JsFrame } from '../frames/js-frame.ts';
import { absentValue, taggedValue } from '../frames/values.ts';
import type { Property, Value } from '../inspect.ts';
import type { V8Inspector } from '../inspector.ts';
import { functionName } from '../objects/functions.ts';
import type { HeapView } from '../objects/heap-view.ts';
import { sharedDebugName } from '../objects/shared-function.ts';
import { isSynthetic } from './allocate.ts';
import { Context } from './context.ts';
import { functionScopesOf } from './function-scopes.ts';
import { innermostScope } from './innermost.ts';
import { moduleCell } from './module-cells.ts';
import { ScopeInfo } from './scope-info.ts';
import type { Scope, ScopeType, Variable } from './scope-tree.ts';
import { scriptVariables } from './script-scope.ts';
import { unnamedVariables } from './unnamed-variables.ts';
import { Variables } from './variables.ts';

/** A scope of a frame as the live debugger shows it. */
export interface FrameScope {
  readonly kind: ScopeKind;
  readonly name: string | undefined;
  readonly variables: readonly Property[];
  /** Why variables are missing; undefined where none are. */
  readonly note: string | undefined;
}

/** A context chain longer than this is taken for a broken one. */
const MAX_CONTEXTS = 10_000;
const MAX_WITH_ELEMENTS = 1000;

/**
 * The scopes of a frame, innermost first, without the global one, in the kinds and the order of V8's
 * ScopeIterator (src/debug/debug-scopes.cc). Empty for frames of builtins.
 */
export function frameScopes(js: JsFrame, inspector: V8Inspector): readonly FrameScope[] {
  if (js.script === undefined) return [];
  const walk = new ScopeWalk(js, inspector);
  const ended = attempt(() => walk.run());
  if (isAbsent(ended))
    walk.scopes.push({ kind: 'local', name: undefined, variables: [], note: ended.reason });
  return walk.scopes;
}

class ScopeWalk {
  readonly scopes: FrameScope[] = [];
  readonly #js: JsFrame;
  readonly #inspector: V8Inspector;
  readonly #view: HeapView;
  #context: Context | undefined;
  #seenScript = false;

  constructor(js: JsFrame, inspector: V8Inspector) {
    this.#js = js;
    this.#inspector = inspector;
    this.#view = inspector.view;
  }

  run(): void {
    const { context } = this.#js;
    this.#context = context.kind === 'tagged' ? Context.at(this.#view, context.word) : undefined;
    const outer = attempt(() => this.#functionContext());
    this.#insideFunction(isAbsent(outer) ? undefined : outer);
    if (isAbsent(outer)) {
      const note = `what is around the function cannot be read: ${outer.reason}`;
      this.scopes.push({ kind: 'closure', name: undefined, variables: [], note });
      return;
    }
    if (outer) {
      this.#leftOver(outer);
      this.#context = outer;
    }
    this.#outsideFunction();
  }

  /** The context around the function. */
  #functionContext(): Context | undefined {
    const fn = this.#js.function;
    if (fn === undefined) return undefined;
    const { objects } = this.#view.layout;
    const context = Context.at(this.#view, this.#view.tagged(fn, objects.function.context));
    // The function of a module is made in the module's own context.
    const isModule = context?.isNative === false && context.scopeInfo.type === 'module';
    return isModule && this.#isModuleBody() ? context.previous : context;
  }

  #isModuleBody(): boolean {
    const { nameOrScopeInfo } = this.#view.layout.code.shared;
    const info = new ScopeInfo(this.#view, this.#view.tagged(this.#js.sharedFunctionInfo, nameOrScopeInfo));
    return info.type === 'module';
  }

  #insideFunction(outer: Context | undefined): void {
    const found = functionScopesOf(this.#js, this.#inspector);
    const name = this.#functionName();
    if (isAbsent(found)) {
      this.#insideByContexts(outer, name, found.reason);
      return;
    }
    const position = this.#js.position?.offset;
    const { skipsLoopHeads } = this.#view.layout.scopes;
    const start = position === undefined ? found.root : innermostScope(found.root, position, skipsLoopHeads);
    for (let scope: Scope | undefined = start; scope; scope = scope.outer) {
      const own = this.#contextOf(scope, outer);
      if (!scope.hidden || scope === start) this.#pushInner(scope, own, name);
      if (own) this.#context = own.previous;
      if (scope === found.root) break;
    }
  }

  /** Contexts that are on the frame although its position, where V8 keeps none, is outside of their scopes. */
  #leftOver(outer: Context): void {
    for (let i = 0; i < MAX_CONTEXTS; i++) {
      const context = this.#context;
      if (context === undefined || context.isNative || context.word === outer.word) return;
      const { type } = context.scopeInfo;
      if (type === 'with') this.#pushWith(context, closureName(context));
      else if (type === 'block' || type === 'class' || type === 'catch') {
        this.#pushOuter(context, type, closureName(context));
      }
      this.#context = context.previous;
    }
  }

  #functionName(): string | undefined {
    const { function: fn, sharedFunctionInfo } = this.#js;
    const name = attemptOr('', () =>
      fn === undefined ? sharedDebugName(this.#view, sharedFunctionInfo) : functionName(this.#view, fn),
    );
    return name || undefined;
  }

  /**
   * The current context, if it is the scope's: between two tokens, a scope's context may not be there yet.
   * Contexts that hold nothing but V8's own variables are stepped over.
   */
  #contextOf(scope: Scope, outer: Context | undefined): Context | undefined {
    for (let i = 0; i < MAX_CONTEXTS; i++) {
      const context = this.#context;
      if (context === undefined || context.isNative || context.word === outer?.word) return undefined;
      if (stands(context, scope)) return context;
      const { type } = context.scopeInfo;
      const nameless = context.scopeInfo.names.every(isSynthetic);
      if (!(nameless && (type === 'block' || type === 'class'))) return undefined;
      this.#context = context.previous;
    }
    return undefined;
  }

  #pushInner(scope: Scope, own: Context | undefined, name: string | undefined): void {
    if (scope.type === 'with') {
      this.#pushWith(own, name);
      return;
    }
    if (scope.type === 'script') {
      this.#pushScript();
      return;
    }
    const variables = new Variables();
    const { functionName: self } = scope;
    if (self?.location) variables.set(self.name, this.#selfValue());
    for (const variable of scope.locals) {
      if (isSynthetic(variable.name) || variable.location === undefined) continue;
      if (variable.location.kind === 'lookup') continue;
      variables.set(variable.name, this.#valueOf(variable, own));
    }
    // Private members and class names that V8 kept for static methods.
    if (scope.type === 'class' && own) this.#addContextLocals(variables, own);
    if (own) this.#addEvalVariables(variables, own);
    const isPlaceLost = this.#js.position === undefined && scope.type === 'function';
    const note = isPlaceLost
      ? 'the position is not known: variables of inner blocks are left out'
      : undefined;
    this.#push(innerKind(scope.type), name, variables.list, note);
  }

  #selfValue(): Value {
    const fn = this.#js.function;
    return fn === undefined ? absentValue('optimized out') : taggedValue(fn);
  }

  #valueOf(variable: Variable, own: Context | undefined): Value {
    const { location } = variable;
    if (location === undefined || location.kind === 'lookup') return absentValue('not allocated');
    if (location.kind === 'parameter') return this.#alive(this.#parameter(location.index));
    if (location.kind === 'register') {
      const value = this.#js.register(location.index);
      return this.#isBeforeInitializer(variable, value) ? deadZone() : this.#alive(value);
    }
    if (location.kind === 'context') {
      if (own === undefined) return this.#notYetInContext(variable);
      const value = attemptOr(undefined, () => own.variable(variable.name));
      return value === undefined ? absentValue('not in the context') : this.#alive(value);
    }
    return own === undefined
      ? absentValue('the module is not known')
      : this.#moduleVariable(own, variable.name);
  }

  /** Before the function's context is made, its parameters are where the caller left them. */
  #notYetInContext(variable: Variable): Value {
    const index = variable.scope.parameters.indexOf(variable);
    return index >= 0 && this.#js.context.kind === 'tagged'
      ? this.#alive(this.#parameter(index))
      : absentValue('its scope was not entered yet');
  }

  /** A formal parameter: the caller may have passed fewer, and the function may have assigned it. */
  #parameter(index: number): Value {
    const { args } = this.#js;
    const formal = this.#js.parameter?.(index);
    return formal ?? args[index] ?? { kind: 'synthetic', primitive: undefined };
  }

  /** V8 may leave `undefined` where it need not check for the dead zone (ScopeIterator::VisitLocals). */
  #isBeforeInitializer(variable: Variable, value: Value): boolean {
    const offset = this.#js.position?.offset;
    return (
      variable.isLexical &&
      value.kind === 'tagged' &&
      value.word === this.#view.undefined &&
      offset !== undefined &&
      offset <= variable.initializerPosition
    );
  }

  #alive(value: Value): Value {
    // The deoptimizer fills the registers that it has no value for.
    if (value.kind === 'tagged' && value.word === this.#view.isolate.root('optimized_out')) {
      return absentValue('optimized out');
    }
    return value.kind === 'tagged' && this.#view.isHole(value.word) ? deadZone() : value;
  }

  #moduleVariable(context: Context, name: string): Value {
    return attemptOr(absentValue('the module’s cells cannot be read'), () => {
      const entry = context.scopeInfo.moduleVariables.find((variable) => variable.name === name);
      const cell = entry && moduleCell(this.#view, context.extension, entry.cellIndex);
      return cell === undefined ? absentValue('not linked yet') : this.#alive(taggedValue(cell));
    });
  }

  /** Without names for the registers: what the contexts say, and what has numbers. */
  #insideByContexts(outer: Context | undefined, name: string | undefined, reason: string): void {
    let local = false;
    for (let i = 0; i < MAX_CONTEXTS; i++) {
      const context = this.#context;
      if (context === undefined || context.isNative || context.word === outer?.word) break;
      const { type } = context.scopeInfo;
      if (type === 'with') {
        this.#pushWith(context, name);
      } else if (type !== undefined) {
        const variables = new Variables();
        this.#addContextLocals(variables, context);
        this.#addEvalVariables(variables, context);
        if (type === 'function') variables.add(this.#unnamed());
        local ||= type === 'function';
        this.#push(innerKind(type), name, variables.list, reason);
      }
      this.#context = context.previous;
      if (type === 'function') break;
    }
    if (!local) this.scopes.push({ kind: 'local', name, variables: this.#unnamed(), note: reason });
  }

  #unnamed(): readonly Property[] {
    return attemptOr([], () => unnamedVariables(this.#js, this.#view));
  }

  #outsideFunction(): void {
    for (let i = 0; i < MAX_CONTEXTS; i++) {
      const context = this.#context;
      if (context === undefined) return;
      const type = context.isNative ? 'script' : context.scopeInfo.type;
      const name = context.isNative ? undefined : closureName(context);
      if (type === 'script') this.#pushScript();
      else if (type === 'with') this.#pushWith(context, name);
      else if (type !== undefined) this.#pushOuter(context, type, name);
      if (context.isNative) return;
      this.#context = context.previous;
    }
  }

  #pushOuter(context: Context, type: ScopeType, name: string | undefined): void {
    const variables = new Variables();
    this.#addContextLocals(variables, context);
    this.#addEvalVariables(variables, context);
    for (const variable of type === 'module' ? context.scopeInfo.moduleVariables : []) {
      if (!isSynthetic(variable.name))
        variables.set(variable.name, this.#moduleVariable(context, variable.name));
    }
    const kind = innerKind(type);
    this.#push(kind === 'local' || kind === 'eval' ? 'closure' : kind, name, variables.list);
  }

  #addContextLocals(variables: Variables, context: Context): void {
    const { scopeInfo } = context;
    for (const [index, name] of scopeInfo.names.entries()) {
      if (isSynthetic(name) || variables.has(name)) continue;
      variables.set(
        name,
        attemptOr(absentValue('cannot be read'), () => this.#alive(context.valueAt(scopeInfo.slotOf(index)))),
      );
    }
  }

  /** Variables that a sloppy direct eval added at run time stand in an object beside the context. */
  #addEvalVariables(variables: Variables, context: Context): void {
    if (!context.scopeInfo.sloppyEvalExtends) return;
    const { extension } = context;
    if (!this.#view.isReceiver(extension)) return;
    for (const property of this.#inspector.named(taggedValue(extension))) {
      if (!property.isSymbol) variables.set(property.name, property.value);
    }
  }

  #pushWith(context: Context | undefined, name: string | undefined): void {
    const object =
      context && this.#view.isReceiver(context.extension) ? taggedValue(context.extension) : undefined;
    const variables = object
      ? [...this.#inspector.indexed(object, 0, MAX_WITH_ELEMENTS), ...this.#inspector.named(object)]
      : [];
    this.scopes.push({ kind: 'with', name, variables, note: undefined });
  }

  /** All scripts of a realm share one scope for their `let`, `const` and `class`. */
  #pushScript(): void {
    if (this.#seenScript) return;
    this.#seenScript = true;
    const variables = new Variables();
    const context = this.#context ?? this.#functionContext();
    for (const script of context ? scriptVariables(this.#view, context.word) : []) {
      this.#addContextLocals(variables, script);
    }
    this.#push('script', undefined, variables.list);
  }

  /** DebugScopeIterator::ShouldIgnore: only the local scope is shown when it is empty. */
  #push(kind: ScopeKind, name: string | undefined, variables: readonly Property[], note?: string): void {
    if (variables.length === 0 && kind !== 'local') return;
    this.scopes.push({ kind, name, variables, note: note ?? (kind === 'local' ? this.#js.note : undefined) });
  }
}

function deadZone(): Value {
  return absentValue('not initialized yet (temporal dead zone)');
}

/** Whether a context is the one of this scope. */
function stands(context: Context, scope: Scope): boolean {
  const { scopeInfo } = context;
  if (scopeInfo.type !== scope.type) return false;
  if (scope.type === 'class' || scope.type === 'with' || scope.type === 'module') return true;
  if (scope.type === 'eval' || scope.type === 'script') return true;
  const shown = scopeInfo.names.filter((name) => !isSynthetic(name));
  const ours = scope.locals.filter((v) => v.location?.kind === 'context' && !isSynthetic(v.name));
  if (!scope.needsContext) return false;
  return shown.length === ours.length && ours.every((variable) => shown.includes(variable.name));
}

function innerKind(type: ScopeType): ScopeKind {
  switch (type) {
    case 'function':
      return 'local';
    case 'class':
      return 'block';
    default:
      return type;
  }
}

/** Context::closure_context: name of the function around a context. */
function closureName(context: Context): string | undefined {
  let current: Context | undefined = context;
  for (let i = 0; i < MAX_CONTEXTS && current && !current.isNative; i++) {
    const { type } = current.scopeInfo;
    if (type === 'function' || type === 'module' || type === 'script' || type === 'eval') {
      return current.scopeInfo.functionName || undefined;
    }
    current = current.previous;
  }
  return undefined;
}

/** Variables in the order in which they were first set. */
