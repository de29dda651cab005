import { elementsOf } from '../elements.ts';
import { DumpObject, hole, isCallable, isReference, MadeFunction, type Operand } from '../operand.ts';
import { bad } from '../refusal.ts';
import type { Intrinsic } from './registry.ts';

export const functionIntrinsics: readonly Intrinsic[] = [
  {
    builtin: 'FunctionPrototypeCall',
    path: 'Function.prototype.call',
    *run(machine, self, args) {
      return yield* machine.call(self, args[0], args.slice(1), 'the function');
    },
  },
  {
    builtin: 'FunctionPrototypeApply',
    path: 'Function.prototype.apply',
    *run(machine, self, args) {
      if (args[1] === undefined || args[1] === null)
        return yield* machine.call(self, args[0], [], 'the function');
      if (!isReference(args[1])) throw bad('CreateListFromArrayLike called on non-object');
      const elements = yield* elementsOf(machine, args[1]);
      const list: Operand[] = [];
      machine.meter.allocate(elements.length * 16);
      for (let i = 0; i < elements.length; i++) {
        if (machine.meter.tick()) yield;
        const item = elements.at(i);
        list.push(item === hole ? undefined : item);
      }
      return yield* machine.call(self, args[0], list, 'the function');
    },
  },
  {
    builtin: ['FunctionPrototypeBind', 'FastFunctionPrototypeBind'],
    path: 'Function.prototype.bind',
    *run(machine, self, args) {
      if (!isCallable(self)) throw bad('Bind must be called on a function');
      const name = machine.get(self, 'name');
      const bound = args.slice(1);
      return new MadeFunction(`bound ${String(name)}`, 0, 'function () { [native code] }', (_, rest) =>
        machine.call(self, args[0], [...bound, ...rest], 'the bound function'),
      );
    },
  },
  {
    builtin: 'FunctionPrototypeToString',
    path: 'Function.prototype.toString',
    *run(_machine, self) {
      if (self instanceof MadeFunction) return self.source;
      if (self instanceof DumpObject && self.type === 'function') return self.preview.description;
      throw bad("Function.prototype.toString requires that 'this' be a Function");
    },
  },
  {
    builtin: 'FunctionPrototypeHasInstance',
    path: 'Function.prototype[Symbol.hasInstance]',
    *run(machine, self, args) {
      return machine.ordinaryHasInstance(self, args[0]);
    },
  },
  {
    builtin: [],
    path: 'Iterator.prototype[Symbol.iterator]',
    *run(_machine, self) {
      return self;
    },
  },
  {
    // Also %IteratorPrototype%[Symbol.iterator].
    builtin: 'ReturnReceiver',
    path: 'Array[Symbol.species]',
    get: (_machine, self) => self,
    *run(_machine, self) {
      return self;
    },
  },
];
