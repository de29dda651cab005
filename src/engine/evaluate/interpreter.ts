import type * as acorn from 'acorn';
import { isAbsent } from '../absence.ts';
import { hex, parseHex } from '../address.ts';
import { DayAfterError } from '../errors.ts';
import { arrow } from './arrow.ts';
import { frameObject } from './frame-object.ts';
import { arrayLiteral, objectLiteral } from './literals.ts';
import type { Machine } from './machine.ts';
import {
  DumpObject,
  hole,
  isReference,
  type Key,
  MadeArray,
  MadeRegExp,
  type Operand,
  type Primitive,
  type Steps,
  Sym,
  slow,
} from './operand.ts';
import {
  applyBinary,
  applyUnary,
  isPrimitive,
  looseEqual,
  need,
  strictEqual,
  toBoolean,
  typeOf,
} from './operators.ts';
import type { Parsed } from './parse.ts';
import { bad, refused } from './refusal.ts';
import { Scope } from './scope.ts';
import { assign } from './statements.ts';
import { taggedTemplate, templateText } from './template.ts';

/** The `undefined` that ends an optional chain, told apart from an ordinary one. */
const shortCircuit = Symbol('short circuit');
type Result = Operand | typeof shortCircuit;

/** Evaluates the nodes of one parsed expression. */
export class Interpreter {
  readonly machine: Machine;
  readonly #parsed: Parsed;

  constructor(machine: Machine, parsed: Parsed) {
    this.machine = machine;
    this.#parsed = parsed;
  }

  /** The whole expression. */
  *run(): Steps<Operand> {
    const root = unwrap(this.#parsed.root);
    const address = this.#addressOf(root);
    if (address !== undefined) return this.#objectAt(address);
    return yield* this.evaluate(root, new Scope(undefined));
  }

  /** The source text of a node. */
  source(node: acorn.Node): string {
    return this.#parsed.text.slice(node.start, node.end);
  }

  isQuick(node: acorn.Node): boolean {
    return this.#parsed.quick.has(node);
  }

  *evaluate(node: acorn.Node, scope: Scope): Steps<Operand> {
    if (this.machine.meter.tick()) yield;
    if (this.#parsed.quick.has(node)) {
      const result = this.quick(node as acorn.Expression, scope);
      if (result === shortCircuit) return undefined;
      if (result !== slow) return result;
    }
    const result = yield* this.#slow(node as acorn.Expression, scope);
    return result === shortCircuit ? undefined : result;
  }

  /** Part of an optional chain: may be `shortCircuit`. */
  *#link(node: acorn.Node, scope: Scope): Steps<Result> {
    if (this.#parsed.quick.has(node)) {
      const result = this.quick(node as acorn.Expression, scope);
      if (result !== slow) return result;
    }
    return yield* this.#slow(node as acorn.Expression, scope);
  }

  /** The value of a node that needs no steps, or `slow` where it turns out that it does. */
  quick(node: acorn.Expression | acorn.PrivateIdentifier | acorn.Super, scope: Scope): Result | typeof slow {
    switch (node.type) {
      case 'Literal':
        return this.literal(node);
      case 'Identifier':
        return this.#identifier(node.name, scope);
      case 'ThisExpression':
        return this.machine.heap.operand(this.machine.environment.thisValue);
      case 'ParenthesizedExpression':
        return this.quick(node.expression, scope);
      case 'ChainExpression': {
        const result = this.quick(node.expression, scope);
        return result === shortCircuit ? undefined : result;
      }
      case 'MemberExpression':
        return this.#quickMember(node, scope);
      case 'LogicalExpression': {
        const left = this.quick(node.left, scope);
        if (left === slow || left === shortCircuit) return slow;
        return takesLeft(node.operator, left) ? left : this.quick(node.right, scope);
      }
      case 'ConditionalExpression': {
        const test = this.quick(node.test, scope);
        if (test === slow || test === shortCircuit) return slow;
        return this.quick(toBoolean(test) ? node.consequent : node.alternate, scope);
      }
      case 'BinaryExpression':
        return this.#quickBinary(node, scope);
      case 'UnaryExpression':
        return this.#quickUnary(node, scope);
      default:
        return slow;
    }
  }

  #quickMember(node: acorn.MemberExpression, scope: Scope): Result | typeof slow {
    const object = this.#object(node.object) ?? this.quick(node.object, scope);
    if (object === slow || object === shortCircuit) return object;
    if (node.optional && (object === undefined || object === null)) return shortCircuit;
    if (node.property.type === 'PrivateIdentifier') return this.#private(object, node.property.name);
    if (!node.computed) return this.machine.get(object, (node.property as acorn.Identifier).name);
    const key = this.quick(node.property, scope);
    if (typeof key === 'number' && object instanceof MadeArray) {
      const item = object.items[key];
      return item === hole || item === undefined ? this.machine.get(object, String(key)) : item;
    }
    if (typeof key === 'symbol') return slow;
    if (key instanceof Sym) return this.machine.get(object, key);
    return isPrimitive(key) ? this.machine.get(object, String(key)) : slow;
  }

  #quickBinary(node: acorn.BinaryExpression, scope: Scope): Result | typeof slow {
    if (node.left.type === 'PrivateIdentifier' || node.operator === 'instanceof') return slow;
    const left = this.quick(node.left, scope);
    if (left === slow || left === shortCircuit) return slow;
    const right = this.quick(node.right, scope);
    if (right === slow || right === shortCircuit) return slow;
    if (node.operator === '===') return strictEqual(left, right);
    if (node.operator === '!==') return !strictEqual(left, right);
    if (node.operator === 'in' || !isPrimitive(left) || !isPrimitive(right)) return slow;
    if (node.operator === '==') return looseEqual(left, right);
    if (node.operator === '!=') return !looseEqual(left, right);
    return applyBinary(node.operator, left, right, this.machine.meter);
  }

  #quickUnary(node: acorn.UnaryExpression, scope: Scope): Result | typeof slow {
    const { operator } = node;
    const argument = unwrap(node.argument);
    if (operator === 'typeof' && argument.type === 'Identifier') {
      if (!this.#isDefined(argument.name, scope)) return 'undefined';
    }
    const operand = this.quick(argument, scope);
    if (operand === slow || operand === shortCircuit) return slow;
    switch (operator) {
      case 'typeof':
        return typeOf(operand);
      case '!':
        return !toBoolean(operand);
      case 'void':
        return undefined;
      default:
        return isPrimitive(operand) ? applyUnary(operator, operand) : slow;
    }
  }

  *#slow(node: acorn.Expression | acorn.Super, scope: Scope): Steps<Result> {
    switch (node.type) {
      case 'ParenthesizedExpression':
        return yield* this.evaluate(node.expression, scope);
      case 'ChainExpression':
        return yield* this.evaluate(node.expression, scope);
      case 'MemberExpression':
        return (yield* this.#member(node, scope)).value;
      case 'CallExpression':
        return yield* this.#call(node, scope);
      case 'NewExpression': {
        const callee = yield* this.evaluate(node.callee, scope);
        const args = yield* this.#arguments(node.arguments, scope);
        return yield* this.machine.construct(callee, args, this.source(node.callee));
      }
      case 'LogicalExpression': {
        const left = yield* this.evaluate(node.left, scope);
        return takesLeft(node.operator, left) ? left : yield* this.evaluate(node.right, scope);
      }
      case 'ConditionalExpression': {
        const test = toBoolean(yield* this.evaluate(node.test, scope));
        return yield* this.evaluate(test ? node.consequent : node.alternate, scope);
      }
      case 'SequenceExpression': {
        let last: Operand;
        for (const expression of node.expressions) last = yield* this.evaluate(expression, scope);
        return last;
      }
      case 'BinaryExpression':
        return yield* this.#binary(node, scope);
      case 'UnaryExpression':
        return yield* this.#unary(node, scope);
      case 'TemplateLiteral':
        return yield* templateText(this, node, scope);
      case 'TaggedTemplateExpression':
        return yield* taggedTemplate(this, node, scope);
      case 'ArrayExpression':
        return yield* arrayLiteral(this, node, scope);
      case 'ObjectExpression':
        return yield* objectLiteral(this, node, scope);
      case 'ArrowFunctionExpression':
        return arrow(this, node, scope);
      case 'AssignmentExpression':
      case 'UpdateExpression':
        return yield* assign(this, node, scope);
      default:
        return this.#leaf(node, scope);
    }
  }

  #leaf(node: acorn.Expression | acorn.Super, scope: Scope): Result {
    const result = this.quick(node, scope);
    if (result === slow) throw refused(`${node.type} is not evaluated`);
    return result;
  }

  literal(node: acorn.Literal): Operand {
    if (node.regex) return new MadeRegExp(node.regex.pattern, node.regex.flags);
    if (node.bigint !== undefined && node.bigint !== null) return BigInt(node.bigint);
    return node.value as Primitive;
  }

  #isDefined(name: string, scope: Scope): boolean {
    if (scope.find(name) || implicit.has(name)) return true;
    if (this.machine.environment.lookup(name) !== undefined) return true;
    const { global } = this.machine.realm;
    return global !== undefined && this.machine.objects.find(global, name) !== undefined;
  }

  #identifier(name: string, scope: Scope): Operand {
    const binding = scope.find(name);
    if (binding) return scope.read(binding, name);
    const { environment, heap } = this.machine;
    const value = environment.lookup(name);
    if (value) return heap.operand(value);
    // Node's own getters of process and Buffer can be read; others are refused by name.
    const { global } = this.machine.realm;
    const slot = global && this.machine.objects.find(global, name);
    if (slot?.accessor) return this.machine.get(global, name);
    if (name === '$frame') return frameObject(this.machine);
    if (name === 'globalThis')
      return global ?? (environment.globalObject && heap.operand(environment.globalObject));
    if (implicit.has(name)) return implicit.get(name);
    throw bad(
      global ? `${name} is not defined` : `${name} is not in scope, and the global object cannot be read`,
    );
  }

  /** The address that a node spells as a hexadecimal literal, where it stands for an object. */
  #addressOf(node: acorn.Node): string | undefined {
    const { type, raw } = node as acorn.Literal;
    return type === 'Literal' && /^0x[0-9a-f]+$/i.test(raw ?? '') ? raw : undefined;
  }

  /** `0x…` as the object of a member expression. */
  #object(node: acorn.Node): Operand {
    const address = this.#addressOf(unwrap(node));
    return address === undefined ? undefined : this.#objectAt(address);
  }

  #objectAt(text: string): Operand {
    const address = parseHex(text);
    const found = address === undefined ? undefined : this.machine.environment.objectAt(address);
    if (found === undefined || isAbsent(found)) {
      const why = found ? `: ${found.reason}` : '';
      throw new DayAfterError(
        'NO_SUCH_OBJECT',
        `there is no object at ${address ? hex(address) : text}${why}`,
      );
    }
    return this.machine.heap.operand(found);
  }

  #private(object: Operand, name: string): Operand {
    const slot = this.#privateSlot(object, name);
    if (!slot) throw bad(`Cannot read private member #${name} from an object whose class did not declare it`);
    if (slot.accessor) throw refused(`#${name} is a getter: it is code of the dump, which is not run`);
    return slot.value;
  }

  #privateSlot(object: Operand, name: string) {
    need(object);
    if (object === undefined || object === null) {
      throw bad(`Cannot read properties of ${object} (reading '#${name}')`);
    }
    return object instanceof DumpObject ? this.machine.heap.private(object, `#${name}`) : undefined;
  }

  *#member(node: acorn.MemberExpression, scope: Scope): Steps<{ self: Operand; value: Result }> {
    const self = this.#object(node.object) ?? (yield* this.#link(node.object, scope));
    if (self === shortCircuit) return { self: undefined, value: shortCircuit };
    if (node.optional && (self === undefined || self === null))
      return { self: undefined, value: shortCircuit };
    if (node.property.type === 'PrivateIdentifier') {
      return { self, value: this.#private(self, node.property.name) };
    }
    const key = yield* this.#key(node, scope);
    return { self, value: this.machine.get(self, key) };
  }

  *#key(node: acorn.MemberExpression, scope: Scope): Steps<Key> {
    if (!node.computed) return (node.property as acorn.Identifier).name;
    return yield* this.machine.toKey(yield* this.evaluate(node.property, scope));
  }

  *#call(node: acorn.CallExpression, scope: Scope): Steps<Result> {
    let callee = unwrap(node.callee);
    let self: Operand;
    let fn: Result;
    const isChain = callee.type === 'ChainExpression';
    if (callee.type === 'ChainExpression') callee = callee.expression as acorn.Expression;
    if (callee.type === 'MemberExpression') {
      const member = yield* this.#member(callee, scope);
      self = member.self;
      fn = member.value;
      if (isChain && fn === shortCircuit) fn = undefined;
    } else {
      fn = yield* this.#link(callee, scope);
    }
    if (fn === shortCircuit) return shortCircuit;
    if (node.optional && (fn === undefined || fn === null)) return shortCircuit;
    const args = yield* this.#arguments(node.arguments, scope);
    return yield* this.machine.call(fn, self, args, this.source(node.callee));
  }

  *#arguments(nodes: readonly (acorn.Expression | acorn.SpreadElement)[], scope: Scope): Steps<Operand[]> {
    const args: Operand[] = [];
    for (const node of nodes) {
      if (node.type === 'SpreadElement') {
        for (const item of yield* this.spread(node, scope)) args.push(item);
      } else {
        args.push(yield* this.evaluate(node, scope));
      }
    }
    return args;
  }

  *spread(node: acorn.SpreadElement, scope: Scope): Steps<Operand[]> {
    const source = yield* this.evaluate(node.argument, scope);
    return yield* this.machine.list(source, this.source(node.argument));
  }

  *#binary(node: acorn.BinaryExpression, scope: Scope): Steps<Operand> {
    const { operator } = node;
    if (node.left.type === 'PrivateIdentifier') {
      const object = yield* this.evaluate(node.right, scope);
      if (!isReference(object))
        throw bad("Cannot use 'in' operator to search for a private name in a primitive");
      return this.#privateSlot(object, node.left.name) !== undefined;
    }
    const left = yield* this.evaluate(node.left, scope);
    const right = yield* this.evaluate(node.right, scope);
    return yield* this.operate(operator, left, right);
  }

  /** A binary operator on evaluated operands. */
  *operate(operator: string, left: Operand, right: Operand): Steps<Operand> {
    const { machine } = this;
    switch (operator) {
      case '===':
        return strictEqual(left, right);
      case '!==':
        return !strictEqual(left, right);
      case '==':
        return yield* this.#looseEqual(left, right);
      case '!=':
        return !(yield* this.#looseEqual(left, right));
      case 'in': {
        if (!isReference(need(right))) {
          throw bad(`Cannot use 'in' operator to search for '${String(left)}' in ${String(right)}`);
        }
        return machine.has(right, yield* machine.toKey(left));
      }
      case 'instanceof':
        return yield* machine.instanceOf(left, right);
    }
    const hint = operator === '+' ? 'default' : 'number';
    const a = yield* machine.toPrimitive(left, hint);
    const b = yield* machine.toPrimitive(right, hint);
    if (a instanceof Sym || b instanceof Sym) {
      const isText = operator === '+' && (typeof a === 'string' || typeof b === 'string');
      throw bad(`Cannot convert a Symbol value to a ${isText ? 'string' : 'number'}`);
    }
    return applyBinary(operator, a, b, machine.meter);
  }

  *#looseEqual(left: Operand, right: Operand): Steps<boolean> {
    need(left);
    need(right);
    if (isReference(left) === isReference(right)) {
      if (left instanceof Sym || right instanceof Sym || isReference(left)) return strictEqual(left, right);
      return looseEqual(left as Primitive, right as Primitive);
    }
    if (left === null || left === undefined || right === null || right === undefined) return false;
    const a = yield* this.machine.toPrimitive(left);
    const b = yield* this.machine.toPrimitive(right);
    if (a instanceof Sym || b instanceof Sym) return a === b;
    return looseEqual(a, b);
  }

  *#unary(node: acorn.UnaryExpression, scope: Scope): Steps<Operand> {
    const { operator } = node;
    const argument = unwrap(node.argument);
    if (operator === 'typeof' && argument.type === 'Identifier') {
      if (!this.#isDefined(argument.name, scope)) return 'undefined';
    }
    const operand = yield* this.evaluate(argument, scope);
    switch (operator) {
      case 'typeof':
        return typeOf(operand);
      case '!':
        return !toBoolean(operand);
      case 'void':
        return undefined;
      case '+':
        return yield* this.machine.toNumber(operand);
      default:
        return applyUnary(operator, yield* this.machine.toNumeric(operand));
    }
  }
}

/** Names that are defined everywhere, should the dump not offer them. */
const implicit: ReadonlyMap<string, Operand> = new Map<string, Operand>([
  ['undefined', undefined],
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['globalThis', undefined],
]);

function takesLeft(operator: string, left: Operand): boolean {
  if (operator === '??') return need(left) !== undefined && left !== null;
  return operator === '||' ? toBoolean(left) : !toBoolean(left);
}

export function unwrap<T extends acorn.Node>(node: T): T {
  let at = node as acorn.Node;
  while (at.type === 'ParenthesizedExpression') at = (at as acorn.ParenthesizedExpression).expression;
  return at as T;
}
