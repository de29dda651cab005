import type * as acorn from 'acorn';
import type { Interpreter } from './interpreter.ts';
import { MadeArray, type Operand, type Steps } from './operand.ts';
import { bad } from './refusal.ts';
import type { Scope } from './scope.ts';

export function* templateText(
  interpreter: Interpreter,
  node: acorn.TemplateLiteral,
  scope: Scope,
): Steps<string> {
  const { machine } = interpreter;
  let text = '';
  for (const [index, quasi] of node.quasis.entries()) {
    if (quasi.value.cooked === null || quasi.value.cooked === undefined)
      throw bad('Invalid escape in template');
    let part = quasi.value.cooked;
    const expression = node.expressions[index];
    if (expression) part += yield* machine.toString(yield* interpreter.evaluate(expression, scope));
    machine.meter.text(text.length + part.length, part.length);
    text += part;
  }
  return text;
}

/** The tag is called as any function is; in practice String.raw or an arrow function. */
export function* taggedTemplate(
  interpreter: Interpreter,
  node: acorn.TaggedTemplateExpression,
  scope: Scope,
): Steps<Operand> {
  const { machine } = interpreter;
  const tag = yield* interpreter.evaluate(node.tag, scope);
  const strings = new MadeArray(node.quasi.quasis.map((quasi) => quasi.value.cooked ?? undefined));
  const raw = new MadeArray(node.quasi.quasis.map((quasi) => quasi.value.raw));
  strings.properties.set('raw', { value: raw, enumerable: false });
  const args: Operand[] = [strings];
  for (const expression of node.quasi.expressions) args.push(yield* interpreter.evaluate(expression, scope));
  return yield* machine.call(tag, undefined, args, interpreter.source(node.tag));
}
