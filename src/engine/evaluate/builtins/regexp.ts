import { createContext, Script } from 'node:vm';
import type { Machine } from '../machine.ts';
import { describe } from '../machine.ts';
import {
  DumpObject,
  done,
  isCallable,
  isReference,
  MadeArray,
  MadeIterator,
  MadeObject,
  MadeRegExp,
  type Operand,
  type Steps,
} from '../operand.ts';
import { host } from '../operators.ts';
import { bad, cancelled, refused } from '../refusal.ts';
import type { Intrinsic, Run } from './registry.ts';

/** A regular expression as pattern and flags; it is matched by a RegExp of our own. */
export interface Pattern {
  readonly source: string;
  readonly flags: string;
  readonly lastIndex: number;
  /** Sets lastIndex, where the evaluation may. */
  set(lastIndex: number): void;
}

/** The pattern of a RegExp; undefined for anything else. */
export function regExpOf(machine: Machine, operand: Operand): Pattern | undefined {
  if (operand instanceof MadeRegExp) {
    const { source, flags, lastIndex } = operand;
    return {
      source,
      flags,
      lastIndex,
      set: (index) => {
        operand.lastIndex = index;
      },
    };
  }
  if (!(operand instanceof DumpObject) || operand.subtype !== 'regexp') return undefined;
  const text = operand.preview.description;
  const end = text.lastIndexOf('/');
  const lastIndex = machine.heap.own(operand, 'lastIndex')?.value;
  return {
    source: text.slice(1, end),
    flags: text.slice(end + 1),
    lastIndex: typeof lastIndex === 'number' ? lastIndex : 0,
    set() {},
  };
}

function requirePattern(machine: Machine, operand: Operand, method: string): Pattern {
  const pattern = regExpOf(machine, operand);
  if (!pattern) throw bad(`${method} is called on ${describe(operand)}, which is not a RegExp`);
  return pattern;
}

/** One match: text and captures, and where it is. */
interface Match {
  readonly parts: readonly (string | undefined)[];
  readonly index: number;
  readonly groups: Readonly<Record<string, string | undefined>> | undefined;
  readonly indices: readonly ([number, number] | undefined)[] | undefined;
}

const matcher = new Script(
  `
  expression.lastIndex = start;
  const found = [];
  for (let match; found.length < most && (match = expression.exec(text)) !== null; ) {
    found.push(match);
    if (!sweep) break;
    if (match[0] === '') {
      const point = unicode ? text.codePointAt(expression.lastIndex) : 0;
      expression.lastIndex += point > 0xffff ? 2 : 1;
    }
  }
  found;
`
    .replace(/^/, '{')
    .replace(/$/, '}'),
);

const context = createContext(Object.create(null), { codeGeneration: { strings: false, wasm: false } });

const MOST_MATCHES = 1_000_000;

/**
 * Matches, all of them (`sweep`) or the first. The engine's own backtracking is bounded by the time that is
 * left, through the interrupts of node:vm; the pattern is data there, and no code is made from it.
 */
function run(machine: Machine, pattern: Pattern, text: string, start: number, sweep: boolean): Match[] {
  const expression = compile(pattern);
  Object.assign(context, {
    expression,
    text,
    start,
    sweep,
    most: MOST_MATCHES,
    unicode: /[uv]/.test(pattern.flags),
  });
  let found: RegExpExecArray[];
  try {
    found = matcher.runInContext(context, { timeout: machine.meter.remaining });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') {
      throw cancelled(`matching /${pattern.source}/ took too long`);
    }
    throw error instanceof RangeError || error instanceof SyntaxError ? bad(error.message) : error;
  } finally {
    Object.assign(context, { expression: undefined, text: undefined });
  }
  if (found.length === MOST_MATCHES) throw refused('there are more matches than are evaluated');
  machine.meter.allocate(found.length * 100);
  return found.map((match) => ({
    parts: [...match],
    index: match.index,
    groups: match.groups,
    indices: match.indices && [...match.indices],
  }));
}

function compile(pattern: Pattern): RegExp {
  return host(() => new RegExp(pattern.source, pattern.flags));
}

const isGlobal = (pattern: Pattern) => pattern.flags.includes('g');
const isSticky = (pattern: Pattern) => pattern.flags.includes('y');

/** RegExpBuiltinExec */
function exec(machine: Machine, pattern: Pattern, text: string): Match | undefined {
  const moves = isGlobal(pattern) || isSticky(pattern);
  const start = moves ? pattern.lastIndex : 0;
  const match = start > text.length ? undefined : run(machine, pattern, text, start, false)[0];
  if (moves) pattern.set(match ? match.index + match.parts[0]!.length : 0);
  return match;
}

/** All matches of a global pattern, or the one of another. */
function all(machine: Machine, pattern: Pattern, text: string): Match[] {
  if (!isGlobal(pattern)) {
    const match = exec(machine, pattern, text);
    return match ? [match] : [];
  }
  pattern.set(0);
  return run(machine, pattern, text, 0, true);
}

function matchArray(match: Match | undefined, text: string): Operand {
  if (!match) return null;
  const array = new MadeArray([...match.parts]);
  const put = (key: string, value: Operand) => array.properties.set(key, { value, enumerable: true });
  put('index', match.index);
  put('input', text);
  put('groups', groupsObject(match.groups));
  if (match.indices)
    put('indices', new MadeArray(match.indices.map((pair) => pair && new MadeArray([...pair]))));
  return array;
}

function groupsObject(groups: Match['groups']): Operand {
  if (!groups) return undefined;
  const object = new MadeObject();
  object.prototype = null;
  for (const [name, value] of Object.entries(groups)) object.put(name, value);
  return object;
}

function* replace(machine: Machine, pattern: Pattern, text: string, replacement: Operand): Steps<string> {
  const fn = isCallable(replacement) ? replacement : undefined;
  const template = fn ? '' : yield* machine.toString(replacement);
  let result = '';
  let from = 0;
  for (const match of all(machine, pattern, text)) {
    if (machine.meter.tick()) yield;
    const matched = match.parts[0]!;
    let part: string;
    if (fn) {
      const groups = groupsObject(match.groups);
      const args: Operand[] = [...match.parts, match.index, text];
      if (groups !== undefined) args.push(groups);
      part = yield* machine.toString(yield* machine.call(fn, undefined, args));
    } else {
      part = expand(template, match, text);
    }
    machine.meter.text(result.length + part.length + text.length, part.length + 16);
    result += text.slice(from, match.index) + part;
    from = match.index + matched.length;
  }
  return result + text.slice(from);
}

/** GetSubstitution */
function expand(template: string, match: Match, text: string): string {
  const { parts, index, groups } = match;
  return template.replace(/\$(?:([$&`'])|(\d\d?)|<([^>]*)>)/g, (mark, sign, digits, name) => {
    if (sign === '$') return '$';
    if (sign === '&') return parts[0]!;
    if (sign === '`') return text.slice(0, index);
    if (sign === "'") return text.slice(index + parts[0]!.length);
    if (name !== undefined) return groups ? (groups[name] ?? '') : mark;
    const two = Number(digits);
    if (two >= 1 && two < parts.length) return parts[two] ?? '';
    const one = Number(digits[0]);
    if (digits.length === 2 && one >= 1 && one < parts.length) return (parts[one] ?? '') + digits[1];
    return mark;
  });
}

export const replaceWith = {
  replace,
  match(machine: Machine, pattern: Pattern, text: string): Operand {
    if (!isGlobal(pattern)) return matchArray(exec(machine, pattern, text), text);
    const found = all(machine, pattern, text);
    return found.length === 0 ? null : machine.array(found.map((match) => match.parts[0]));
  },
  matchAll(machine: Machine, pattern: Pattern, text: string): Operand {
    if (!isGlobal(pattern)) throw bad('String.prototype.matchAll called with a non-global RegExp argument');
    const found = run(machine, pattern, text, pattern.lastIndex, true).values();
    return new MadeIterator('RegExp String Iterator', () => {
      const step = found.next();
      return step.done ? done : matchArray(step.value, text);
    });
  },
  search(machine: Machine, pattern: Pattern, text: string): Operand {
    return (
      run(machine, { ...pattern, flags: pattern.flags.replace('g', '') }, text, 0, false)[0]?.index ?? -1
    );
  },
};

/** RegExp.prototype[Symbol.split] */
export function splitBy(machine: Machine, pattern: Pattern, text: string, limit: number): Operand {
  if (limit === 0) return machine.array([]);
  const sweeping = { ...pattern, flags: `${pattern.flags.replace(/[gy]/g, '')}g` };
  const matches = run(machine, sweeping, text, 0, true);
  if (text === '') return machine.array(matches.length > 0 ? [] : ['']);
  const parts: Operand[] = [];
  let from = 0;
  for (const match of matches) {
    const end = match.index + match.parts[0]!.length;
    if (match.index >= text.length || (end === from && match.parts[0] === '')) continue;
    parts.push(text.slice(from, match.index), ...match.parts.slice(1));
    from = end;
    if (parts.length >= limit) return machine.array(parts.slice(0, limit));
  }
  parts.push(text.slice(from));
  return machine.array(parts.slice(0, limit));
}

const letters = {
  dotAll: 's',
  global: 'g',
  hasIndices: 'd',
  ignoreCase: 'i',
  multiline: 'm',
  sticky: 'y',
  unicode: 'u',
  unicodeSets: 'v',
} as const;

const makeRegExp: Run = function* (machine, _self, args) {
  const given = regExpOf(machine, args[0]);
  if (!given && isReference(args[0])) throw refused('RegExp is made of text or of a RegExp only');
  const source = given?.source ?? (args[0] === undefined ? '(?:)' : yield* machine.toString(args[0]));
  const flags = args[1] === undefined ? (given?.flags ?? '') : yield* machine.toString(args[1]);
  const compiled = host(() => new RegExp(source, flags));
  return new MadeRegExp(compiled.source, compiled.flags);
};

const capital = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);

/** `ofPrototype` is what RegExp.prototype itself gives, which is no regular expression. */
function getter(name: string, read: (pattern: Pattern) => Operand, ofPrototype?: string): Intrinsic {
  return {
    builtin: `RegExpPrototype${capital(name)}Getter`,
    path: `RegExp.prototype.${name}`,
    get: (machine, self) => {
      const prototype = machine.realm.prototype('RegExp');
      const isPrototype =
        prototype instanceof DumpObject && self instanceof DumpObject && self.word === prototype.word;
      return isPrototype ? ofPrototype : read(requirePattern(machine, self, `RegExp.prototype.${name}`));
    },
  };
}

export const regExpIntrinsics: readonly Intrinsic[] = [
  { builtin: 'RegExpConstructor', path: 'RegExp', run: makeRegExp, construct: makeRegExp },
  ...Object.entries(letters).map(([name, letter]) => getter(name, ({ flags }) => flags.includes(letter))),
  getter('flags', ({ flags }) => [...flags].sort().join(''), ''),
  getter('source', ({ source }) => source, '(?:)'),
  {
    builtin: 'RegExpPrototypeExec',
    path: 'RegExp.prototype.exec',
    *run(machine, self, args) {
      const text = yield* machine.toString(args[0]);
      return matchArray(exec(machine, requirePattern(machine, self, 'RegExp.prototype.exec'), text), text);
    },
  },
  {
    builtin: 'RegExpPrototypeTest',
    path: 'RegExp.prototype.test',
    *run(machine, self, args) {
      const text = yield* machine.toString(args[0]);
      return exec(machine, requirePattern(machine, self, 'RegExp.prototype.test'), text) !== undefined;
    },
  },
  {
    builtin: 'RegExpPrototypeToString',
    path: 'RegExp.prototype.toString',
    *run(machine, self) {
      const { source, flags } = requirePattern(machine, self, 'RegExp.prototype.toString');
      return `/${source}/${flags}`;
    },
  },
];
