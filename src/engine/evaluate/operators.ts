import type { Meter } from './meter.ts';
import { DumpObject, isReference, type Operand, type Primitive, Sym, Unavailable } from './operand.ts';
import { bad, refused } from './refusal.ts';

/** Bits of the largest bigint that is built. */
const MAX_BIGINT_BITS = 1_000_000n;

/** Throws where the dump lacks the value. */
export function need(operand: Operand): Exclude<Operand, Unavailable> {
  if (operand instanceof Unavailable) throw refused(`the value is not available: ${operand.reason}`);
  return operand;
}

export function typeOf(operand: Operand): string {
  need(operand);
  if (operand instanceof Sym) return 'symbol';
  if (operand instanceof DumpObject) return operand.type;
  return isReference(operand) ? operand.type : typeof operand;
}

export function toBoolean(operand: Operand): boolean {
  need(operand);
  return typeof operand === 'object' ? operand !== null : Boolean(operand);
}

/** `===` */
export function strictEqual(a: Operand, b: Operand): boolean {
  need(a);
  need(b);
  return a instanceof DumpObject && b instanceof DumpObject ? a.word === b.word : a === b;
}

export function sameValueZero(a: Operand, b: Operand): boolean {
  return strictEqual(a, b) || (Number.isNaN(a) && Number.isNaN(b));
}

export function isPrimitive(operand: Operand): operand is Primitive {
  return typeof operand !== 'object' || operand === null;
}

/** Runs an operation of the host on primitives; what it throws becomes the expression's error. */
export function host<T>(operation: () => T): T {
  try {
    return operation();
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError) {
      throw bad(error.message);
    }
    throw error;
  }
}

const binary: Readonly<Record<string, (a: never, b: never) => Primitive>> = {
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
  '**': (a, b) => a ** b,
  '<<': (a, b) => a << b,
  '>>': (a, b) => a >> b,
  '>>>': (a, b) => a >>> b,
  '&': (a, b) => a & b,
  '|': (a, b) => a | b,
  '^': (a, b) => a ^ b,
  '<': (a, b) => a < b,
  '>': (a, b) => a > b,
  '<=': (a, b) => a <= b,
  '>=': (a, b) => a >= b,
};

/** A binary operator other than equality, `in` and `instanceof`, on primitives. */
export function applyBinary(operator: string, a: Primitive, b: Primitive, meter: Meter): Primitive {
  if (operator === '+') {
    if (typeof a === 'string' || typeof b === 'string') return concat(a, b, meter);
    return host(() => (a as number) + (b as number));
  }
  if (typeof a === 'bigint' && typeof b === 'bigint') boundBigint(operator, a, b, meter);
  const apply = binary[operator];
  if (!apply) throw refused(`the operator ${operator} is not evaluated`);
  return host(() => apply(a as never, b as never));
}

function concat(a: Primitive, b: Primitive, meter: Meter): string {
  const text = String(a);
  const tail = String(b);
  meter.text(text.length + tail.length, 16 + Math.min(text.length, tail.length));
  return text + tail;
}

function boundBigint(operator: string, a: bigint, b: bigint, meter: Meter): void {
  let bits = 0n;
  if (operator === '**' && a !== 0n && a !== 1n && a !== -1n) bits = bitsOf(a) * (b > 0n ? b : 0n);
  else if (operator === '<<' && b > 0n) bits = bitsOf(a) + b;
  else if (operator === '>>' && b < 0n) bits = bitsOf(a) - b;
  else if (operator === '*') bits = bitsOf(a) + bitsOf(b);
  if (bits > MAX_BIGINT_BITS) throw refused('the bigint would be too long');
  if (bits > 1000n) meter.allocate(Number(bits / 8n));
}

function bitsOf(value: bigint): bigint {
  return BigInt(value.toString(16).length * 4);
}

/** `-`, `+`, `~` on a primitive. */
export function applyUnary(operator: string, a: Primitive): Primitive {
  switch (operator) {
    case '-':
      return host(() => -(a as number));
    case '+':
      return host(() => +(a as number));
    case '~':
      return host(() => ~(a as number));
    default:
      throw refused(`the operator ${operator} is not evaluated`);
  }
}

/** `==` between a primitive and a primitive. */
export function looseEqual(a: Primitive, b: Primitive): boolean {
  // biome-ignore lint/suspicious/noDoubleEquals: this is the operator itself.
  return a == b;
}
