import type { Context } from './context.ts';
import { closure, expression } from './expressions.ts';
import type { Scope } from './scope.ts';

/** Blocks within blocks that deep hold declarations only. */
export const deepest = 3;

type Statement = (context: Context, scope: Scope, nesting: number) => string;

const statements: readonly Statement[] = [
  declaration,
  declaration,
  (context, scope, nesting) => `{\n${block(context, scope.inner(), nesting + 1)}\n}`,
  (context, scope) => {
    const name = scope.assignable();
    return name === undefined ? ';' : `${name} = ${expression(context, scope)};`;
  },
  (context, scope) => `keep(${closure(context, scope)});`,
  (context, scope) => `keep(${closure(context, scope)});`,
  (context, scope, nesting) => {
    const body = scope.inner();
    body.declare('i', { isMutable: false });
    return `for (let i = 0; i < 1; i++) {\n${block(context, body, nesting + 1)}\n}`;
  },
  ({ draw }) => `try { throw ${draw.int(5)}; } catch (err) { keep(() => err); }`,
  (context, scope) => {
    const name = context.unique('inner');
    const text = `function ${name}(n) { return [n, ${scope.read()}]; }`;
    scope.declare(name, { isMutable: false });
    return text;
  },
];

/** A few statements, none of which leads to the program's end. */
export function block(context: Context, scope: Scope, nesting: number): string {
  const count = 1 + context.draw.int(4);
  return Array.from({ length: count }, () => statement(context, scope, nesting)).join('\n');
}

export function statement(context: Context, scope: Scope, nesting: number): string {
  const { draw, assumption } = context;
  if (assumption && draw.chance(0.2)) return `keep(${assumption.use(scope.read())});`;
  // What comes after is run from the queue of microtasks, with the callers as awaiting functions.
  if (scope.traits.isAsync && draw.chance(0.15)) return `keep(await ${scope.read()});`;
  if (nesting > deepest || draw.chance(0.5)) return declaration(context, scope);
  return draw.pick(statements)(context, scope, nesting);
}

function declaration(context: Context, scope: Scope): string {
  const kind = context.draw.pick(['let', 'const', 'let', 'const', 'var']);
  if (kind !== 'var') return lexicalDeclaration(context, scope, kind);
  // Not a common name: it must not meet one of the blocks around it.
  const name = context.unique('var');
  const text = `var ${name} = ${expression(context, scope)};`;
  scope.declare(name);
  return text;
}

function lexicalDeclaration(context: Context, scope: Scope, kind: string): string {
  const { draw } = context;
  const isMutable = kind === 'let';
  const form = draw.pick(['pattern', 'class', 'empty', 'value', 'value', 'value']);
  const name = scope.freshName();
  const variable = scope.declare(name, { isMutable: isMutable && form !== 'class', isReady: false });
  let text: string;
  if (form === 'class') {
    text = `class ${name} { m() { return ${scope.read()}; } static st = ${draw.int(4)}; }`;
  } else if (form === 'empty' && isMutable) {
    text = `let ${name};`;
  } else if (form === 'pattern') {
    const second = scope.declare(scope.freshName(), { isMutable, isReady: false });
    text = draw.chance(0.5)
      ? `${kind} { p: ${name}, ...${second.name} } = { p: ${expression(context, scope)}, r: ${draw.int(5)} };`
      : `${kind} [${name}, ${second.name} = ${expression(context, scope)}] = [${expression(context, scope)}];`;
    second.isReady = true;
  } else {
    text = `${kind} ${name} = ${expression(context, scope)};`;
  }
  variable.isReady = true;
  return text;
}
