import type * as acorn from 'acorn';
import type { Interpreter } from './interpreter.ts';
import { type Call, MadeFunction, type Operand, slow } from './operand.ts';
import { bind, names } from './patterns.ts';
import { Scope } from './scope.ts';
import { runBody } from './statements.ts';

/** The value of an arrow function. */
export function arrow(
  interpreter: Interpreter,
  node: acorn.ArrowFunctionExpression,
  outer: Scope,
): MadeFunction {
  const { params, body } = node;
  const call: Call = function* (_self, args) {
    const scope = new Scope(outer);
    for (const param of params) for (const name of names(param)) scope.declare(name, false);
    for (const [index, param] of params.entries()) {
      const value = param.type === 'RestElement' ? interpreter.machine.array(args.slice(index)) : args[index];
      yield* bind(interpreter, param.type === 'RestElement' ? param.argument : param, value, scope, false);
    }
    if (body.type === 'BlockStatement') return yield* runBody(interpreter, body, new Scope(scope));
    return yield* interpreter.evaluate(body, scope);
  };
  const optional = params.findIndex((p) => p.type === 'AssignmentPattern' || p.type === 'RestElement');
  const length = optional < 0 ? params.length : optional;
  const fn = new MadeFunction('', length, interpreter.source(node), call);
  fn.quick = quickCall(interpreter, node, outer);
  return fn;
}

/** For functions of plain parameters whose body needs no steps. */
function quickCall(interpreter: Interpreter, node: acorn.ArrowFunctionExpression, outer: Scope) {
  const { params, body } = node;
  if (body.type === 'BlockStatement' || !interpreter.isQuick(body)) return undefined;
  if (!params.every((param) => param.type === 'Identifier')) return undefined;
  return (args: readonly Operand[]): Operand | typeof slow => {
    const scope = new Scope(outer);
    for (let i = 0; i < params.length; i++) {
      scope.initialize((params[i] as acorn.Identifier).name, args[i], false);
    }
    const result = interpreter.quick(body, scope);
    return typeof result === 'symbol' ? slow : result;
  };
}
