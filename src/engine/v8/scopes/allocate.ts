import type * as acorn from 'acorn';
import { type Absence, absent, isAbsent } from '../../absence.ts';
import { allocateVariables } from './allocation.ts';
import { declareArguments, declareDefaults, hoistBlockFunctions, ScopeBuilder } from './scope-builder.ts';
import { Scope } from './scope-tree.ts';
import type { ScriptSyntax } from './script-syntax.ts';
import { patternNames } from './syntax.ts';

/** What V8 itself says of the function whose variables are placed. */
export interface FunctionFacts {
  /** Character offsets in the script, of the ScopeInfo: from the parameter list to the end. */
  readonly start: number;
  readonly end: number;
  readonly kind: 'function' | 'class-initializer' | 'module' | 'eval' | 'script' | 'wrapped';
  /** For class initializers: whether static fields and blocks run in it. */
  readonly static: boolean;
  readonly strict: boolean;
  /** Parameter names of a wrapped function, which its source does not show. */
  readonly wrappedArguments: readonly string[];
  /** See ScopeRules. */
  readonly hoistsShadowed: boolean;
  /** See ScopeRules. */
  readonly modulesComplete: boolean;
}

/** The scopes of one function, with a place for every variable that it uses. */
export interface FunctionScopes {
  /** The function's own scope; blocks hang below it. */
  readonly root: Scope;
  /** Number of interpreter registers that hold variables: r0 and up. */
  readonly registers: number;
  /** Names that must be found in the function's own context, without those of V8 itself. */
  readonly contextNames: readonly string[];
}

/**
 * Works out from the source where V8 put the variables of a function. Pure; takes as long as parsing the
 * script (once per script) and walking the function.
 */
export function allocate(syntax: ScriptSyntax, facts: FunctionFacts): FunctionScopes | Absence {
  try {
    const root = buildScopes(syntax, facts);
    if (isAbsent(root)) return root;
    let outermost = root;
    while (outermost.outer) outermost = outermost.outer;
    allocateVariables(outermost);
    const contextNames = root.locals
      .filter((variable) => variable.location?.kind === 'context' && !isSynthetic(variable.name))
      .map((variable) => variable.name);
    return { root, registers: root.registers, contextNames };
  } catch (error) {
    // The text is the dump's: it may nest deeper than our stack.
    if (error instanceof RangeError) return absent('the function nests too deeply to be analysed');
    throw error;
  }
}

/** ScopeInfo::VariableIsSynthetic (src/objects/scope-info.cc): names that the debugger does not show. */
export function isSynthetic(name: string): boolean {
  return name === '' || name === 'this' || name.startsWith('.') || name.startsWith('#');
}

function buildScopes(syntax: ScriptSyntax, facts: FunctionFacts): Scope | Absence {
  const builder = new ScopeBuilder(syntax.source, facts.hoistsShadowed);
  const around = new Scope('script', undefined, -1);
  if (facts.kind === 'function') {
    const found = syntax.functionAt(facts.start, facts.end);
    if (isAbsent(found)) return found;
    around.strict = found.strict || facts.strict;
    const home = found.method ? new Scope('class', around, -1) : undefined;
    return builder.function(found.node, home ?? around, { method: found.method, home });
  }
  if (facts.kind === 'class-initializer') {
    const found = syntax.classAt(facts.start, facts.end);
    if (isAbsent(found)) return found;
    around.strict = found.strict;
    builder.within(around, [found.node]);
    const made = builder.initializers.get(found.node);
    return (facts.static ? made?.static : made?.instance) ?? absent('the class has no such initializer');
  }
  const program = syntax.program;
  if (isAbsent(program)) return program;
  return topLevel(builder, program, around, facts, syntax.strict || facts.strict);
}

/** Parser::DoParseProgram, and ParseWrapped for the functions that CommonJS modules are compiled into. */
function topLevel(
  builder: ScopeBuilder,
  program: acorn.Program,
  around: Scope,
  facts: FunctionFacts,
  strict: boolean,
): Scope {
  const wrapped = facts.kind === 'wrapped';
  const type = wrapped || facts.kind === 'class-initializer' ? 'function' : facts.kind;
  const root = new Scope(type, around, -1);
  root.end = facts.end;
  root.strict = strict;
  if (wrapped) {
    declareDefaults(root, false);
    for (const name of facts.wrappedArguments) {
      const parameter = root.declare(name, 'var', 'parameter');
      parameter.used = true;
      root.parameters.push(parameter);
    }
  } else if (type === 'module') {
    root.receiver = root.declare('this', 'var', 'this');
    const unnamed = root.declare('', 'var', 'parameter');
    unnamed.location = { kind: 'parameter', index: 0 };
    root.temporary('.generator_object');
    declareImports(program, root);
  } else if (type === 'script') {
    root.receiver = root.declare('this', 'var', 'this');
  }
  builder.within(root, program.body);
  if (type === 'module') placeExports(program, root);
  if (!strict) hoistBlockFunctions(root, root, facts.hoistsShadowed);
  if (wrapped) declareArguments(root);
  // Rewriter::Rewrite keeps the completion value; modules have one by their hidden first statement.
  const completes = type === 'module' ? facts.modulesComplete : !wrapped && program.body.some(hasCompletion);
  if (completes) root.temporary('.result');
  return root;
}

function hasCompletion(statement: acorn.Node): boolean {
  return !/^(Variable|Function|Class)Declaration$|^EmptyStatement$/.test(statement.type);
}

function declareImports(program: acorn.Program, root: Scope): void {
  for (const statement of program.body) {
    if (statement.type !== 'ImportDeclaration') continue;
    for (const specifier of statement.specifiers) {
      root.declare(specifier.local.name, 'const').location =
        specifier.type === 'ImportNamespaceSpecifier' ? undefined : { kind: 'module' };
    }
  }
}

/** ModuleScope::AllocateModuleVariables. */
function placeExports(program: acorn.Program, root: Scope): void {
  for (const name of program.body.flatMap(exportedNames)) {
    const variable = root.variables.get(name);
    if (variable) variable.location ??= { kind: 'module' };
  }
}

/** Names of the module's own variables that a statement exports. */
function exportedNames(statement: acorn.Program['body'][number]): string[] {
  if (statement.type === 'ExportDefaultDeclaration') {
    const { declaration } = statement;
    const isDeclaration = /Declaration$/.test(declaration.type);
    return [isDeclaration && 'id' in declaration && declaration.id ? declaration.id.name : '.default'];
  }
  if (statement.type !== 'ExportNamedDeclaration' || statement.source) return [];
  const { declaration, specifiers } = statement;
  const listed = specifiers.flatMap(({ local }) => (local.type === 'Identifier' ? [local.name] : []));
  if (!declaration) return listed;
  if (declaration.type !== 'VariableDeclaration') return [...listed, declaration.id.name];
  return [...listed, ...declaration.declarations.flatMap((declarator) => patternNames(declarator.id))];
}
