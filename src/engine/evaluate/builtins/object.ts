import { forEach } from '../iteration.ts';
import { describe, type Machine } from '../machine.ts';
import { madeObject } from '../objects.ts';
import {
  DumpObject,
  isReference,
  type Key,
  MadeArray,
  MadeDate,
  MadeFunction,
  MadeIterator,
  MadeObject,
  MadeRegExp,
  type Operand,
  type Reference,
  type Slot,
  type Steps,
  Sym,
} from '../operand.ts';
import { need, strictEqual } from '../operators.ts';
import { bad, refused } from '../refusal.ts';
import { groups } from './collection.ts';
import type { Intrinsic, Run } from './registry.ts';

const capital = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);

/** Own properties of any value; primitives other than strings have none. */
function* ownOf(machine: Machine, operand: Operand): Generator<[Key, Slot]> {
  const value = need(operand);
  if (value === undefined || value === null) throw bad('Cannot convert undefined or null to object');
  if (typeof value === 'string') {
    for (let i = 0; i < value.length; i++) yield [String(i), { value: value[i], enumerable: true }];
    yield ['length', { value: value.length, enumerable: false }];
  } else if (isReference(value)) {
    yield* machine.objects.entries(value);
  }
}

/** Object.keys and its like: own enumerable properties with string keys. */
function lister(give: (machine: Machine, object: Operand, key: string, slot: Slot) => Operand): Run {
  return function* (machine, _self, args) {
    const items: Operand[] = [];
    for (const [key, slot] of ownOf(machine, args[0])) {
      if (machine.meter.tick()) yield;
      if (key instanceof Sym || !slot.enumerable) continue;
      items.push(give(machine, args[0], key, slot));
    }
    return machine.array(items);
  };
}

function slotValue(machine: Machine, object: Operand, key: Key, slot: Slot): Operand {
  return slot.accessor ? machine.get(object, key) : slot.value;
}

function names(wanted: (key: Key) => boolean): Run {
  return function* (machine, _self, args) {
    const items: Operand[] = [];
    for (const [key] of ownOf(machine, args[0])) {
      if (machine.meter.tick()) yield;
      if (wanted(key)) items.push(key);
    }
    return machine.array(items);
  };
}

function prototypeOf(machine: Machine, operand: Operand): Reference | null {
  const value = need(operand);
  if (value === undefined || value === null) throw bad('Cannot convert undefined or null to object');
  if (isReference(value)) return machine.objects.prototype(value);
  return machine.realm.prototype(
    value instanceof Sym ? 'Symbol' : capital(typeof value).replace('Bigint', 'BigInt'),
  );
}

function* hasOwn(machine: Machine, object: Operand, key: Operand): Steps<boolean> {
  return (yield* ownSlot(machine, object, key)) !== undefined;
}

function* ownSlot(machine: Machine, object: Operand, keyOperand: Operand): Steps<Slot | undefined> {
  const key = yield* machine.toKey(keyOperand);
  if (object === undefined || object === null) throw bad('Cannot convert undefined or null to object');
  if (isReference(object)) return machine.objects.own(object, key);
  for (const [own, slot] of ownOf(machine, object)) if (own === key) return slot;
  return undefined;
}

const builtinTags: Readonly<Record<string, string>> = {
  array: 'Array',
  error: 'Error',
  date: 'Date',
  regexp: 'RegExp',
};

/** Object.prototype.toString */
function tagOf(machine: Machine, self: Operand): string {
  const value = need(self);
  if (value === undefined) return '[object Undefined]';
  if (value === null) return '[object Null]';
  if (value instanceof MadeIterator) return `[object ${value.className}]`;
  const tag = machine.get(value, machine.realm.symbol('toStringTag'));
  return `[object ${typeof tag === 'string' ? tag : builtinTag(machine, value)}]`;
}

function builtinTag(machine: Machine, value: Exclude<Operand, null | undefined>): string {
  if (value instanceof DumpObject) {
    if (value.type === 'function') return 'Function';
    if (value.subtype === 'arguments') return 'Arguments';
    const inner = machine.heap.internal(value, '[[PrimitiveValue]]');
    if (inner !== undefined && !isReference(inner) && inner !== null && !(inner instanceof Sym)) {
      return typeof inner === 'bigint' ? 'Object' : capital(typeof inner);
    }
    return builtinTags[value.subtype ?? ''] ?? 'Object';
  }
  if (value instanceof MadeArray || value instanceof MadeDate || value instanceof MadeRegExp)
    return value.className;
  if (value instanceof MadeFunction) return 'Function';
  return isReference(value) ? 'Object' : capital(typeof value);
}

function descriptor(slot: Slot | undefined): Operand {
  if (!slot) return undefined;
  const value: [Key, Operand][] = slot.accessor ? [['get', slot.accessor.get]] : [['value', slot.value]];
  return madeObject([...value, ['enumerable', slot.enumerable]]);
}

function refuseChange(name: string): Run {
  return function* () {
    throw refused(`${name} would change an object: a dump cannot be changed`);
  };
}

const statics: Readonly<Record<string, Run>> = {
  keys: lister((_machine, _object, key) => key),
  values: lister(slotValue),
  entries: lister((machine, object, key, slot) =>
    machine.array([key, slotValue(machine, object, key, slot)]),
  ),
  getOwnPropertyNames: names((key) => !(key instanceof Sym)),
  getOwnPropertySymbols: names((key) => key instanceof Sym),
  *getOwnPropertyDescriptor(machine, _self, args) {
    return descriptor(yield* ownSlot(machine, args[0], args[1]));
  },
  *getPrototypeOf(machine, _self, args) {
    return prototypeOf(machine, args[0]);
  },
  *hasOwn(machine, _self, args) {
    return yield* hasOwn(machine, args[0], args[1]);
  },
  *is(_machine, _self, args) {
    const [a, b] = args;
    return typeof a === 'number' && typeof b === 'number' ? Object.is(a, b) : strictEqual(a, b);
  },
  *fromEntries(machine, _self, args) {
    const object = new MadeObject();
    yield* forEach(machine, yield* machine.cursor(args[0]), function* (entry) {
      if (!isReference(entry)) throw bad(`Iterator value ${describe(entry)} is not an entry object`);
      machine.meter.allocate(64);
      object.put(yield* machine.toKey(machine.get(entry, '0')), machine.get(entry, '1'));
    });
    return object;
  },
  *groupBy(machine, _self, args) {
    const map = yield* groups(machine, args, true);
    const object = madeObject([...map.entries.values()] as [Key, Operand][]);
    object.prototype = null;
    return object;
  },
  *assign(machine, _self, args) {
    const target = args[0];
    if (!(target instanceof MadeObject)) throw refused('Object.assign would change an object of the dump');
    for (const source of args.slice(1)) {
      if (source === undefined || source === null) continue;
      for (const [key, slot] of ownOf(machine, source)) {
        if (machine.meter.tick()) yield;
        if (!slot.enumerable) continue;
        machine.meter.allocate(64);
        target.put(key, slotValue(machine, source, key, slot));
      }
    }
    return target;
  },
  defineProperty: refuseChange('Object.defineProperty'),
  freeze: refuseChange('Object.freeze'),
  setPrototypeOf: refuseChange('Object.setPrototypeOf'),
};

const methods: readonly (readonly [string, Run])[] = [
  [
    'hasOwnProperty',
    function* (machine, self, args) {
      return yield* hasOwn(machine, self, args[0]);
    },
  ],
  [
    'isPrototypeOf',
    function* (machine, self, args) {
      if (!isReference(args[0])) return false;
      let at = machine.objects.prototype(args[0]);
      for (let hops = 0; at !== null && hops < 1000; hops++) {
        if (strictEqual(at, self)) return true;
        at = machine.objects.prototype(at);
      }
      return false;
    },
  ],
  [
    'propertyIsEnumerable',
    function* (machine, self, args) {
      return (yield* ownSlot(machine, self, args[0]))?.enumerable ?? false;
    },
  ],
  [
    'toLocaleString',
    function* (machine, self) {
      return yield* machine.call(machine.get(self, 'toString'), self, [], 'its toString');
    },
  ],
  [
    'valueOf',
    function* (_machine, self) {
      return self;
    },
  ],
];

const toStringRun: Run = function* (machine, self) {
  return tagOf(machine, self);
};

const errorText: Run = function* (machine, self) {
  if (!isReference(self)) throw bad('Error.prototype.toString requires that this be an object');
  const name = machine.get(self, 'name');
  const message = machine.get(self, 'message');
  const title = name === undefined ? 'Error' : yield* machine.toString(name);
  const text = message === undefined ? '' : yield* machine.toString(message);
  return title === '' ? text : text === '' ? title : `${title}: ${text}`;
};

export const objectIntrinsics: readonly Intrinsic[] = [
  ...Object.entries(statics).map(([name, run]) => ({
    builtin: `Object${capital(name)}`,
    path: `Object.${name}`,
    run,
  })),
  ...methods.map(([name, run]) => ({
    builtin: `ObjectPrototype${capital(name)}`,
    path: `Object.prototype.${name}`,
    run,
  })),
  {
    builtin: 'ObjectConstructor',
    path: 'Object',
    *run(_machine, _self, args) {
      if (isReference(args[0])) return args[0];
      if (args[0] === undefined || args[0] === null) return new MadeObject();
      throw refused('wrapper objects of primitives are not made');
    },
  },
  {
    builtin: ['ObjectPrototypeToString', 'ObjectToString'],
    path: 'Object.prototype.toString',
    run: toStringRun,
  },
  {
    builtin: 'ObjectPrototypeGetProto',
    path: 'Object.prototype.__proto__',
    get: prototypeOf,
    *run(machine, self) {
      return prototypeOf(machine, self);
    },
  },
  { builtin: 'ErrorPrototypeToString', path: 'Error.prototype.toString', run: errorText },
  {
    builtin: 'ReflectGet',
    path: 'Reflect.get',
    *run(machine, _self, args) {
      return machine.get(args[0], yield* machine.toKey(args[1]));
    },
  },
  {
    builtin: 'ReflectHas',
    path: 'Reflect.has',
    *run(machine, _self, args) {
      return machine.has(args[0], yield* machine.toKey(args[1]));
    },
  },
  { builtin: 'ReflectOwnKeys', path: 'Reflect.ownKeys', run: names(() => true) },
  { builtin: 'ReflectGetPrototypeOf', path: 'Reflect.getPrototypeOf', run: statics.getPrototypeOf! },
];
