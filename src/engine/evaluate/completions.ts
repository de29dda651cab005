import * as acorn from 'acorn';
import { DayAfterError } from '../errors.ts';
import type { Environment } from './environment.ts';
import { evaluate } from './evaluate.ts';
import { arrayIndex } from './heap.ts';
import { classOf, Machine } from './machine.ts';
import { madeEntries } from './objects.ts';
import {
  DumpObject,
  isCallable,
  isReference,
  type Made,
  type Operand,
  type Reference,
  Sym,
} from './operand.ts';

export interface Completion {
  readonly label: string;
  readonly kind: 'variable' | 'property' | 'method';
}

export interface Completions {
  /** Where the word begins that a completion takes the place of. */
  readonly start: number;
  readonly items: readonly Completion[];
}

const MAX_ITEMS = 1000;
const MAX_PROTOTYPES = 50;
/** Milliseconds that the object before the dot may take. */
const DEADLINE = 200;

/**
 * What may follow `text`, the beginning of an expression up to the cursor: the properties of what stands
 * before a dot, or the names in scope. Matches are those that begin with the last word, in any case.
 */
export function completions(text: string, environment: Environment): Completions {
  const word = /#?[\p{ID_Continue}$\u200c\u200d]*$/u.exec(text)![0];
  const start = text.length - word.length;
  const before = text.slice(0, start).trimEnd();
  const found =
    before.endsWith('.') && !/(^|[^\w$])\d+\.$/.test(before)
      ? members(before.slice(0, before.endsWith('?.') ? -2 : -1), environment)
      : names(environment);
  const items: Completion[] = [];
  for (const [label, kind] of found) {
    if (items.length >= MAX_ITEMS) break;
    if (label.toLowerCase().startsWith(word.toLowerCase())) items.push({ label, kind });
  }
  return { start, items };
}

type Found = Map<string, Completion['kind']>;

function names(environment: Environment): Found {
  const found: Found = new Map();
  for (const name of environment.names?.() ?? []) if (isName(name)) found.set(name, 'variable');
  if (environment.frame) found.set('$frame', 'variable');
  const machine = new Machine(environment);
  const { global } = machine.realm;
  if (global) addOwn(machine, global, found, 'variable');
  return found;
}

function members(text: string, environment: Environment): Found {
  const found: Found = new Map();
  const expression = lastOperand(text);
  if (expression === undefined) return found;
  try {
    const value = evaluate(expression, { ...environment, limits: { deadlineMs: DEADLINE } });
    const machine = new Machine(environment);
    addAll(machine, machine.heap.operand(value), found);
  } catch (error) {
    if (!(error instanceof DayAfterError)) throw error;
  }
  return found;
}

function addAll(machine: Machine, operand: Operand, found: Found): void {
  if (operand === undefined || operand === null) return;
  if (typeof operand === 'string') found.set('length', 'property');
  let at = isReference(operand) ? operand : machine.realm.prototype(classOf(operand));
  for (let i = 0; at && i < MAX_PROTOTYPES && found.size < MAX_ITEMS * 2; i++) {
    addOwn(machine, at, found, 'property');
    at = machine.objects.prototype(at);
  }
}

function addOwn(machine: Machine, object: Reference, found: Found, kind: 'variable' | 'property'): void {
  if (!(object instanceof DumpObject)) {
    for (const [key, slot] of madeEntries(object as Made, Number.MAX_SAFE_INTEGER)) {
      if (key instanceof Sym || arrayIndex(key) !== undefined || !isName(key)) continue;
      if (!found.has(key)) found.set(key, isCallable(slot.value) ? 'method' : kind);
    }
    return;
  }
  for (const property of machine.environment.inspector.named(object.value)) {
    const { name } = property;
    if (property.isSymbol || property.kind === 'internal' || found.has(name)) continue;
    if (!isName(property.kind === 'private' ? name.slice(1) : name)) continue;
    const isMethod =
      kind === 'property' && property.kind !== 'accessor' && isCallable(machine.heap.operand(property.value));
    found.set(name, isMethod ? 'method' : kind);
  }
}

function isName(text: string): boolean {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u.test(text);
}

/** The operand with its member chain and calls at the end of `text`; undefined if there is none. */
function lastOperand(text: string): string | undefined {
  const tokens: acorn.Token[] = [];
  try {
    for (const token of acorn.tokenizer(text, { ecmaVersion: 'latest' })) tokens.push(token);
  } catch {
    return undefined;
  }
  let at = tokens.length - 1;
  for (;;) {
    const closed = at;
    while (isCloser(tokens[at])) at = opener(tokens, at) - 1;
    const token = tokens[at];
    const isOperand =
      token !== undefined && (startsOperand(token) || token.type === acorn.tokTypes.privateId);
    // A parenthesis or an array that follows no operand is an operand itself.
    if (!isOperand) return at < closed ? text.slice(tokens[at + 1]!.start) : undefined;
    const previous = tokens[at - 1]?.type;
    if (previous !== acorn.tokTypes.dot && previous !== acorn.tokTypes.questionDot) {
      return text.slice(token.start);
    }
    at -= 2;
  }
}

function isCloser(token: acorn.Token | undefined): boolean {
  const { bracketR, parenR, braceR } = acorn.tokTypes;
  return token !== undefined && [bracketR, parenR, braceR].includes(token.type);
}

/** Index of the bracket that the one at `at` closes; 0 if there is none. */
function opener(tokens: readonly acorn.Token[], at: number): number {
  const { bracketL, parenL, braceL, dollarBraceL } = acorn.tokTypes;
  let depth = 0;
  for (let i = at; i >= 0; i--) {
    if (isCloser(tokens[i])) depth++;
    else if ([bracketL, parenL, braceL, dollarBraceL].includes(tokens[i]!.type) && --depth === 0) return i;
  }
  return 0;
}

function startsOperand(token: acorn.Token): boolean {
  const { name, num, string, regexp, _this, backQuote } = acorn.tokTypes;
  return [name, num, string, regexp, _this, backQuote].includes(token.type);
}
