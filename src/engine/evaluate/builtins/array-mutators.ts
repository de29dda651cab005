import type { Machine } from '../machine.ts';
import { hole, isCallable, MadeArray, type Operand, type Steps } from '../operand.ts';
import { bad, refused } from '../refusal.ts';
import type { Intrinsic, Run } from './registry.ts';
import { sorted } from './sort.ts';

type Item = Operand | typeof hole;

const plain = (item: Item | undefined): Operand => (item === hole ? undefined : item);

/** Methods that change an array: done to arrays that the evaluation built, refused for the dump's. */
function mutator(
  name: string,
  change: (machine: Machine, array: MadeArray, args: readonly Operand[]) => Steps<Operand>,
): Run {
  return function* (machine, self, args) {
    if (self instanceof MadeArray) return yield* change(machine, self, args);
    throw refused(`${name} would change an array of the dump`, 'copy it first: […array]');
  };
}

const mutators: Readonly<Record<string, Run>> = {
  sort: mutator('sort', function* (machine, array, args) {
    if (args[0] !== undefined && !isCallable(args[0])) {
      throw bad('The comparison function must be either a function or undefined');
    }
    const items = array.items.filter((item) => item !== hole) as Operand[];
    const holes = array.items.length - items.length;
    const result: Item[] = yield* sorted(machine, items, args[0], false);
    array.items.splice(0, array.items.length);
    for (const item of result) array.items.push(item);
    for (let i = 0; i < holes; i++) array.items.push(hole);
    return array;
  }),
  reverse: mutator('reverse', function* (_machine, array) {
    array.items.reverse();
    return array;
  }),
  push: mutator('push', function* (machine, array, args) {
    machine.meter.allocate(args.length * 16);
    for (const arg of args) array.items.push(arg);
    return array.items.length;
  }),
  pop: mutator('pop', function* (_machine, array) {
    return plain(array.items.pop());
  }),
  shift: mutator('shift', function* (_machine, array) {
    return plain(array.items.shift());
  }),
  unshift: mutator('unshift', function* (machine, array, args) {
    machine.meter.allocate(args.length * 16);
    const rest = array.items.splice(0);
    for (const item of [...args, ...rest]) array.items.push(item);
    return array.items.length;
  }),
};

function capital(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

export const arrayMutators: readonly Intrinsic[] = Object.entries(mutators).map(([name, run]) => ({
  builtin: [`ArrayPrototype${capital(name)}`, `Array${capital(name)}`],
  path: `Array.prototype.${name}`,
  run,
}));
