import type { Assumption } from './assumptions.ts';
import type { Callee } from './call-forms.ts';
import { callBlock } from './call-statements.ts';
import type { Context } from './context.ts';
import { functionForms } from './function-forms.ts';
import { Scope } from './scope.ts';
import { block } from './statements.ts';

/** Functions that call each other, of which the last one ends the program. */
export interface Chain {
  readonly text: string;
  readonly first: Callee;
}

export function chain(context: Context): Chain {
  const texts: string[] = [];
  let next: Callee | undefined;
  for (let level = context.depth; level >= 1; level--) {
    const { text, callee } = chainFunction(context, level, next);
    texts.unshift(text);
    next = callee;
  }
  return { text: texts.join('\n'), first: next! };
}

function chainFunction(
  context: Context,
  level: number,
  next: Callee | undefined,
): { text: string; callee: Callee } {
  const { draw } = context;
  const isAsync = context.isAsync(level);
  const form = draw.pick(functionForms(isAsync));
  const isStrict = context.isStrict || form.traits.isStrict;
  const scope = new Scope(context, { ...form.traits, isAsync, isStrict });
  scope.declare('boom', { isMutable: false });
  const parameters = form.hasParameters ? parameterList(context, scope) : ['boom'];
  const start = [
    ...(form.hasArguments && draw.chance(0.2) ? ['keep(arguments);'] : []),
    ...(context.assumption && draw.chance(0.6) ? [optimizedUse(context.assumption)] : []),
  ];
  const rest = next ? callBlock(context, scope, next, 0) : lastBlock(context, scope);
  const name = `f${level}`;
  const parts = {
    level,
    name,
    prefix: isAsync ? 'async ' : '',
    parameters: parameters.join(', '),
    body: [...start, rest].join('\n'),
  };
  return {
    text: form.declare(parts, context),
    callee: { isAsync, call: (args) => form.call(name, args, level) },
  };
}

/** A loop that is hot in itself: V8 optimizes the function around it before the last round. */
function optimizedUse({ use }: Assumption): string {
  return `for (let turn = 0; turn < 30; turn++) keep(${use('turn')});`;
}

function parameterList({ draw }: Context, scope: Scope): string[] {
  const list = ['boom'];
  for (let count = draw.int(4); count > 0; count--) {
    const name = scope.freshName();
    scope.declare(name);
    list.push(draw.pick([name, name, `${name} = ${draw.int(5)}`, `${name} = () => boom`]));
  }
  if (draw.chance(0.2)) {
    const name = scope.freshName();
    scope.declare(name);
    list.push(draw.pick([`...${name}`, `...${name}`, `...[${name}]`, `...{ length: ${name} }`]));
  }
  return list;
}

function lastBlock(context: Context, scope: Scope): string {
  const { ending, assumption } = context;
  const before = block(context, scope, 2);
  const change = assumption ? `${assumption.change}\n` : '';
  const end = ending === 'abort' ? 'process.abort();' : "throw new Error('last');";
  return `${before}\nif (boom) {\n${change}${end}\n}\n${block(context, scope, 3)}`;
}
