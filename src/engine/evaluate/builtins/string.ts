import { describe, type Machine } from '../machine.ts';
import { done, isCallable, isReference, MadeIterator, type Operand, type Steps, Sym } from '../operand.ts';
import { host } from '../operators.ts';
import { bad, refused } from '../refusal.ts';
import { primitiveOf } from './number.ts';
import { regExpOf, replaceWith, splitBy } from './regexp.ts';
import type { Intrinsic, Run } from './registry.ts';

/** RequireObjectCoercible and ToString of the receiver. */
function* textOf(machine: Machine, self: Operand, method: string): Steps<string> {
  if (self === undefined || self === null)
    throw bad(`String.prototype.${method} called on null or undefined`);
  return yield* machine.toString(self);
}

/** Kinds of parameters: s text, n integer (or undefined). */
type Signature = string;

/** Methods that the host runs on the text, with the parameters that they take. */
const direct: Readonly<Record<string, Signature>> = {
  at: 'n',
  charAt: 'n',
  charCodeAt: 'n',
  codePointAt: 'n',
  endsWith: 'sn',
  includes: 'sn',
  indexOf: 'sn',
  isWellFormed: '',
  lastIndexOf: 'sn',
  localeCompare: 's',
  normalize: 's',
  slice: 'nn',
  startsWith: 'sn',
  substr: 'nn',
  substring: 'nn',
  toLocaleLowerCase: '',
  toLocaleUpperCase: '',
  toLowerCase: '',
  toUpperCase: '',
  toWellFormed: '',
  trim: '',
  trimEnd: '',
  trimStart: '',
};

/** V8's names where they are not "StringPrototype" and the method's. */
const builtins: Readonly<Record<string, readonly string[]>> = {
  localeCompare: ['StringPrototypeLocaleCompare', 'StringPrototypeLocaleCompareIntl'],
  normalize: ['StringPrototypeNormalizeIntl', 'StringPrototypeNormalize'],
  toLowerCase: ['StringPrototypeToLowerCaseIntl', 'StringPrototypeToLowerCase'],
  toUpperCase: ['StringPrototypeToUpperCaseIntl', 'StringPrototypeToUpperCase'],
};

const capital = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);

function directMethod(name: string, signature: Signature): Run {
  return function* (machine, self, args) {
    const text = yield* textOf(machine, self, name);
    const values: (string | number | undefined)[] = [];
    const isSearch = /^(endsWith|includes|startsWith)$/.test(name);
    if (isSearch && regExpOf(machine, args[0])) {
      throw bad(`First argument to String.prototype.${name} must not be a regular expression`);
    }
    for (let i = 0; i < Math.min(signature.length, args.length); i++) {
      const arg = args[i];
      if (signature[i] === 's') values.push(yield* optionalText(machine, name, arg));
      else values.push(arg === undefined ? undefined : yield* position(machine, name, arg));
    }
    if (name === 'normalize') machine.meter.text(text.length * 4);
    refuseLongSearch(text, values[0]);
    const method = String.prototype[name as 'at'] as unknown as (...values: unknown[]) => Operand;
    const result = host(() => method.apply(text, values));
    if (typeof result === 'string') machine.meter.text(result.length);
    return result;
  };
}

/** Searches of the host cannot be stopped, and may take the product of both lengths. */
function refuseLongSearch(text: string, search: unknown): void {
  if (typeof search === 'string' && search.length > 1000 && text.length * search.length > 1e10) {
    throw refused('the text to look for is too long');
  }
}

function* optionalText(machine: Machine, name: string, arg: Operand): Steps<string | undefined> {
  return arg === undefined && name === 'normalize' ? undefined : yield* machine.toString(arg);
}

/** lastIndexOf takes NaN for "from the end". */
function* position(machine: Machine, name: string, arg: Operand): Steps<number> {
  return name === 'lastIndexOf' ? yield* machine.toNumber(arg) : yield* machine.toInteger(arg);
}

function padder(name: 'padStart' | 'padEnd'): Run {
  return function* (machine, self, args) {
    const text = yield* textOf(machine, self, name);
    const length = yield* machine.toInteger(args[0]);
    const filler = args[1] === undefined ? ' ' : yield* machine.toString(args[1]);
    if (filler !== '' && length > text.length) machine.meter.text(length);
    return text[name](length, filler);
  };
}

const methods: Readonly<Record<string, Run>> = {
  *concat(machine, self, args) {
    let text = yield* textOf(machine, self, 'concat');
    for (const arg of args) {
      const part = yield* machine.toString(arg);
      machine.meter.text(text.length + part.length, part.length);
      text += part;
    }
    return text;
  },
  padEnd: padder('padEnd'),
  padStart: padder('padStart'),
  *repeat(machine, self, args) {
    const text = yield* textOf(machine, self, 'repeat');
    const count = yield* machine.toInteger(args[0]);
    if (count >= 0) machine.meter.text(text.length * count);
    return host(() => text.repeat(count));
  },
  replace: replacer(false),
  replaceAll: replacer(true),
  *split(machine, self, args) {
    const text = yield* textOf(machine, self, 'split');
    const limit = args[1] === undefined ? 2 ** 32 - 1 : (yield* machine.toNumber(args[1])) >>> 0;
    if (args[0] === undefined) return machine.array(limit === 0 ? [] : [text]);
    const regExp = regExpOf(machine, args[0]);
    if (regExp) return splitBy(machine, regExp, text, limit);
    const separator = yield* machine.toString(args[0]);
    refuseLongSearch(text, separator);
    machine.meter.text(text.length);
    if (separator === '') machine.meter.allocate(text.length * 24);
    return machine.array(text.split(separator, limit));
  },
  *match(machine, self, args) {
    return yield* matching(machine, self, args, 'match');
  },
  *matchAll(machine, self, args) {
    return yield* matching(machine, self, args, 'matchAll');
  },
  *search(machine, self, args) {
    return yield* matching(machine, self, args, 'search');
  },
};

function* matching(
  machine: Machine,
  self: Operand,
  args: readonly Operand[],
  name: 'match' | 'matchAll' | 'search',
): Steps<Operand> {
  const text = yield* textOf(machine, self, name);
  const given = regExpOf(machine, args[0]);
  if (!given && isReference(args[0])) throw refused(`${name} with ${describe(args[0])} is not evaluated`);
  const source = given || args[0] === undefined ? '' : yield* machine.toString(args[0]);
  const regExp = given ?? {
    source: source || '(?:)',
    flags: name === 'matchAll' ? 'g' : '',
    lastIndex: 0,
    set: () => {},
  };
  return replaceWith[name](machine, regExp, text);
}

function replacer(all: boolean): Run {
  const name = all ? 'replaceAll' : 'replace';
  return function* (machine, self, args) {
    const text = yield* textOf(machine, self, name);
    const regExp = regExpOf(machine, args[0]);
    if (regExp) {
      if (all && !regExp.flags.includes('g')) throw bad('replaceAll must be called with a global RegExp');
      return yield* replaceWith.replace(machine, regExp, text, args[1]);
    }
    const search = yield* machine.toString(args[0]);
    refuseLongSearch(text, search);
    const fn = isCallable(args[1]) ? args[1] : undefined;
    const template = fn ? '' : yield* machine.toString(args[1]);
    const places: number[] = [];
    for (let at = text.indexOf(search); at >= 0; at = text.indexOf(search, at + Math.max(1, search.length))) {
      machine.meter.tick();
      machine.meter.allocate(16);
      places.push(at);
      if (!all || at + Math.max(1, search.length) > text.length) break;
    }
    let result = '';
    let from = 0;
    for (const at of places) {
      const part = fn
        ? yield* machine.toString(yield* machine.call(fn, undefined, [search, at, text]))
        : expand(template, search, text, at);
      machine.meter.text(result.length + part.length + text.length, part.length + 16);
      result += text.slice(from, at) + part;
      from = at + search.length;
    }
    return result + text.slice(from);
  };
}

/** GetSubstitution without captures. */
function expand(template: string, matched: string, text: string, at: number): string {
  return template.replace(/\$[$&`']/g, (mark) => {
    if (mark === '$$') return '$';
    if (mark === '$&') return matched;
    return mark === '$`' ? text.slice(0, at) : text.slice(at + matched.length);
  });
}

const textValue: Run = function* (machine, self) {
  return primitiveOf(machine, self, 'string', 'String.prototype.valueOf');
};

const symbolText: Run = function* (machine, self) {
  return `${primitiveOf(machine, self, 'symbol', 'Symbol.prototype.toString')}`;
};

function description(machine: Machine, self: Operand): Operand {
  return (primitiveOf(machine, self, 'symbol', 'Symbol.prototype.description') as Sym).description;
}

export const stringIntrinsics: readonly Intrinsic[] = [
  {
    builtin: 'StringConstructor',
    path: 'String',
    *run(machine, _self, args) {
      if (args.length === 0) return '';
      return args[0] instanceof Sym ? `${args[0]}` : yield* machine.toString(args[0]);
    },
  },
  ...Object.entries(direct).map(([name, signature]) => ({
    builtin: builtins[name] ?? `StringPrototype${capital(name)}`,
    path: `String.prototype.${name}`,
    run: directMethod(name, signature),
  })),
  ...Object.entries(methods).map(([name, run]) => ({
    builtin: `StringPrototype${capital(name)}`,
    path: `String.prototype.${name}`,
    run,
  })),
  { builtin: 'StringPrototypeToString', path: 'String.prototype.toString', run: textValue },
  { builtin: 'StringPrototypeValueOf', path: 'String.prototype.valueOf', run: textValue },
  {
    builtin: 'StringPrototypeIterator',
    path: 'String.prototype[Symbol.iterator]',
    *run(machine, self) {
      const text = yield* textOf(machine, self, '[Symbol.iterator]');
      let index = 0;
      return new MadeIterator('String Iterator', () => {
        if (index >= text.length) return done;
        const character = String.fromCodePoint(text.codePointAt(index)!);
        index += character.length;
        return character;
      });
    },
  },
  ...(['fromCharCode', 'fromCodePoint'] as const).map((name) => ({
    builtin: `String${capital(name)}`,
    path: `String.${name}`,
    *run(machine: Machine, _self: Operand, args: readonly Operand[]): Steps<Operand> {
      let text = '';
      for (const arg of args) {
        if (machine.meter.tick()) yield;
        const number = yield* machine.toNumber(arg);
        text += host(() => String[name](number));
      }
      return text;
    },
  })),
  {
    builtin: 'StringRaw',
    path: 'String.raw',
    *run(machine, _self, args) {
      const raw = machine.get(args[0], 'raw');
      const length = yield* machine.toInteger(machine.get(raw, 'length'));
      let text = '';
      for (let i = 0; i < length; i++) {
        if (machine.meter.tick()) yield;
        text += yield* machine.toString(machine.get(raw, String(i)));
        if (i + 1 < length && i + 1 < args.length) text += yield* machine.toString(args[i + 1]);
        machine.meter.text(text.length, 16);
      }
      return text;
    },
  },
  { builtin: 'SymbolPrototypeToString', path: 'Symbol.prototype.toString', run: symbolText },
  {
    builtin: ['SymbolPrototypeValueOf', 'SymbolPrototypeToPrimitive'],
    path: 'Symbol.prototype.valueOf',
    *run(machine, self) {
      return primitiveOf(machine, self, 'symbol', 'Symbol.prototype.valueOf');
    },
  },
  {
    builtin: 'SymbolPrototypeDescriptionGetter',
    path: 'Symbol.prototype.description',
    get: description,
    *run(machine, self) {
      return description(machine, self);
    },
  },
];
