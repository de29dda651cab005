import type { Context } from './context.ts';
import type { Scope } from './scope.ts';

type Expression = (context: Context, scope: Scope) => string;

const literals: readonly Expression[] = [
  ({ draw }) => String(draw.int(1000)),
  ({ draw }) => `${draw.int(100)}.5`,
  ({ draw }) => `'s${draw.int(100)}'`,
  ({ draw }) => `"é${draw.int(10)}"`,
  ({ draw }) => `${draw.int(9)}n`,
  ({ draw }) => `Symbol('s${draw.int(5)}')`,
  ({ draw }) => `/r${draw.int(5)}/g`,
  ({ draw }) => `new Set([${draw.int(5)}])`,
  ({ draw }) => `new Date(${draw.int(1e9)})`,
  () => 'null',
  () => 'undefined',
  () => 'true',
  () => '-0',
  () => 'NaN',
  () => '2 ** 31',
  (_, scope) => `[${scope.read()}, ${scope.read()}]`,
  ({ draw }, scope) => `{ p: ${scope.read()}, q${draw.int(3)}: ${draw.int(9)} }`,
  ({ draw }, scope) => `[${scope.read()}].concat(${draw.int(5)})`,
  (_, scope) => `new Map([[1, ${scope.read()}]])`,
  (_, scope) => `\`t\${typeof ${scope.read()}}\``,
  (context, scope) => `(${closure(context, scope)})`,
];

const closures: readonly Expression[] = [
  (_, scope) => `() => ${scope.read()}`,
  (context, scope) => `() => { ${assignment(context, scope)}return ${scope.read()}; }`,
  (context, scope) => `function () { ${assignment(context, scope)}return ${scope.read()}; }`,
  (context, scope) => `function ${context.unique('named')}() { return ${scope.read()}; }`,
  (_, scope) => `async () => ${scope.read()}`,
  (_, scope) => `(given) => [given, ${scope.read()}]`,
  (_, scope) => (scope.traits.hasReceiver ? `() => [this, ${scope.read()}]` : `() => ${scope.read()}`),
];

const expressions: readonly Expression[] = [
  literal,
  (_, scope) => scope.read(),
  (context, scope) => `[${scope.read()}, ${literal(context, scope)}]`,
  ({ draw }, scope) => `typeof ${scope.read()} + ${draw.int(10)}`,
  (context, scope) => `(${scope.read()}, ${literal(context, scope)})`,
  (context, scope) => `${scope.read()} ?? ${literal(context, scope)}`,
  (context, scope) => `(typeof ${scope.read()} === 'number' ? ${literal(context, scope)} : ${scope.read()})`,
];

/** A value of some type, written down, which may be made of variables that are in sight. */
export function literal(context: Context, scope: Scope): string {
  return context.draw.pick(literals)(context, scope);
}

/** A function that captures what it reads. */
export function closure(context: Context, scope: Scope): string {
  return context.draw.pick(closures)(context, scope);
}

export function expression(context: Context, scope: Scope): string {
  return context.draw.pick(expressions)(context, scope);
}

function assignment({ draw }: Context, scope: Scope): string {
  const name = draw.chance(0.3) ? scope.assignable() : undefined;
  return name === undefined ? '' : `${name} = ${draw.int(10)}; `;
}
