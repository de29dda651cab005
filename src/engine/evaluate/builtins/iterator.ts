import { iteratorCursor } from '../iteration.ts';
import type { Machine } from '../machine.ts';
import {
  type Cursor,
  done,
  MadeIterator,
  MadeObject,
  type Operand,
  Pending,
  type Steps,
} from '../operand.ts';
import { toBoolean } from '../operators.ts';
import { bad } from '../refusal.ts';
import type { Intrinsic, Run } from './registry.ts';

type Element = Operand | typeof done;

/** The next element of a cursor. */
export function* step(next: Cursor): Steps<Element> {
  const element = next();
  return element instanceof Pending ? yield* element.steps : element;
}

function helper(cursor: () => Steps<Element>): MadeIterator {
  return new MadeIterator('Iterator Helper', () => new Pending(cursor()));
}

function* call(machine: Machine, fn: Operand, args: Operand[]): Steps<Operand> {
  const called = machine.caller(fn)(args);
  return called instanceof Pending ? yield* called.steps : called;
}

function* limit(machine: Machine, value: Operand): Steps<number> {
  const number = yield* machine.toNumber(value);
  if (Number.isNaN(number) || number < 0) throw bad(`${number} must be positive`);
  return Math.trunc(number);
}

type Method = (machine: Machine, next: Cursor, args: readonly Operand[]) => Steps<Operand>;

function* each(
  machine: Machine,
  next: Cursor,
  fn: Operand,
  see: (result: Operand, element: Operand) => boolean | undefined,
): Steps<void> {
  for (let index = 0; ; index++) {
    if (machine.meter.tick()) yield;
    const element = yield* step(next);
    if (element === done) return;
    if (see(yield* call(machine, fn, [element, index]), element) === false) return;
  }
}

const methods: Readonly<Record<string, Method>> = {
  *map(machine, next, args) {
    machine.caller(args[0]);
    let index = 0;
    return helper(function* () {
      const element = yield* step(next);
      return element === done ? done : yield* call(machine, args[0], [element, index++]);
    });
  },
  *filter(machine, next, args) {
    machine.caller(args[0]);
    let index = 0;
    return helper(function* () {
      for (;;) {
        if (machine.meter.tick()) yield;
        const element = yield* step(next);
        if (element === done || toBoolean(yield* call(machine, args[0], [element, index++]))) return element;
      }
    });
  },
  *take(machine, next, args) {
    let left = yield* limit(machine, args[0]);
    return helper(function* () {
      return left-- > 0 ? yield* step(next) : done;
    });
  },
  *drop(machine, next, args) {
    let left = yield* limit(machine, args[0]);
    return helper(function* () {
      for (; left > 0; left--) {
        if (machine.meter.tick()) yield;
        if ((yield* step(next)) === done) return done;
      }
      return yield* step(next);
    });
  },
  *flatMap(machine, next, args) {
    machine.caller(args[0]);
    let index = 0;
    let inner: Cursor | undefined;
    return helper(function* () {
      for (;;) {
        if (machine.meter.tick()) yield;
        if (inner) {
          const element = yield* step(inner);
          if (element !== done) return element;
          inner = undefined;
        }
        const outer = yield* step(next);
        if (outer === done) return done;
        inner = yield* machine.cursor(yield* call(machine, args[0], [outer, index++]));
      }
    });
  },
  *toArray(machine, next) {
    const items: Operand[] = [];
    for (;;) {
      if (machine.meter.tick()) yield;
      const element = yield* step(next);
      if (element === done) return machine.array(items);
      machine.meter.allocate(16);
      items.push(element);
    }
  },
  *forEach(machine, next, args) {
    yield* each(machine, next, args[0], () => true);
    return undefined;
  },
  *some(machine, next, args) {
    let found = false;
    yield* each(machine, next, args[0], (result) => {
      found = toBoolean(result);
      return !found;
    });
    return found;
  },
  *every(machine, next, args) {
    let holds = true;
    yield* each(machine, next, args[0], (result) => {
      holds = toBoolean(result);
      return holds;
    });
    return holds;
  },
  *find(machine, next, args) {
    let found: Operand;
    yield* each(machine, next, args[0], (result, element) => {
      if (!toBoolean(result)) return true;
      found = element;
      return false;
    });
    return found;
  },
  *reduce(machine, next, args) {
    let value: Operand = args[1];
    let index = 0;
    if (args.length < 2) {
      const first = yield* step(next);
      if (first === done) throw bad('Reduce of a done iterator with no initial value');
      value = first;
      index = 1;
    }
    for (; ; index++) {
      if (machine.meter.tick()) yield;
      const element = yield* step(next);
      if (element === done) return value;
      value = yield* call(machine, args[0], [value, element, index]);
    }
  },
};

const next: Run = function* (_machine, self) {
  if (!(self instanceof MadeIterator)) throw bad('next is called on an iterator of the evaluation only');
  const element = yield* step(self.next);
  const result = new MadeObject();
  result.put('value', element === done ? undefined : element);
  result.put('done', element === done);
  return result;
};

export const iteratorIntrinsics: readonly Intrinsic[] = [
  { builtin: [], path: 'Iterator.prototype.next', run: next },
  {
    builtin: 'IteratorPrototypeGetConstructor',
    path: 'Iterator.prototype.constructor',
    get: (machine) => machine.realm.global && machine.get(machine.realm.global, 'Iterator'),
  },
  {
    builtin: 'IteratorPrototypeGetToStringTag',
    path: 'Iterator.prototype[Symbol.toStringTag]',
    get: () => 'Iterator',
  },
  ...Object.entries(methods).map(([name, method]) => ({
    builtin: `IteratorPrototype${name.charAt(0).toUpperCase()}${name.slice(1)}`,
    path: `Iterator.prototype.${name}`,
    *run(machine: Machine, self: Operand, args: readonly Operand[]): Steps<Operand> {
      return yield* method(machine, iteratorCursor(machine, self), args);
    },
  })),
];
