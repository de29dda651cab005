import type * as acorn from 'acorn';
import { step } from './builtins/iterator.ts';
import type { Interpreter } from './interpreter.ts';
import { copyOwn, propertyKey } from './literals.ts';
import {
  done,
  isReference,
  type Key,
  MadeFunction,
  MadeObject,
  type Operand,
  type Steps,
} from './operand.ts';
import { bad } from './refusal.ts';
import type { Scope } from './scope.ts';

/** NamedEvaluation: an arrow function takes the name of what it is the initial value of. */
export function nameFunction(node: acorn.Node | null | undefined, value: Operand, name: Key): void {
  if (node?.type !== 'ArrowFunctionExpression' || !(value instanceof MadeFunction)) return;
  value.name = typeof name === 'string' ? name : `[${name.description ?? ''}]`;
}

/** The names that a pattern binds. */
export function names(pattern: acorn.Pattern): string[] {
  switch (pattern.type) {
    case 'Identifier':
      return [pattern.name];
    case 'AssignmentPattern':
      return names(pattern.left);
    case 'RestElement':
      return names(pattern.argument);
    case 'ArrayPattern':
      return pattern.elements.flatMap((element) => (element ? names(element) : []));
    case 'ObjectPattern':
      return pattern.properties.flatMap((p) => names(p.type === 'RestElement' ? p.argument : p.value));
    default:
      return [];
  }
}

/** BindingInitialization: destructures a value into new variables of a scope. */
export function* bind(
  interpreter: Interpreter,
  pattern: acorn.Pattern,
  value: Operand,
  scope: Scope,
  isConstant: boolean,
): Steps<void> {
  switch (pattern.type) {
    case 'Identifier':
      scope.initialize(pattern.name, value, isConstant);
      return;
    case 'AssignmentPattern': {
      const given = value === undefined ? yield* interpreter.evaluate(pattern.right, scope) : value;
      if (pattern.left.type === 'Identifier') nameFunction(pattern.right, given, pattern.left.name);
      yield* bind(interpreter, pattern.left, given, scope, isConstant);
      return;
    }
    case 'ArrayPattern':
      yield* bindArray(interpreter, pattern, value, scope, isConstant);
      return;
    case 'ObjectPattern':
      yield* bindObject(interpreter, pattern, value, scope, isConstant);
      return;
    default:
      throw bad('Invalid destructuring target');
  }
}

function* bindArray(
  interpreter: Interpreter,
  pattern: acorn.ArrayPattern,
  value: Operand,
  scope: Scope,
  isConstant: boolean,
): Steps<void> {
  const next = yield* interpreter.machine.cursor(value);
  for (const element of pattern.elements) {
    if (element?.type === 'RestElement') {
      const rest: Operand[] = [];
      for (let item = yield* step(next); item !== done; item = yield* step(next)) {
        if (interpreter.machine.meter.tick()) yield;
        interpreter.machine.meter.allocate(16);
        rest.push(item);
      }
      yield* bind(interpreter, element.argument, interpreter.machine.array(rest), scope, isConstant);
      return;
    }
    const item = yield* step(next);
    if (element) yield* bind(interpreter, element, item === done ? undefined : item, scope, isConstant);
  }
}

function* bindObject(
  interpreter: Interpreter,
  pattern: acorn.ObjectPattern,
  value: Operand,
  scope: Scope,
  isConstant: boolean,
): Steps<void> {
  if (value === undefined || value === null) {
    throw bad(`Cannot destructure '${String(value)}' as it is ${value}.`);
  }
  const taken: Key[] = [];
  for (const property of pattern.properties) {
    if (property.type === 'RestElement') {
      const rest = new MadeObject();
      if (isReference(value) || typeof value === 'string') yield* copyOwn(interpreter, value, rest, taken);
      yield* bind(interpreter, property.argument, rest, scope, isConstant);
      return;
    }
    const key = yield* propertyKey(interpreter, property, scope);
    taken.push(key);
    yield* bind(interpreter, property.value, interpreter.machine.get(value, key), scope, isConstant);
  }
}
