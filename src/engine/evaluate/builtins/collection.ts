import { cursorFrom, entriesCursor, forEach } from '../iteration.ts';
import type { Machine } from '../machine.ts';
import { describe } from '../machine.ts';
import {
  type Cursor,
  DumpObject,
  identity,
  isReference,
  MadeArray,
  MadeIterator,
  MadeMap,
  MadeSet,
  type Operand,
  Pending,
  type Steps,
} from '../operand.ts';
import { need, sameValueZero } from '../operators.ts';
import { bad, refused } from '../refusal.ts';
import type { Intrinsic, Run } from './registry.ts';

type Kind = 'Map' | 'Set';
type Entry = [Operand, Operand];

/** Entries of a Map or Set; the two parts of a Set's are the same. */
function entries(
  machine: Machine,
  self: Operand,
  kind: Kind,
  method: string,
  pick: (e: Entry) => Operand,
): Cursor {
  if (kind === 'Map' && self instanceof MadeMap) {
    return cursorFrom(mapped(self.entries.values(), pick));
  }
  if (kind === 'Set' && self instanceof MadeSet) {
    return cursorFrom(mapped(self.entries.values(), (value) => pick([value, value])));
  }
  const object = collection(self, kind, method);
  return entriesCursor(machine, object, ([key, value]) =>
    pick(kind === 'Map' ? [key, value] : [value, value]),
  );
}

function* mapped<T>(items: Iterable<T>, pick: (item: T) => Operand): Generator<Operand> {
  for (const item of items) yield pick(item);
}

function collection(self: Operand, kind: Kind | 'WeakMap' | 'WeakSet', method: string): DumpObject {
  if (self instanceof DumpObject && self.subtype === kind.toLowerCase()) return self;
  throw bad(`Method ${kind}.prototype.${method} called on incompatible receiver ${describe(self)}`);
}

/** The entry with a key, by SameValueZero. */
function* lookUp(
  machine: Machine,
  self: Operand,
  kind: Kind,
  method: string,
  key: Operand,
): Steps<Entry | undefined> {
  need(key);
  if (self instanceof MadeMap && kind === 'Map') return self.entries.get(identity(key));
  if (self instanceof MadeSet && kind === 'Set')
    return self.entries.has(identity(key)) ? [key, key] : undefined;
  const object = collection(self, kind, method);
  return yield* machine.entryIndex(object, kind === 'Map').find(key);
}

function size(machine: Machine, self: Operand, kind: Kind): number {
  if (self instanceof MadeMap && kind === 'Map') return self.entries.size;
  if (self instanceof MadeSet && kind === 'Set') return self.entries.size;
  return machine.environment.inspector.counts(collection(self, kind, 'size').value).entries;
}

const iterators: Readonly<Record<string, (machine: Machine, entry: Entry) => Operand>> = {
  keys: (_, [key]) => key,
  values: (_, [, value]) => value,
  entries: (machine, [key, value]) => machine.array([key, value]),
};

function iteratorOf(kind: Kind, name: string): Run {
  return function* (machine, self) {
    const pick = iterators[name]!;
    const next = entries(machine, self, kind, name, (entry) => pick(machine, entry));
    return new MadeIterator(`${kind} Iterator`, next);
  };
}

function methodsOf(kind: Kind): Intrinsic[] {
  const path = (name: string) => `${kind}.prototype.${name}`;
  return [
    {
      builtin: `${kind}PrototypeHas`,
      path: path('has'),
      *run(machine, self, args) {
        return (yield* lookUp(machine, self, kind, 'has', args[0])) !== undefined;
      },
    },
    {
      builtin: `${kind}PrototypeGetSize`,
      path: path('size'),
      get: (machine, self) => size(machine, self, kind),
      *run(machine, self) {
        return size(machine, self, kind);
      },
    },
    {
      builtin: `${kind}PrototypeForEach`,
      path: path('forEach'),
      *run(machine, self, args) {
        const call = machine.caller(args[0], args[1]);
        const next = entries(
          machine,
          self,
          kind,
          'forEach',
          ([key, value]) => new MadeArray([value, key, self]),
        );
        yield* forEach(machine, next, function* (entry) {
          const called = call((entry as MadeArray).items as Operand[]);
          if (called instanceof Pending) yield* called.steps;
        });
        return undefined;
      },
    },
    ...(kind === 'Map' ? ['keys', 'values', 'entries'] : ['values', 'entries']).map((name) => ({
      builtin: `${kind}Prototype${name.charAt(0).toUpperCase()}${name.slice(1)}`,
      path: path(name),
      run: iteratorOf(kind, name),
    })),
    {
      builtin: [],
      path: `${kind}.prototype[Symbol.iterator]`,
      run: iteratorOf(kind, kind === 'Map' ? 'entries' : 'values'),
    },
  ];
}

/** A change of a collection: of one that the evaluation built, never of the dump's. */
function changed<T extends MadeMap | MadeSet>(
  kind: Kind,
  name: string,
  change: (machine: Machine, self: T, args: readonly Operand[]) => Operand,
): Intrinsic {
  return {
    builtin: `${kind}Prototype${name.charAt(0).toUpperCase()}${name.slice(1)}`,
    path: `${kind}.prototype.${name}`,
    *run(machine, self, args) {
      if (self instanceof MadeMap || self instanceof MadeSet) {
        if (self.className === kind) return change(machine, self as T, args);
      }
      throw refused(`${name} would change a ${kind} of the dump`, `copy it first: new ${kind}(…)`);
    },
  };
}

function put(machine: Machine, map: MadeMap, key: Operand, value: Operand): void {
  machine.meter.allocate(128);
  const id = identity(need(key));
  map.entries.set(id, [map.entries.get(id)?.[0] ?? (key === 0 ? 0 : key), value]);
}

function add(machine: Machine, set: MadeSet, value: Operand): void {
  machine.meter.allocate(128);
  const id = identity(need(value));
  if (!set.entries.has(id)) set.entries.set(id, value === 0 ? 0 : value);
}

function* newMap(machine: Machine, _self: Operand, args: readonly Operand[]): Steps<Operand> {
  const map = new MadeMap();
  if (args[0] === undefined || args[0] === null) return map;
  yield* forEach(machine, yield* machine.cursor(args[0]), function* (entry) {
    if (!isReference(entry)) throw bad(`Iterator value ${describe(entry)} is not an entry object`);
    put(machine, map, machine.get(entry, '0'), machine.get(entry, '1'));
  });
  return map;
}

function* newSet(machine: Machine, _self: Operand, args: readonly Operand[]): Steps<Operand> {
  const set = new MadeSet();
  if (args[0] === undefined || args[0] === null) return set;
  yield* forEach(machine, yield* machine.cursor(args[0]), function* (value) {
    add(machine, set, value);
  });
  return set;
}

/** Groups of an iterable by what a function gives: keys in order of appearance. */
export function* groups(machine: Machine, args: readonly Operand[], asKey: boolean): Steps<MadeMap> {
  const call = machine.caller(args[1]);
  const map = new MadeMap();
  let index = 0;
  yield* forEach(machine, yield* machine.cursor(args[0]), function* (element) {
    const called = call([element, index++]);
    const given = called instanceof Pending ? yield* called.steps : called;
    const key = asKey ? yield* machine.toKey(given) : given;
    const group = map.entries.get(identity(key))?.[1];
    machine.meter.allocate(16);
    if (group instanceof MadeArray) group.items.push(element);
    else put(machine, map, key, machine.array([element]));
  });
  return map;
}

type SetOperation = (
  a: readonly Operand[],
  b: readonly Operand[],
  inA: Test,
  inB: Test,
) => readonly Operand[] | boolean;
type Test = (value: Operand) => boolean;

const setOperations: Readonly<Record<string, SetOperation>> = {
  union: (a, b) => [...a, ...b],
  intersection: (a, b, inA, inB) => (a.length <= b.length ? a.filter(inB) : b.filter(inA)),
  difference: (a, _b, _inA, inB) => a.filter((v) => !inB(v)),
  symmetricDifference: (a, b, inA, inB) => [...a.filter((v) => !inB(v)), ...b.filter((v) => !inA(v))],
  isSubsetOf: (a, _b, _inA, inB) => a.every(inB),
  isSupersetOf: (_a, b, inA) => b.every(inA),
  isDisjointFrom: (a, _b, _inA, inB) => !a.some(inB),
};

function setOperation(name: string, operation: SetOperation): Intrinsic {
  return {
    builtin: `SetPrototype${name.charAt(0).toUpperCase()}${name.slice(1)}`,
    path: `Set.prototype.${name}`,
    *run(machine, self, args) {
      const other = args[0];
      const isMap = other instanceof MadeMap || (other instanceof DumpObject && other.subtype === 'map');
      const a = yield* elements(
        machine,
        entries(machine, self, 'Set', name, ([value]) => value),
      );
      const b = yield* elements(
        machine,
        entries(machine, other, isMap ? 'Map' : 'Set', name, ([key]) => key),
      );
      const inA = new Set(a.map(identity));
      const inB = new Set(b.map(identity));
      const result = operation(
        a,
        b,
        (v) => inA.has(identity(v)),
        (v) => inB.has(identity(v)),
      );
      if (typeof result === 'boolean') return result;
      const set = new MadeSet();
      for (const value of result) add(machine, set, value);
      return set;
    },
  };
}

function* elements(machine: Machine, next: Cursor): Steps<Operand[]> {
  const items: Operand[] = [];
  yield* forEach(machine, next, function* (element) {
    machine.meter.allocate(64);
    items.push(element);
  });
  return items;
}

/** WeakMap and WeakSet: their entries are looked through. */
function weak(kind: 'WeakMap' | 'WeakSet', name: 'get' | 'has', builtins: string[]): Intrinsic {
  return {
    builtin: builtins,
    path: `${kind}.prototype.${name}`,
    *run(machine, self, args) {
      const object = collection(self, kind, name);
      let found: Operand;
      let has = false;
      const next = entriesCursor(machine, object, ([key, value]) => new MadeArray([key ?? value, value]));
      yield* forEach(machine, next, function* (entry) {
        const [key, value] = (entry as MadeArray).items as Operand[];
        if (!sameValueZero(key, args[0])) return true;
        found = value;
        has = true;
        return false;
      });
      return name === 'get' ? found : has;
    },
  };
}

export const collectionIntrinsics: readonly Intrinsic[] = [
  ...methodsOf('Map'),
  ...methodsOf('Set'),
  {
    builtin: 'MapPrototypeGet',
    path: 'Map.prototype.get',
    *run(machine, self, args) {
      return (yield* lookUp(machine, self, 'Map', 'get', args[0]))?.[1];
    },
  },
  changed<MadeMap>('Map', 'set', (machine, self, args) => {
    put(machine, self, args[0], args[1]);
    return self;
  }),
  changed<MadeMap>('Map', 'delete', (_machine, self, args) => self.entries.delete(identity(args[0]))),
  changed<MadeSet>('Set', 'add', (machine, self, args) => {
    add(machine, self, args[0]);
    return self;
  }),
  changed<MadeSet>('Set', 'delete', (_machine, self, args) => self.entries.delete(identity(args[0]))),
  { builtin: 'MapConstructor', path: 'Map', construct: newMap },
  { builtin: 'SetConstructor', path: 'Set', construct: newSet },
  {
    builtin: 'MapGroupBy',
    path: 'Map.groupBy',
    *run(machine, _self, args) {
      return yield* groups(machine, args, false);
    },
  },
  ...Object.entries(setOperations).map(([name, operation]) => setOperation(name, operation)),
  weak('WeakMap', 'get', ['WeakMapGet', 'WeakMapPrototypeGet']),
  weak('WeakMap', 'has', ['WeakMapPrototypeHas']),
  weak('WeakSet', 'has', ['WeakSetPrototypeHas']),
  {
    builtin: 'WeakRefDeref',
    path: 'WeakRef.prototype.deref',
    *run(machine, self) {
      if (!(self instanceof DumpObject)) throw bad('deref is called on a WeakRef of the dump only');
      return machine.heap.internal(self, '[[WeakRefTarget]]') ?? machine.heap.internal(self, '[[Target]]');
    },
  },
];
