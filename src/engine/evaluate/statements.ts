import type * as acorn from 'acorn';
import { step } from './builtins/iterator.ts';
import { type Interpreter, unwrap } from './interpreter.ts';
import { done, MadeArray, MadeObject, type Operand, type Steps } from './operand.ts';
import { toBoolean } from './operators.ts';
import { bind, nameFunction, names } from './patterns.ts';
import { bad, refused } from './refusal.ts';
import { Scope } from './scope.ts';

/** How a statement ended: normally (undefined), or by one of these. */
type Completion =
  | undefined
  | { readonly kind: 'return'; readonly value: Operand }
  | { readonly kind: 'break' }
  | { readonly kind: 'continue' };

/** The body of an arrow function. */
export function* runBody(interpreter: Interpreter, body: acorn.BlockStatement, scope: Scope): Steps<Operand> {
  const completion = yield* runAll(interpreter, body.body, scope);
  return completion?.kind === 'return' ? completion.value : undefined;
}

function* runAll(
  interpreter: Interpreter,
  statements: readonly acorn.Statement[],
  scope: Scope,
): Steps<Completion> {
  for (const statement of statements) {
    if (statement.type !== 'VariableDeclaration') continue;
    for (const { id } of statement.declarations) {
      for (const name of names(id)) scope.declare(name, statement.kind === 'const');
    }
  }
  for (const statement of statements) {
    const completion = yield* run(interpreter, statement, scope);
    if (completion) return completion;
  }
  return undefined;
}

function* run(interpreter: Interpreter, statement: acorn.Statement, scope: Scope): Steps<Completion> {
  switch (statement.type) {
    case 'EmptyStatement':
      return undefined;
    case 'ExpressionStatement':
      yield* interpreter.evaluate(statement.expression, scope);
      return undefined;
    case 'VariableDeclaration':
      yield* declare(interpreter, statement, scope);
      return undefined;
    case 'ReturnStatement': {
      const { argument } = statement;
      return { kind: 'return', value: argument ? yield* interpreter.evaluate(argument, scope) : undefined };
    }
    case 'BlockStatement':
      return yield* runAll(interpreter, statement.body, new Scope(scope));
    case 'IfStatement': {
      const test = toBoolean(yield* interpreter.evaluate(statement.test, scope));
      if (test) return yield* run(interpreter, statement.consequent, scope);
      return statement.alternate ? yield* run(interpreter, statement.alternate, scope) : undefined;
    }
    case 'ForOfStatement':
      return yield* forOf(interpreter, statement, scope);
    case 'ForStatement':
      return yield* forLoop(interpreter, statement, scope);
    case 'WhileStatement':
      while (toBoolean(yield* interpreter.evaluate(statement.test, scope))) {
        const completion = yield* run(interpreter, statement.body, scope);
        if (completion?.kind === 'return') return completion;
        if (completion?.kind === 'break') return undefined;
      }
      return undefined;
    case 'BreakStatement':
    case 'ContinueStatement':
      if (statement.label) throw refused('labels are not evaluated');
      return { kind: statement.type === 'BreakStatement' ? 'break' : 'continue' };
    default:
      throw refused(`${statement.type} is not evaluated`);
  }
}

function* declare(
  interpreter: Interpreter,
  declaration: acorn.VariableDeclaration,
  scope: Scope,
): Steps<void> {
  if (declaration.kind !== 'const' && declaration.kind !== 'let') {
    throw refused(`${declaration.kind} is not evaluated: use const or let`);
  }
  for (const { id, init } of declaration.declarations) {
    const value = init ? yield* interpreter.evaluate(init, scope) : undefined;
    if (id.type === 'Identifier') nameFunction(init, value, id.name);
    yield* bind(interpreter, id, value, scope, declaration.kind === 'const');
  }
}

function* forOf(interpreter: Interpreter, node: acorn.ForOfStatement, scope: Scope): Steps<Completion> {
  const { left } = node;
  if (left.type !== 'VariableDeclaration')
    throw refused('for-of needs a variable of its own: for (const x of …)');
  const source = yield* interpreter.evaluate(node.right, scope);
  const next = yield* interpreter.machine.cursor(source, interpreter.source(node.right));
  for (let item = yield* step(next); item !== done; item = yield* step(next)) {
    if (interpreter.machine.meter.tick()) yield;
    const inner = new Scope(scope);
    yield* bind(interpreter, left.declarations[0]!.id, item, inner, left.kind === 'const');
    const completion = yield* run(interpreter, node.body, inner);
    if (completion?.kind === 'return') return completion;
    if (completion?.kind === 'break') return undefined;
  }
  return undefined;
}

function* forLoop(interpreter: Interpreter, node: acorn.ForStatement, outer: Scope): Steps<Completion> {
  let scope = new Scope(outer);
  if (node.init?.type === 'VariableDeclaration') yield* declare(interpreter, node.init, scope);
  else if (node.init) yield* interpreter.evaluate(node.init, scope);
  for (;;) {
    if (interpreter.machine.meter.tick()) yield;
    if (node.test && !toBoolean(yield* interpreter.evaluate(node.test, scope))) return undefined;
    const completion = yield* run(interpreter, node.body, scope);
    if (completion?.kind === 'return') return completion;
    if (completion?.kind === 'break') return undefined;
    scope = scope.copy();
    if (node.update) yield* interpreter.evaluate(node.update, scope);
  }
}

/** Assignments to what the expression itself made: its variables, its objects and arrays. */
export function* assign(
  interpreter: Interpreter,
  node: acorn.AssignmentExpression | acorn.UpdateExpression,
  scope: Scope,
): Steps<Operand> {
  const target = unwrap(node.type === 'UpdateExpression' ? node.argument : node.left);
  const place =
    target.type === 'Identifier'
      ? variablePlace(target.name, scope)
      : target.type === 'MemberExpression'
        ? yield* memberPlace(interpreter, target, scope)
        : undefined;
  if (!place) throw refused('destructuring assignment is not evaluated: declare new variables');
  if (node.type === 'UpdateExpression') {
    const old = yield* interpreter.machine.toNumeric(place.read());
    const value =
      typeof old === 'bigint' ? old + BigInt(`${node.operator[0]}1`) : old + Number(`${node.operator[0]}1`);
    place.write(value);
    return node.prefix ? value : old;
  }
  const operator = node.operator.slice(0, -1);
  if (operator === '&&' || operator === '||' || operator === '??') {
    const old = place.read();
    const keeps =
      operator === '??' ? old !== undefined && old !== null : toBoolean(old) === (operator === '||');
    if (keeps) return old;
  }
  let value = yield* interpreter.evaluate(node.right, scope);
  if (operator && !/^(&&|\|\||\?\?)$/.test(operator)) {
    value = yield* interpreter.operate(operator, place.read(), value);
  }
  place.write(value);
  return value;
}

interface Place {
  read(): Operand;
  write(value: Operand): void;
}

function variablePlace(name: string, scope: Scope): Place {
  const binding = scope.find(name);
  if (!binding) throw refused(`${name} is not assigned: a dump cannot be changed`);
  return {
    read: () => scope.read(binding, name),
    write: (value) => {
      if (!binding.isSet) throw bad(`Cannot access '${name}' before initialization`);
      if (binding.isConstant) throw bad('Assignment to constant variable.');
      binding.value = value;
    },
  };
}

function* memberPlace(interpreter: Interpreter, node: acorn.MemberExpression, scope: Scope): Steps<Place> {
  const { machine } = interpreter;
  const text = interpreter.source(node);
  const object = yield* interpreter.evaluate(node.object, scope);
  if (object === undefined || object === null) throw bad(`Cannot set properties of ${object}`);
  if (!(object instanceof MadeObject || object instanceof MadeArray)) {
    throw refused(`${text} is not assigned: a dump cannot be changed`);
  }
  const key = node.computed
    ? yield* machine.toKey(yield* interpreter.evaluate(node.property, scope))
    : (node.property as acorn.Identifier).name;
  return {
    read: () => machine.get(object, key),
    write: (value) => setOwn(object, key, value, text, machine),
  };
}

function setOwn(
  object: MadeObject | MadeArray,
  key: ReturnType<typeof String> | object,
  value: Operand,
  text: string,
  machine: Interpreter['machine'],
): void {
  machine.meter.allocate(64);
  if (object instanceof MadeObject) {
    if (key === '__proto__') throw refused(`${text} is not assigned: prototypes are not changed`);
    object.put(key as string, value);
    return;
  }
  const index = typeof key === 'string' && /^\d+$/.test(key) ? Number(key) : -1;
  if (index < 0 || index > object.items.length) {
    throw refused(`${text} is not assigned: arrays grow at their end only`);
  }
  object.items[index] = value;
}
