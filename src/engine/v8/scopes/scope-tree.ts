/**
 * V8's scopes and variables while a function is parsed: the part of `Scope`, `DeclarationScope` and
 * `Variable` that decides where a variable lives (src/ast/scopes.h, src/ast/scopes.cc; the same rules in
 * V8 10.2 to 14.6).
 */
export type ScopeType = 'function' | 'block' | 'class' | 'catch' | 'with' | 'eval' | 'module' | 'script';

/** `temporary` variables are the parser's own; no source names them. */
export type VariableMode = 'var' | 'let' | 'const' | 'temporary';

export type VariableKind = 'normal' | 'parameter' | 'block-function' | 'this' | 'function-name';

export type Location =
  /** Index of an argument; -1 is the receiver. */
  | { readonly kind: 'parameter'; readonly index: number }
  /** Index of an interpreter register. */
  | { readonly kind: 'register'; readonly index: number }
  | { readonly kind: 'context' }
  | { readonly kind: 'module' }
  /** Bound at run time, by name (sloppy eval). */
  | { readonly kind: 'lookup' };

export class Variable {
  readonly scope: Scope;
  readonly name: string;
  readonly mode: VariableMode;
  readonly kind: VariableKind;
  /** Offset in the source after which the variable is initialized; -1 where it always is. */
  initializerPosition = -1;
  used = false;
  forcedContext = false;
  /** Undefined until it is allocated; unused variables never are. */
  location: Location | undefined;

  constructor(scope: Scope, name: string, mode: VariableMode, kind: VariableKind) {
    this.scope = scope;
    this.name = name;
    this.mode = mode;
    this.kind = kind;
  }

  get isLexical(): boolean {
    return this.mode === 'let' || this.mode === 'const';
  }

  forceContext(): void {
    this.used = true;
    this.forcedContext = true;
  }
}

export class Scope {
  readonly type: ScopeType;
  outer: Scope | undefined;
  /** Newest first, as V8 links them; emptied block scopes are replaced by their own inner scopes. */
  readonly inner: Scope[] = [];
  /** Offsets in the source, as the parser sets them. */
  start: number;
  end = -1;
  /** Left out by the debugger. */
  hidden = false;
  /** Of the hidden scope of a for-in or for-of loop: the scope of its variable, and where its subject starts. */
  loop: { readonly scope: Scope; readonly subject: number } | undefined;
  /** Holds `var` declarations: functions, evals, modules, and bodies under a complex parameter list. */
  readonly isDeclaration: boolean;
  readonly isArrow: boolean;
  strict: boolean;
  innerCallsEval = false;
  sloppyEvalExtends = false;
  hasSimpleParameters = true;
  readonly variables = new Map<string, Variable>();
  /** In order of declaration, temporaries included. */
  locals: Variable[] = [];
  /** Formal parameters by position; of a complex list, the temporaries that stand for them. */
  readonly parameters: Variable[] = [];
  hasRest = false;
  /** The variable of a named function expression's own name. */
  functionName: Variable | undefined;
  receiver: Variable | undefined;
  arguments: Variable | undefined;
  /** Names that were mentioned here and are not bound yet. */
  readonly references: string[] = [];
  /** Functions declared in blocks of sloppy code, which may also be bound in the function (Annex B.3.3). */
  readonly blockFunctions: { name: string; scope: Scope; variable: Variable }[] = [];
  /** Interpreter registers that hold variables. */
  registers = 0;

  constructor(
    type: ScopeType,
    outer: Scope | undefined,
    start: number,
    options: { readonly declaration?: boolean; readonly arrow?: boolean } = {},
  ) {
    this.type = type;
    this.outer = outer;
    this.start = start;
    this.strict = outer?.strict ?? false;
    this.isDeclaration =
      options.declaration ??
      (type === 'function' || type === 'eval' || type === 'module' || type === 'script');
    this.isArrow = options.arrow ?? false;
    outer?.inner.unshift(this);
  }

  /** Block scopes and class scopes put their registers into the function. */
  get isBlock(): boolean {
    return this.type === 'block' || this.type === 'class';
  }

  get declarationScope(): Scope {
    let scope: Scope = this;
    while (!scope.isDeclaration && scope.outer) scope = scope.outer;
    return scope;
  }

  /** The function, eval, module or script around: where temporaries go. */
  get closureScope(): Scope {
    let scope: Scope = this;
    while ((!scope.isDeclaration || scope.isBlock) && scope.outer) scope = scope.outer;
    return scope;
  }

  /** Declares a name here, or gives the variable that has it already. */
  declare(name: string, mode: VariableMode, kind: VariableKind = 'normal'): Variable {
    const known = this.variables.get(name);
    if (known !== undefined) return known;
    const variable = new Variable(this, name, mode, kind);
    this.variables.set(name, variable);
    this.locals.push(variable);
    // Scope::DeclareLocal: top-level variables may be reached by code that the parser does not see.
    if (this.type === 'script' || this.type === 'module') variable.used = true;
    return variable;
  }

  temporary(name: string): Variable {
    const closure = this.closureScope;
    const variable = new Variable(closure, name, 'temporary', 'normal');
    variable.used = true;
    closure.locals.push(variable);
    return variable;
  }

  refer(name: string): void {
    this.references.push(name);
  }

  /** Scope::RecordEvalCall. */
  recordEval(): void {
    for (let scope: Scope | undefined = this; scope; scope = scope.outer) scope.innerCallsEval = true;
    const declaration = this.declarationScope;
    if (!declaration.strict) declaration.sloppyEvalExtends = true;
  }

  /** Scope::FinalizeBlockScope: a block without variables of its own goes away. */
  finalizeBlock(): void {
    if (this.variables.size > 0 || (this.isDeclaration && this.sloppyEvalExtends)) return;
    const outer = this.outer;
    if (outer === undefined) return;
    outer.inner.splice(outer.inner.indexOf(this), 1);
    for (const scope of this.inner) scope.outer = outer;
    outer.inner.unshift(...this.inner);
    outer.references.unshift(...this.references);
    if (this.innerCallsEval) outer.innerCallsEval = true;
  }

  /** Whether a context object stands for this scope at run time. */
  get needsContext(): boolean {
    if (this.type === 'with' || this.type === 'module' || this.type === 'script') return true;
    if (this.type !== 'function' && this.strict && this.outer !== undefined && !this.outer.strict)
      return true;
    if (this.isDeclaration && this.sloppyEvalExtends) return true;
    if (this.functionName?.location?.kind === 'context') return true;
    return this.locals.some((variable) => variable.location?.kind === 'context');
  }
}
