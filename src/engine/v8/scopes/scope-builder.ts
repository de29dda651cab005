import type * as acorn from 'acorn';
import { Scope, Variable, type VariableMode } from './scope-tree.ts';
import { childrenOf, patternNames } from './syntax.ts';

type Function = acorn.FunctionDeclaration | acorn.FunctionExpression | acorn.ArrowFunctionExpression;
type ForEach = acorn.ForInStatement | acorn.ForOfStatement;

/** What a function is beside its own syntax: it decides which hidden variables it declares first. */
export interface FunctionRole {
  readonly method: boolean;
  /** The scope whose home object `super.x` refers to. */
  readonly home: Scope | undefined;
}

const plain: FunctionRole = { method: false, home: undefined };

/**
 * Walks a syntax tree in the order in which V8's parser reads it, and declares what the parser declares: its
 * scopes, variables and temporaries (src/parsing/parser-base.h and parser.cc: ParseFunctionBody,
 * ParseForStatement, DesugarLexicalBindingsInForStatement, DesugarBindingInForEachStatement,
 * CreateForEachStatementTDZ, ParseTryStatement, ParseSwitchStatement, ParseClassLiteral).
 */
export class ScopeBuilder {
  readonly #source: string;
  readonly #hoistsShadowed: boolean;
  /** Functions of classes that no syntax node stands for: where field values and static blocks run. */
  readonly initializers = new Map<acorn.Node, { instance?: Scope; static?: Scope }>();
  /** Scopes of the functions met so far. */
  readonly functions = new Map<acorn.Node, Scope>();
  #scope!: Scope;
  #role: FunctionRole = plain;
  /** Function literals and direct evals seen so far. */
  #functionsOrEvals = 0;

  /** `hoistsShadowed`: see ScopeRules. */
  constructor(source: string, hoistsShadowed: boolean) {
    this.#source = source;
    this.#hoistsShadowed = hoistsShadowed;
  }

  /** Visits nodes inside a scope that the caller made. */
  within(scope: Scope, nodes: readonly acorn.Node[]): void {
    const saved = this.#scope;
    this.#scope = scope;
    for (const node of nodes) this.#visit(node as acorn.AnyNode);
    this.#scope = saved;
  }

  /** The scope of a function literal, made inside `outer`. */
  function(node: Function, outer: Scope | undefined, role: FunctionRole = plain): Scope {
    this.#functionsOrEvals++;
    const arrow = node.type === 'ArrowFunctionExpression';
    const scope = new Scope('function', outer, this.#functionStart(node), { arrow });
    scope.end = node.end;
    this.functions.set(node, scope);
    if (isStrictBody(node.body)) scope.strict = true;
    if (!arrow) declareDefaults(scope, role.method);
    const savedScope = this.#scope;
    const savedRole = this.#role;
    this.#scope = scope;
    // Arrow functions see the home object of the function around.
    if (!arrow) this.#role = role;
    this.#parameters(node, scope);
    if (node.async || node.generator) scope.temporary('.generator_object');
    this.#body(node, scope);
    if (node.type === 'FunctionExpression' && node.id && !role.method) {
      declareOwnName(scope, node.id.name);
    }
    this.#scope = savedScope;
    this.#role = savedRole;
    return scope;
  }

  /** V8 starts a function at its parameter list. */
  #functionStart(node: Function): number {
    if (node.type !== 'ArrowFunctionExpression') {
      return Math.max(node.start, this.#source.indexOf('(', node.id?.end ?? node.start));
    }
    if (!node.async) return node.start;
    const after = /^async\s*/.exec(this.#source.slice(node.start, node.start + 80));
    return node.start + (after?.[0].length ?? 0);
  }

  /** ParseFormalParameterList, DeclareFormalParameters, BuildParameterInitializationBlock. */
  #parameters(node: Function, scope: Scope): void {
    const { params } = node;
    const simple = params.every((param) => param.type === 'Identifier');
    scope.hasSimpleParameters = simple;
    const mode: VariableMode = !simple && scope.isArrow ? 'let' : 'var';
    for (const param of params) {
      for (const name of patternNames(param)) {
        const variable = scope.declare(name, mode, 'parameter');
        if (mode === 'let') variable.initializerPosition = param.end;
      }
      this.#patternExpressions(param);
    }
    scope.hasRest = params.at(-1)?.type === 'RestElement';
    for (const param of params) {
      if (simple) {
        const variable = scope.variables.get((param as acorn.Identifier).name)!;
        variable.used = true;
        scope.parameters.push(variable);
        continue;
      }
      const stand = new Variable(scope, '', 'temporary', 'normal');
      stand.used = true;
      scope.locals.push(stand);
      scope.parameters.push(stand);
      for (const name of patternNames(param)) scope.refer(name);
    }
  }

  /** ParseFunctionBody. */
  #body(node: Function, scope: Scope): void {
    const { body } = node;
    let inner = scope;
    if (!scope.hasSimpleParameters) {
      const start = body.type === 'BlockStatement' ? body.start : this.#source.lastIndexOf('=>', body.start);
      inner = new Scope('block', scope, start, { declaration: true });
      inner.end = node.end;
    }
    this.within(inner, body.type === 'BlockStatement' ? body.body : [body]);
    if (!scope.strict) hoistBlockFunctions(inner, scope, this.#hoistsShadowed);
    if (inner !== scope) {
      inner.finalizeBlock();
      if (!scope.isArrow) declareArguments(scope);
      for (const [name, variable] of inner.variables) {
        const parameter = scope.variables.get(name);
        if (variable.mode !== 'var' || parameter === undefined) continue;
        parameter.used = true;
        variable.used = true;
      }
    }
    if (!scope.isArrow) declareArguments(scope);
  }

  #visit(node: acorn.AnyNode): void {
    switch (node.type) {
      case 'Identifier':
        this.#scope.refer(node.name);
        break;
      case 'ThisExpression':
        this.#scope.refer('this');
        break;
      case 'MetaProperty':
        if (node.meta.name === 'new') this.#scope.refer('.new.target');
        break;
      case 'Super':
        this.#superProperty();
        break;
      case 'CallExpression':
        this.#call(node);
        break;
      case 'MemberExpression':
        this.#visit(node.object as acorn.AnyNode);
        if (node.computed) this.#visit(node.property as acorn.AnyNode);
        break;
      case 'ObjectExpression':
        this.#object(node);
        break;
      case 'Property':
        if (node.computed) this.#visit(node.key);
        this.#visit(node.value as acorn.AnyNode);
        break;
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
        this.function(node, this.#scope);
        break;
      case 'FunctionDeclaration':
        this.#functionDeclaration(node);
        break;
      case 'ClassDeclaration':
      case 'ClassExpression':
        this.#class(node);
        break;
      case 'ExportDefaultDeclaration':
        this.#exportDefault(node);
        break;
      case 'ExportNamedDeclaration':
        if (node.declaration) this.#visit(node.declaration);
        break;
      case 'ImportDeclaration':
      case 'ExportAllDeclaration':
      case 'BreakStatement':
      case 'ContinueStatement':
        break;
      default:
        if (!this.#statement(node)) for (const child of childrenOf(node)) this.#visit(child);
    }
  }

  /** Statements that open scopes; false for all others. */
  #statement(node: acorn.AnyNode): boolean {
    switch (node.type) {
      case 'VariableDeclaration':
        this.#variables(node);
        return true;
      case 'BlockStatement':
        this.#block(node.body, node.start, node.end);
        return true;
      case 'IfStatement':
        this.#visit(node.test);
        this.#scopedStatement(node.consequent);
        if (node.alternate) this.#scopedStatement(node.alternate);
        return true;
      case 'ForStatement':
        this.#for(node);
        return true;
      case 'ForInStatement':
      case 'ForOfStatement':
        this.#forEach(node);
        return true;
      case 'SwitchStatement':
        this.#switch(node);
        return true;
      case 'TryStatement':
        this.#try(node);
        return true;
      case 'WithStatement':
        this.#with(node);
        return true;
      case 'LabeledStatement':
        this.#visit(node.body);
        return true;
      default:
        return false;
    }
  }

  #switch(node: acorn.SwitchStatement): void {
    this.#visit(node.discriminant);
    // RewriteSwitchStatement keeps the value in a temporary if the cases declare something.
    if (this.#block(node.cases, node.start, node.end)) this.#scope.temporary('.switch_tag');
  }

  #superProperty(): void {
    this.#scope.refer('this');
    this.#needHome();
  }

  #needHome(): void {
    this.#role.home?.declare('.home_object', 'const').forceContext();
  }

  #call(node: acorn.CallExpression): void {
    if (node.callee.type === 'Super') {
      for (const name of ['this', '.new.target', '.this_function']) this.#scope.refer(name);
    } else {
      this.#visit(node.callee as acorn.AnyNode);
    }
    if (node.callee.type === 'Identifier' && node.callee.name === 'eval' && !node.optional) {
      this.#functionsOrEvals++;
      this.#scope.recordEval();
      if (this.#role.method) this.#needHome();
    }
    for (const argument of node.arguments) this.#visit(argument);
  }

  #object(node: acorn.ObjectExpression): void {
    const home = new Scope('block', this.#scope, node.start);
    const saved = this.#scope;
    this.#scope = home;
    for (const property of node.properties) {
      if (property.type === 'Property' && (property.method || property.kind !== 'init')) {
        if (property.computed) this.#visit(property.key);
        this.function(property.value as acorn.FunctionExpression, home, { method: true, home });
      } else {
        this.#visit(property);
      }
    }
    this.#scope = saved;
    home.end = node.end;
    home.finalizeBlock();
  }

  #functionDeclaration(node: acorn.FunctionDeclaration | acorn.AnonymousFunctionDeclaration): void {
    const scope = this.#scope;
    this.function(node as acorn.FunctionDeclaration, scope);
    if (!node.id) return;
    const lexical = !scope.isDeclaration || scope.type === 'module';
    const inBlock = !scope.strict && !scope.isDeclaration && !node.async && !node.generator;
    const mode = lexical ? 'let' : 'var';
    const variable = scope.declare(node.id.name, mode, inBlock ? 'block-function' : 'normal');
    if (inBlock) scope.declarationScope.blockFunctions.push({ name: node.id.name, scope, variable });
  }

  /** DeclareClass follows ParseClassLiteral. */
  #class(node: acorn.ClassDeclaration | acorn.AnonymousClassDeclaration | acorn.ClassExpression): void {
    const outer = this.#scope;
    const scope = new Scope('class', outer, node.start);
    scope.strict = true;
    scope.end = node.end;
    this.#scope = scope;
    if (node.superClass) this.#visit(node.superClass);
    for (const member of node.body.body) this.#member(member, node, scope);
    this.#scope = outer;
    if (node.id) {
      const own = scope.declare(node.id.name, 'const');
      own.initializerPosition = node.end;
    }
    if (node.type === 'ClassDeclaration' && node.id) {
      const variable = outer.declare(node.id.name, 'let');
      variable.used = true;
      variable.initializerPosition = node.end;
    }
  }

  #member(
    member: acorn.ClassBody['body'][number],
    owner: acorn.ClassDeclaration | acorn.AnonymousClassDeclaration | acorn.ClassExpression,
    scope: Scope,
  ): void {
    if (member.type === 'MethodDefinition') {
      if (member.computed) this.#visit(member.key as acorn.AnyNode);
      this.function(member.value, scope, { method: true, home: scope });
      return;
    }
    if (member.type === 'PropertyDefinition' && member.computed) this.#visit(member.key as acorn.AnyNode);
    const isStatic = member.type === 'StaticBlock' || member.static;
    const initializer = this.#initializer(owner, scope, isStatic);
    const savedScope = this.#scope;
    const savedRole = this.#role;
    this.#scope = initializer;
    this.#role = { method: true, home: scope };
    if (member.type === 'StaticBlock') {
      const block = new Scope('block', initializer, this.#source.indexOf('{', member.start), {
        declaration: true,
      });
      this.within(block, member.body);
      block.end = member.end;
      block.finalizeBlock();
    } else if (member.value) {
      this.#visit(member.value);
    }
    this.#scope = savedScope;
    this.#role = savedRole;
  }

  /** ClassInfo::EnsureInstanceMembersScope, EnsureStaticElementsScope. */
  #initializer(owner: acorn.Node, scope: Scope, isStatic: boolean): Scope {
    const known = this.initializers.get(owner) ?? {};
    this.initializers.set(owner, known);
    const key = isStatic ? 'static' : 'instance';
    const existing = known[key];
    if (existing) return existing;
    this.#functionsOrEvals++;
    const made = new Scope('function', scope, owner.start);
    made.end = owner.end;
    declareDefaults(made, true);
    known[key] = made;
    return made;
  }

  #variables(node: acorn.VariableDeclaration, context: 'statement' | 'for' | 'for-each' = 'statement'): void {
    const scope = this.#scope;
    const mode: VariableMode = node.kind === 'var' ? 'var' : node.kind === 'let' ? 'let' : 'const';
    const target = mode === 'var' ? scope.declarationScope : scope;
    for (const declarator of node.declarations) {
      for (const name of patternNames(declarator.id)) {
        if (target.type === 'eval' && !target.strict && mode === 'var') continue;
        const variable = target.declare(name, mode);
        if (mode !== 'var') variable.initializerPosition = declarator.end;
      }
      this.#patternExpressions(declarator.id);
      if (declarator.init) this.#visit(declarator.init);
      const assigned = declarator.init != null || mode === 'let' || context === 'for-each';
      if (!assigned && declarator.id.type === 'Identifier') continue;
      // DesugarBindingInForEachStatement mentions the names after the body.
      if (context !== 'for-each') for (const name of patternNames(declarator.id)) scope.refer(name);
    }
  }

  /** Default values and computed keys of a pattern. */
  #patternExpressions(pattern: acorn.Pattern): void {
    switch (pattern.type) {
      case 'Identifier':
        return;
      case 'ObjectPattern':
        for (const property of pattern.properties) {
          if (property.type === 'RestElement') {
            this.#patternExpressions(property.argument);
            continue;
          }
          if (property.computed) this.#visit(property.key);
          this.#patternExpressions(property.value);
        }
        return;
      case 'ArrayPattern':
        for (const element of pattern.elements) if (element) this.#patternExpressions(element);
        return;
      case 'AssignmentPattern':
        this.#patternExpressions(pattern.left);
        this.#visit(pattern.right);
        return;
      case 'RestElement':
        this.#patternExpressions(pattern.argument);
        return;
      default:
        this.#visit(pattern as acorn.AnyNode);
    }
  }

  /** Whether the block declares something. */
  #block(nodes: readonly acorn.Node[], start: number, end: number): boolean {
    const block = new Scope('block', this.#scope, start);
    this.within(block, nodes);
    block.end = end;
    block.finalizeBlock();
    return block.variables.size > 0;
  }

  /** ParseScopedStatement. */
  #scopedStatement(node: acorn.Statement): void {
    if (node.type === 'FunctionDeclaration' && !this.#scope.strict) {
      this.#block([node], node.start, node.end);
    } else {
      this.#visit(node);
    }
  }

  #for(node: acorn.ForStatement): void {
    const { init, test, update, body } = node;
    const rest = [test, update, body].filter((part) => part != null);
    if (init?.type !== 'VariableDeclaration' || init.kind === 'var') {
      if (init?.type === 'VariableDeclaration') this.#variables(init, 'for');
      else if (init) this.#visit(init);
      for (const part of rest) this.#visit(part);
      return;
    }
    const before = this.#functionsOrEvals;
    const start = this.#source.indexOf('(', node.start);
    const between = new Scope('block', this.#scope, start);
    const outer = new Scope('block', between, start);
    const saved = this.#scope;
    this.#scope = outer;
    this.#variables(init, 'for');
    const inner = new Scope('block', outer, this.#source.indexOf(';', init.declarations.at(-1)!.end));
    this.within(inner, rest);
    inner.end = node.end;
    outer.end = node.end;
    if (this.#functionsOrEvals > before) {
      this.#copyPerIteration(outer, inner, init, update != null);
    } else {
      inner.finalizeBlock();
    }
    this.#scope = saved;
    outer.finalizeBlock();
    between.finalizeBlock();
  }

  /** DesugarLexicalBindingsInForStatement: a copy of each variable in each turn of the loop. */
  #copyPerIteration(outer: Scope, inner: Scope, init: acorn.VariableDeclaration, hasUpdate: boolean): void {
    const names = init.declarations.flatMap((declarator) => patternNames(declarator.id));
    const mode = init.kind === 'let' ? 'let' : 'const';
    outer.hidden = true;
    for (const name of names) {
      outer.refer(name);
      outer.temporary('.for');
    }
    if (hasUpdate) outer.temporary('.for');
    for (const name of names) {
      const copy = inner.declare(name, mode);
      copy.used = true;
      copy.initializerPosition = init.start;
    }
    outer.temporary('.for');
  }

  #forEach(node: ForEach): void {
    const { left, right, body } = node;
    const awaits = node.type === 'ForOfStatement' && node.await;
    if (left.type !== 'VariableDeclaration') {
      this.#visit(left as acorn.AnyNode);
      this.#visit(right);
      this.#visit(body);
      return;
    }
    const names = left.declarations.flatMap((declarator) => patternNames(declarator.id));
    if (left.kind === 'var' && !awaits) {
      this.#variables(left, 'for-each');
      this.#visit(right);
      this.#visit(body);
      this.#scope.temporary('.for');
      for (const name of names) this.#scope.refer(name);
      return;
    }
    const outer = new Scope('block', this.#scope, this.#source.indexOf('(', node.start));
    outer.hidden = true;
    const inner = new Scope('block', outer, this.#source.lastIndexOf(')', body.start));
    outer.loop = { scope: inner, subject: right.start };
    this.#withScope(inner, () => this.#variables(left, 'for-each'));
    this.#withScope(outer, () => this.#visit(right));
    this.within(inner, [body]);
    inner.temporary('.for');
    for (const name of names) inner.refer(name);
    inner.end = node.end;
    inner.finalizeBlock();
    if (left.kind !== 'var') {
      for (const name of names) {
        const dead = outer.declare(name, 'let');
        dead.used = true;
        dead.initializerPosition = node.end;
      }
    }
    outer.end = node.end;
    outer.finalizeBlock();
  }

  #withScope(scope: Scope, visit: () => void): void {
    const saved = this.#scope;
    this.#scope = scope;
    visit();
    this.#scope = saved;
  }

  #try(node: acorn.TryStatement): void {
    this.#visit(node.block);
    const { handler } = node;
    if (handler?.param) this.#catch(handler, handler.param);
    else if (handler) this.#visit(handler.body);
    if (node.finalizer) this.#visit(node.finalizer);
  }

  #catch(handler: acorn.CatchClause, param: acorn.Pattern): void {
    const scope = new Scope('catch', this.#scope, this.#source.indexOf('(', handler.start));
    const inner = new Scope('block', scope, param.start);
    this.#withScope(inner, () => {
      if (param.type === 'Identifier') {
        scope.declare(param.name, 'var');
      } else {
        scope.declare('.catch', 'var');
        for (const name of patternNames(param)) {
          inner.declare(name, 'let').initializerPosition = param.end;
          inner.refer(name);
        }
        this.#patternExpressions(param);
      }
      this.#visit(handler.body);
    });
    inner.end = handler.end;
    inner.finalizeBlock();
    scope.end = handler.end;
  }

  #with(node: acorn.WithStatement): void {
    this.#visit(node.object);
    const scope = new Scope('with', this.#scope, this.#source.lastIndexOf(')', node.body.start));
    this.within(scope, []);
    this.#withScope(scope, () => this.#scopedStatement(node.body));
    scope.end = node.end;
  }

  #exportDefault(node: acorn.ExportDefaultDeclaration): void {
    const { declaration } = node;
    this.#visit(declaration as acorn.AnyNode);
    const named =
      (declaration.type === 'FunctionDeclaration' || declaration.type === 'ClassDeclaration') &&
      declaration.id;
    if (!named) this.#scope.declare('.default', 'const').used = true;
  }
}

/** DeclarationScope::DeclareDefaultFunctionVariables. */
export function declareDefaults(scope: Scope, method: boolean): void {
  scope.receiver = scope.declare('this', 'var', 'this');
  scope.declare('.new.target', 'const');
  if (method) scope.declare('.this_function', 'const');
}

/** DeclarationScope::DeclareArguments. */
export function declareArguments(scope: Scope): void {
  if (scope.arguments !== undefined) return;
  const known = scope.variables.get('arguments');
  if (known?.isLexical && scope.hasSimpleParameters) return;
  scope.arguments = scope.declare('arguments', 'var');
}

/** DeclarationScope::DeclareFunctionVar: kept apart, because it is allocated last. */
function declareOwnName(scope: Scope, name: string): void {
  if (scope.variables.has(name)) return;
  scope.functionName = new Variable(scope, name, 'const', 'function-name');
  if (!scope.sloppyEvalExtends) scope.variables.set(name, scope.functionName);
}

/** DeclarationScope::HoistSloppyBlockFunctions. */
export function hoistBlockFunctions(scope: Scope, parameterScope: Scope, hoistsShadowed: boolean): void {
  for (const { name, scope: block, variable } of scope.blockFunctions) {
    if (parameterScope.variables.get(name)?.kind === 'parameter') continue;
    if (conflicts(name, block, scope, hoistsShadowed)) continue;
    variable.used = true;
    if (scope.type === 'eval') continue;
    scope.declare(name, 'var').used = true;
  }
}

function conflicts(name: string, block: Scope, declaration: Scope, hoistsShadowed: boolean): boolean {
  for (let scope: Scope | undefined = block.outer; scope; scope = scope.outer) {
    const variable = scope.variables.get(name);
    const harmless = hoistsShadowed && variable?.kind === 'block-function';
    if (variable?.isLexical && !harmless) return true;
    if (scope === declaration) return false;
  }
  return false;
}

export function isStrictBody(body: acorn.Node): boolean {
  if (body.type !== 'BlockStatement' && body.type !== 'Program') return false;
  return (body as acorn.BlockStatement | acorn.Program).body.some(
    (statement) => statement.type === 'ExpressionStatement' && statement.directive === 'use strict',
  );
}
