import type * as acorn from 'acorn';
import type { Interpreter } from './interpreter.ts';
import { hole, isReference, type Key, MadeObject, type Operand, type Steps } from './operand.ts';
import { need } from './operators.ts';
import { nameFunction } from './patterns.ts';
import type { Scope } from './scope.ts';

export function* arrayLiteral(
  interpreter: Interpreter,
  node: acorn.ArrayExpression,
  scope: Scope,
): Steps<Operand> {
  const items: (Operand | typeof hole)[] = [];
  for (const element of node.elements) {
    if (element === null) items.push(hole);
    else if (element.type !== 'SpreadElement') items.push(yield* interpreter.evaluate(element, scope));
    else for (const item of yield* interpreter.spread(element, scope)) items.push(item);
  }
  return interpreter.machine.array(items);
}

export function* objectLiteral(
  interpreter: Interpreter,
  node: acorn.ObjectExpression,
  scope: Scope,
): Steps<Operand> {
  const object = new MadeObject();
  interpreter.machine.meter.allocate(64);
  for (const property of node.properties) {
    if (property.type === 'SpreadElement') {
      yield* copyOwn(interpreter, yield* interpreter.evaluate(property.argument, scope), object, []);
      continue;
    }
    const key = yield* propertyKey(interpreter, property, scope);
    const value = yield* interpreter.evaluate(property.value, scope);
    nameFunction(property.value, value, key);
    if (key === '__proto__' && !property.computed && !property.shorthand) {
      if (value === null || isReference(value)) object.prototype = value;
    } else {
      object.put(key, value);
    }
  }
  return object;
}

export function* propertyKey(
  interpreter: Interpreter,
  property: acorn.Property | acorn.AssignmentProperty,
  scope: Scope,
): Steps<Key> {
  if (property.computed)
    return yield* interpreter.machine.toKey(yield* interpreter.evaluate(property.key, scope));
  if (property.key.type === 'Identifier') return property.key.name;
  return String(interpreter.literal(property.key as acorn.Literal));
}

/** CopyDataProperties */
export function* copyOwn(
  interpreter: Interpreter,
  source: Operand,
  target: MadeObject,
  without: readonly Key[],
): Steps<void> {
  need(source);
  if (typeof source === 'string') {
    for (let i = 0; i < source.length; i++) target.put(String(i), source[i]);
  }
  if (!isReference(source)) return;
  for (const [key, slot] of interpreter.machine.objects.entries(source)) {
    if (interpreter.machine.meter.tick()) yield;
    if (!slot.enumerable || without.includes(key)) continue;
    interpreter.machine.meter.allocate(64);
    target.put(key, slot.accessor ? interpreter.machine.get(source, key) : slot.value);
  }
}
