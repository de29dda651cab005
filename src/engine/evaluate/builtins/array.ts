import { type Elements, elementsOf, sameKind, typedArrayClass } from '../elements.ts';
import { elementsCursor } from '../iteration.ts';
import type { Machine } from '../machine.ts';
import {
  DumpObject,
  done,
  hole,
  isCallable,
  MadeArray,
  MadeIterator,
  type Operand,
  Pending,
  type Steps,
} from '../operand.ts';
import { sameValueZero, strictEqual, toBoolean } from '../operators.ts';
import { bad } from '../refusal.ts';
import type { Intrinsic, Run } from './registry.ts';
import { sorted } from './sort.ts';

type Item = Operand | typeof hole;

/** An implementation that serves Array.prototype and %TypedArray%.prototype alike. */
type Method = (
  machine: Machine,
  self: Operand,
  args: readonly Operand[],
  elements: Elements,
) => Steps<Operand>;

const plain = (item: Item): Operand => (item === hole ? undefined : item);

/** Calls `args[0]` for the elements in order until `each` gives false. */
function* visit(
  machine: Machine,
  self: Operand,
  args: readonly Operand[],
  elements: Elements,
  options: { readonly holes: boolean; readonly backwards?: boolean },
  each: (result: Operand, element: Operand, index: number) => boolean | undefined,
): Steps<void> {
  const call = machine.caller(args[0], args[1]);
  for (let n = 0; n < elements.length; n++) {
    if (machine.meter.tick()) yield;
    const index = options.backwards ? elements.length - 1 - n : n;
    const item = elements.at(index);
    if (item === hole && !options.holes) continue;
    const called = call([plain(item), index, self]);
    const result = called instanceof Pending ? yield* called.steps : called;
    if (each(result, plain(item), index) === false) return;
  }
}

function finder(
  backwards: boolean,
  give: (element: Operand, index: number) => Operand,
  none: Operand,
): Method {
  return function* (machine, self, args, elements) {
    let found = none;
    yield* visit(machine, self, args, elements, { holes: true, backwards }, (result, element, index) => {
      if (!toBoolean(result)) return true;
      found = give(element, index);
      return false;
    });
    return found;
  };
}

function quantifier(stopAt: boolean): Method {
  return function* (machine, self, args, elements) {
    let answer = !stopAt;
    yield* visit(machine, self, args, elements, { holes: false }, (result) => {
      if (toBoolean(result) !== stopAt) return true;
      answer = stopAt;
      return false;
    });
    return answer;
  };
}

function reducer(backwards: boolean): Method {
  return function* (machine, self, args, elements) {
    const call = machine.caller(args[0]);
    let hasValue = args.length > 1;
    let value: Operand = args[1];
    for (let n = 0; n < elements.length; n++) {
      if (machine.meter.tick()) yield;
      const index = backwards ? elements.length - 1 - n : n;
      const item = elements.at(index);
      if (item === hole) continue;
      if (!hasValue) {
        value = item;
        hasValue = true;
        continue;
      }
      const called = call([value, item, index, self]);
      value = called instanceof Pending ? yield* called.steps : called;
    }
    if (!hasValue) throw bad('Reduce of empty array with no initial value');
    return value;
  };
}

function* relative(machine: Machine, value: Operand, length: number, absent: number): Steps<number> {
  const index = yield* machine.toInteger(value, absent);
  return index < 0 ? Math.max(length + index, 0) : Math.min(index, length);
}

function* copy(machine: Machine, elements: Elements, from = 0, to = elements.length): Steps<Item[]> {
  const items: Item[] = [];
  for (let i = from; i < to; i++) {
    if (machine.meter.tick()) yield;
    machine.meter.allocate(16);
    items.push(elements.at(i));
  }
  return items;
}

function searcher(
  backwards: boolean,
  same: (a: Operand, b: Operand) => boolean,
  give: (index: number) => Operand,
  holes: boolean,
): Method {
  return function* (machine, _self, args, elements) {
    const { length } = elements;
    let start: number;
    if (backwards) {
      const from = args.length > 1 ? yield* machine.toInteger(args[1]) : length - 1;
      start = from < 0 ? length + from : Math.min(from, length - 1);
    } else {
      start = yield* relative(machine, args[1], length, 0);
    }
    const step = backwards ? -1 : 1;
    for (let i = start; i >= 0 && i < length; i += step) {
      if (machine.meter.tick()) yield;
      const item = elements.at(i);
      if (item === hole && !holes) continue;
      if (same(plain(item), args[0])) return give(i);
    }
    return give(-1);
  };
}

function* joinElements(
  machine: Machine,
  elements: Elements,
  separator: string,
  self: Operand,
): Steps<string> {
  if (machine.joining.some((other) => strictEqual(other, self))) return '';
  machine.joining.push(self);
  machine.meter.enter();
  try {
    const parts: string[] = [];
    let length = 0;
    for (let i = 0; i < elements.length; i++) {
      if (machine.meter.tick()) yield;
      const item = plain(elements.at(i));
      const text = item === undefined || item === null ? '' : yield* machine.toString(item);
      length += text.length + separator.length;
      machine.meter.text(length - separator.length, text.length + 16);
      parts.push(text);
    }
    return parts.join(separator);
  } finally {
    machine.meter.leave();
    machine.joining.pop();
  }
}

const shared: Readonly<Record<string, Method>> = {
  *at(machine, _self, args, elements) {
    const index = yield* machine.toInteger(args[0]);
    const at = index < 0 ? elements.length + index : index;
    return at < 0 || at >= elements.length ? undefined : plain(elements.at(at));
  },
  *entries(machine, self) {
    const next = yield* elementsCursor(machine, self);
    let index = 0;
    return new MadeIterator('Array Iterator', () => {
      const element = next();
      return element === done ? done : machine.array([index++, element as Operand]);
    });
  },
  every: quantifier(false),
  *filter(machine, self, args, elements) {
    const kept: Item[] = [];
    yield* visit(machine, self, args, elements, { holes: false }, (result, element) => {
      if (toBoolean(result)) kept.push(element);
    });
    return yield* sameKind(machine, self, kept);
  },
  find: finder(false, (element) => element, undefined),
  findIndex: finder(false, (_, index) => index, -1),
  findLast: finder(true, (element) => element, undefined),
  findLastIndex: finder(true, (_, index) => index, -1),
  *forEach(machine, self, args, elements) {
    yield* visit(machine, self, args, elements, { holes: false }, () => true);
    return undefined;
  },
  includes: searcher(false, sameValueZero, (index) => index >= 0, true),
  indexOf: searcher(false, strictEqual, (index) => index, false),
  *join(machine, self, args, elements) {
    const separator = args[0] === undefined ? ',' : yield* machine.toString(args[0]);
    return yield* joinElements(machine, elements, separator, self);
  },
  *keys(_machine, _self, _args, elements) {
    let index = 0;
    return new MadeIterator('Array Iterator', () => (index < elements.length ? index++ : done));
  },
  lastIndexOf: searcher(true, strictEqual, (index) => index, false),
  *map(machine, self, args, elements) {
    const isTyped = typedArrayClass(self) !== undefined;
    if (!isTyped && elements.length > 0xffffffff) throw bad('Invalid array length');
    const mapped: Item[] = [];
    yield* visit(machine, self, args, elements, { holes: isTyped }, (result, _, index) => {
      while (mapped.length < index) pushHole(machine, mapped);
      machine.meter.allocate(16);
      mapped.push(result);
    });
    while (mapped.length < elements.length) pushHole(machine, mapped);
    return yield* sameKind(machine, self, mapped);
  },
  reduce: reducer(false),
  reduceRight: reducer(true),
  *slice(machine, self, args, elements) {
    const from = yield* relative(machine, args[0], elements.length, 0);
    const to = yield* relative(machine, args[1], elements.length, elements.length);
    return yield* sameKind(machine, self, yield* copy(machine, elements, from, to));
  },
  some: quantifier(true),
  *toReversed(machine, self, _args, elements) {
    const items = (yield* copy(machine, elements)).map(plain).reverse();
    return yield* fresh(machine, self, items);
  },
  *toSorted(machine, self, args, elements) {
    if (args[0] !== undefined && !isCallable(args[0])) {
      throw bad('The comparison function must be either a function or undefined');
    }
    const items = (yield* copy(machine, elements)).map(plain);
    const numeric = typedArrayClass(self) !== undefined;
    return yield* fresh(machine, self, yield* sorted(machine, items, args[0], numeric));
  },
  *values(machine, self) {
    return new MadeIterator('Array Iterator', yield* elementsCursor(machine, self));
  },
  *with(machine, self, args, elements) {
    const index = yield* machine.toInteger(args[0]);
    const at = index < 0 ? elements.length + index : index;
    if (at < 0 || at >= elements.length) throw bad('Invalid index : out of range');
    const items = (yield* copy(machine, elements)).map(plain);
    items[at] = args[1];
    return yield* fresh(machine, self, items);
  },
};

function pushHole(machine: Machine, items: Item[]): void {
  machine.meter.tick();
  machine.meter.allocate(16);
  items.push(hole);
}

/** The toSorted family ignores species: plain arrays, or typed arrays of the same class. */
function* fresh(machine: Machine, self: Operand, items: Item[]): Steps<Operand> {
  return typedArrayClass(self) ? yield* sameKind(machine, self, items) : machine.array(items);
}

const toText: Method = function* (machine, self, _args, elements) {
  const join = machine.get(self, 'join');
  if (isCallable(join)) return yield* machine.call(join, self, [], 'its join');
  return yield* joinElements(machine, elements, ',', self);
};

const arrayOnly: Readonly<Record<string, Method>> = {
  *concat(machine, self, args) {
    const items: Item[] = [];
    for (const part of [self, ...args]) {
      if (!(yield* isSpreadable(machine, part))) {
        items.push(part);
        continue;
      }
      for (const item of yield* copy(machine, yield* elementsOf(machine, part))) items.push(item);
    }
    return yield* sameKind(machine, self, items);
  },
  *flat(machine, self, args, elements) {
    const depth = args[0] === undefined ? 1 : yield* machine.toInteger(args[0]);
    const items: Item[] = [];
    yield* flatten(machine, elements, depth, items);
    return yield* sameKind(machine, self, items);
  },
  *flatMap(machine, self, args, elements) {
    const results: Operand[] = [];
    yield* visit(machine, self, args, elements, { holes: false }, (result) => {
      machine.meter.allocate(16);
      results.push(result);
    });
    const items: Item[] = [];
    yield* flatten(machine, yield* elementsOf(machine, new MadeArray(results)), 1, items);
    return yield* sameKind(machine, self, items);
  },
  *toSpliced(machine, _self, args, elements) {
    const start = yield* relative(machine, args[0], elements.length, 0);
    const rest = elements.length - start;
    const skip =
      args.length === 0
        ? 0
        : args.length === 1
          ? rest
          : Math.min(Math.max(yield* machine.toInteger(args[1]), 0), rest);
    const head = yield* copy(machine, elements, 0, start);
    const tail = yield* copy(machine, elements, start + skip);
    return machine.array([...head, ...args.slice(2), ...tail].map(plain));
  },
  toString: toText,
};

function* isSpreadable(machine: Machine, value: Operand): Steps<boolean> {
  if (!(value instanceof DumpObject || value instanceof MadeArray)) return false;
  const flag = machine.get(value, machine.realm.symbol('isConcatSpreadable'));
  return flag === undefined ? isArray(value) : toBoolean(flag);
}

/** Flattens to a depth, with a stack of its own: nested arrays may be deeper than ours, or cyclic. */
function* flatten(machine: Machine, elements: Elements, depth: number, items: Item[]): Steps<void> {
  const stack = [{ elements, index: 0 }];
  for (let top = stack.at(-1); top; top = stack.at(-1)) {
    if (machine.meter.tick()) yield;
    if (top.index >= top.elements.length) {
      stack.pop();
      continue;
    }
    const item = top.elements.at(top.index++);
    if (item === hole) continue;
    machine.meter.allocate(16);
    if (stack.length <= depth && isArray(item)) {
      stack.push({ elements: yield* elementsOf(machine, item), index: 0 });
    } else {
      items.push(item);
    }
  }
}

export function isArray(value: Operand): boolean {
  return value instanceof MadeArray || (value instanceof DumpObject && value.subtype === 'array');
}

/** Methods whose builtins V8 names without "Prototype". */
const withoutPrototype: ReadonlySet<string> = new Set([
  'concat',
  'every',
  'filter',
  'forEach',
  'includes',
  'indexOf',
  'map',
  'reduce',
  'reduceRight',
  'some',
]);

function capital(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

function withElements(method: Method): Run {
  return function* (machine, self, args) {
    return yield* method(machine, self, args, yield* elementsOf(machine, self));
  };
}

export const arrayIntrinsics: readonly Intrinsic[] = [
  ...Object.entries({ ...shared, ...arrayOnly }).map(([name, method]) => ({
    builtin: withoutPrototype.has(name)
      ? [`Array${capital(name)}`, `ArrayPrototype${capital(name)}`]
      : `ArrayPrototype${capital(name)}`,
    path: `Array.prototype.${name}`,
    run: withElements(method),
  })),
  ...Object.entries(shared).map(([name, method]) => ({
    builtin: `TypedArrayPrototype${capital(name)}`,
    path: `TypedArray.prototype.${name}`,
    run: withElements(method),
  })),
  { builtin: [], path: 'Array.prototype[Symbol.iterator]', run: withElements(shared.values!) },
  { builtin: [], path: 'TypedArray.prototype[Symbol.iterator]', run: withElements(shared.values!) },
];
