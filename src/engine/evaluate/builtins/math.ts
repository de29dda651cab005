import type { Operand } from '../operand.ts';
import { refused } from '../refusal.ts';
import type { Intrinsic } from './registry.ts';

/** The functions of Math that take numbers and give a number. */
const names = [
  'abs',
  'acos',
  'acosh',
  'asin',
  'asinh',
  'atan',
  'atan2',
  'atanh',
  'cbrt',
  'ceil',
  'clz32',
  'cos',
  'cosh',
  'exp',
  'expm1',
  'floor',
  'fround',
  'hypot',
  'imul',
  'log',
  'log10',
  'log1p',
  'log2',
  'max',
  'min',
  'pow',
  'round',
  'sign',
  'sin',
  'sinh',
  'sqrt',
  'tan',
  'tanh',
  'trunc',
] as const;

export const mathIntrinsics: readonly Intrinsic[] = names.map((name) => ({
  builtin: `Math${name.charAt(0).toUpperCase()}${name.slice(1)}`,
  path: `Math.${name}`,
  *run(machine, _self, args: readonly Operand[]) {
    const numbers: number[] = [];
    for (const arg of args) {
      if (machine.meter.tick()) yield;
      numbers.push(yield* machine.toNumber(arg));
    }
    const apply = Math[name] as (...values: number[]) => number;
    if (numbers.length < 10_000) return apply(...numbers);
    if (name !== 'max' && name !== 'min') throw refused(`Math.${name} of so many numbers is not evaluated`);
    return numbers.reduce((a, b) => apply(a, b));
  },
}));
