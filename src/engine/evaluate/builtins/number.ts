import type { Machine } from '../machine.ts';
import { DumpObject, type Operand, type Steps, Sym } from '../operand.ts';
import { host, toBoolean } from '../operators.ts';
import { bad, refused } from '../refusal.ts';
import type { Intrinsic, Run } from './registry.ts';

/** The primitive that a primitive or its wrapper object holds. */
export function primitiveOf(machine: Machine, self: Operand, type: string, method: string): Operand {
  if (typeof self === type) return self;
  if (type === 'symbol' && self instanceof Sym) return self;
  if (self instanceof DumpObject) {
    const inner = machine.heap.internal(self, '[[PrimitiveValue]]');
    if (typeof inner === type || (type === 'symbol' && inner instanceof Sym)) return inner;
  }
  throw bad(`${method} requires that 'this' be a ${type.charAt(0).toUpperCase()}${type.slice(1)}`);
}

function* radixOf(machine: Machine, value: Operand): Steps<number> {
  return yield* machine.toInteger(value, 10);
}

/** Digits of a text that becomes a bigint. */
const MAX_DIGITS = 300_000;

const formats = ['toExponential', 'toFixed', 'toPrecision'] as const;
const tests = ['isFinite', 'isInteger', 'isNaN', 'isSafeInteger'] as const;
const capital = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);

const toNumberText: Run = function* (machine, self, args) {
  const number = primitiveOf(machine, self, 'number', 'Number.prototype.toString') as number;
  const radix = yield* radixOf(machine, args[0]);
  return host(() => number.toString(radix));
};

const callNumber: Run = function* (machine, _self, args) {
  if (args.length === 0) return 0;
  const numeric = yield* machine.toNumeric(args[0]);
  return Number(numeric);
};

const callBigInt: Run = function* (machine, _self, args) {
  const primitive = yield* machine.toPrimitive(args[0], 'number');
  if (primitive instanceof Sym) throw bad('Cannot convert Symbol() to a BigInt');
  if (typeof primitive === 'string' && primitive.length > MAX_DIGITS) throw refused('the bigint is too long');
  return host(() => BigInt(primitive as never));
};

export const numberIntrinsics: readonly Intrinsic[] = [
  { builtin: 'NumberConstructor', path: 'Number', run: callNumber },
  { builtin: 'BigIntConstructor', path: 'BigInt', run: callBigInt },
  {
    builtin: 'BooleanConstructor',
    path: 'Boolean',
    *run(_machine, _self, args) {
      return toBoolean(args[0]);
    },
  },
  ...formats.map((name) => ({
    builtin: `NumberPrototype${capital(name)}`,
    path: `Number.prototype.${name}`,
    *run(machine: Machine, self: Operand, args: readonly Operand[]): Steps<Operand> {
      const number = primitiveOf(machine, self, 'number', `Number.prototype.${name}`) as number;
      const digits = args[0] === undefined ? undefined : yield* machine.toInteger(args[0]);
      return host(() => number[name](digits));
    },
  })),
  { builtin: 'NumberPrototypeToString', path: 'Number.prototype.toString', run: toNumberText },
  {
    builtin: 'NumberPrototypeToLocaleString',
    path: 'Number.prototype.toLocaleString',
    *run(machine, self) {
      const number = primitiveOf(machine, self, 'number', 'Number.prototype.toLocaleString') as number;
      return number.toLocaleString('en-US');
    },
  },
  {
    builtin: 'NumberPrototypeValueOf',
    path: 'Number.prototype.valueOf',
    *run(machine, self) {
      return primitiveOf(machine, self, 'number', 'Number.prototype.valueOf');
    },
  },
  {
    builtin: 'BooleanPrototypeToString',
    path: 'Boolean.prototype.toString',
    *run(machine, self) {
      return String(primitiveOf(machine, self, 'boolean', 'Boolean.prototype.toString'));
    },
  },
  {
    builtin: 'BooleanPrototypeValueOf',
    path: 'Boolean.prototype.valueOf',
    *run(machine, self) {
      return primitiveOf(machine, self, 'boolean', 'Boolean.prototype.valueOf');
    },
  },
  {
    builtin: 'BigIntPrototypeToString',
    path: 'BigInt.prototype.toString',
    *run(machine, self, args) {
      const value = primitiveOf(machine, self, 'bigint', 'BigInt.prototype.toString') as bigint;
      const radix = yield* radixOf(machine, args[0]);
      return host(() => value.toString(radix));
    },
  },
  {
    builtin: 'BigIntPrototypeValueOf',
    path: 'BigInt.prototype.valueOf',
    *run(machine, self) {
      return primitiveOf(machine, self, 'bigint', 'BigInt.prototype.valueOf');
    },
  },
  ...(['asIntN', 'asUintN'] as const).map((name) => ({
    builtin: `BigInt${capital(name)}`,
    path: `BigInt.${name}`,
    *run(machine: Machine, _self: Operand, args: readonly Operand[]): Steps<Operand> {
      const bits = yield* machine.toInteger(args[0]);
      const value = yield* machine.toNumeric(args[1]);
      if (bits > 1_000_000) throw bad('Maximum BigInt size exceeded');
      return host(() => BigInt[name](bits, BigInt(value)));
    },
  })),
  ...tests.map((name) => ({
    builtin: `Number${capital(name)}`,
    path: `Number.${name}`,
    *run(_machine: Machine, _self: Operand, args: readonly Operand[]): Steps<Operand> {
      return Number[name](args[0]);
    },
  })),
  ...(['isFinite', 'isNaN'] as const).map((name) => ({
    builtin: `Global${capital(name)}`,
    path: name,
    *run(machine: Machine, _self: Operand, args: readonly Operand[]): Steps<Operand> {
      const number = yield* machine.toNumber(args[0]);
      return name === 'isNaN' ? Number.isNaN(number) : Number.isFinite(number);
    },
  })),
  {
    builtin: 'NumberParseFloat',
    path: 'parseFloat',
    *run(machine, _self, args) {
      return Number.parseFloat(yield* machine.toString(args[0]));
    },
  },
  {
    builtin: 'NumberParseInt',
    path: 'parseInt',
    *run(machine, _self, args) {
      const text = yield* machine.toString(args[0]);
      const radix = args[1] === undefined ? undefined : yield* machine.toNumber(args[1]);
      return Number.parseInt(text, radix);
    },
  },
];
