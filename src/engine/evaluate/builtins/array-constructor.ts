import { elementsOf } from '../elements.ts';
import type { Machine } from '../machine.ts';
import { DumpObject, hole, MadeArray, type Operand, Pending, type Steps } from '../operand.ts';
import { bad, refused } from '../refusal.ts';
import { isArray } from './array.ts';
import type { Intrinsic } from './registry.ts';

type Item = Operand | typeof hole;

export const arrayConstructor: readonly Intrinsic[] = [
  {
    builtin: 'ArrayConstructor',
    path: 'Array',
    run: construct,
    construct,
  },
  {
    builtin: 'ArrayIsArray',
    path: 'Array.isArray',
    *run(_machine, _self, args) {
      if (args[0] instanceof DumpObject && args[0].subtype === 'proxy') {
        throw refused('a Proxy is not asked: its traps are code');
      }
      return isArray(args[0]);
    },
  },
  {
    builtin: 'ArrayOf',
    path: 'Array.of',
    *run(machine, _self, args) {
      return machine.array([...args]);
    },
  },
  {
    builtin: 'ArrayFrom',
    path: 'Array.from',
    *run(machine, _self, args) {
      const source = args[0];
      const items = yield* itemsOf(machine, source);
      if (args[1] === undefined) return machine.array(items);
      const call = machine.caller(args[1], args[2]);
      for (let i = 0; i < items.length; i++) {
        if (machine.meter.tick()) yield;
        const called = call([items[i], i]);
        items[i] = called instanceof Pending ? yield* called.steps : called;
      }
      return machine.array(items);
    },
  },
];

/** The elements of an iterable, or of an array-like. */
export function* itemsOf(machine: Machine, source: Operand): Steps<Operand[]> {
  if (source !== undefined && source !== null) {
    const method = machine.get(source, machine.realm.symbol('iterator'));
    if (method === undefined || method === null) {
      const elements = yield* elementsOf(machine, source);
      const items: Operand[] = [];
      for (let i = 0; i < elements.length; i++) {
        if (machine.meter.tick()) yield;
        machine.meter.allocate(16);
        const item = elements.at(i);
        items.push(item === hole ? undefined : item);
      }
      return items;
    }
  }
  return yield* machine.list(source);
}

function* construct(machine: Machine, _self: Operand, args: readonly Operand[]): Steps<Operand> {
  if (args.length !== 1 || typeof args[0] !== 'number') return machine.array([...args]);
  const length = args[0];
  if (length >>> 0 !== length) throw bad('Invalid array length');
  machine.meter.allocate(length * 16);
  return new MadeArray(new Array<Item>(length).fill(hole));
}
