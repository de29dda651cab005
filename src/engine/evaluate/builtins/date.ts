import { fromLocal, type LocalMethod, localTime, parseTime } from '../local-time.ts';
import { describe, type Machine } from '../machine.ts';
import { DumpObject, isReference, MadeDate, type Operand, type Steps, Sym } from '../operand.ts';
import { host } from '../operators.ts';
import { bad, refused } from '../refusal.ts';
import type { Intrinsic, Run } from './registry.ts';

/** Milliseconds since 1970 that a Date holds. */
export function timeOf(machine: Machine, self: Operand): number {
  if (self instanceof MadeDate) return self.time;
  if (self instanceof DumpObject && self.subtype === 'date') {
    const time = machine.environment.inspector.time?.(self.value);
    if (time !== undefined) return time;
    throw refused('the time of this Date cannot be read');
  }
  throw bad(`this is not a Date object: ${describe(self)}`);
}

/** Methods that depend on no time zone. */
const universal = [
  'getTime',
  'getUTCDate',
  'getUTCDay',
  'getUTCFullYear',
  'getUTCHours',
  'getUTCMilliseconds',
  'getUTCMinutes',
  'getUTCMonth',
  'getUTCSeconds',
  'toISOString',
  'toUTCString',
  'valueOf',
] as const;

/** Methods in the local time of the process. */
const local: readonly LocalMethod[] = [
  'getDate',
  'getDay',
  'getFullYear',
  'getHours',
  'getMilliseconds',
  'getMinutes',
  'getMonth',
  'getSeconds',
  'getTimezoneOffset',
  'getYear',
  'toDateString',
  'toLocaleDateString',
  'toLocaleString',
  'toLocaleTimeString',
  'toString',
  'toTimeString',
];

function zoneOf(machine: Machine): string | undefined {
  return machine.environment.inspector.timeZone?.();
}

const capital = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);

const toJson: Run = function* (machine, self) {
  const date = new Date(timeOf(machine, self));
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
};

const construct: Run = function* (machine, _self, args) {
  if (args.length === 0) throw refused('new Date() is not evaluated: for a dead process there is no now');
  if (args.length > 1) {
    const parts: number[] = [];
    for (const arg of args.slice(0, 7)) parts.push(yield* machine.toNumber(arg));
    return new MadeDate(
      new Date(fromLocal(Date.UTC(...(parts as [number, number])), zoneOf(machine))).getTime(),
    );
  }
  const [arg] = args;
  if (arg instanceof MadeDate || (arg instanceof DumpObject && arg.subtype === 'date')) {
    return new MadeDate(timeOf(machine, arg));
  }
  const primitive = yield* machine.toPrimitive(arg);
  if (primitive instanceof Sym) throw bad('Cannot convert a Symbol value to a number');
  const time =
    typeof primitive === 'string'
      ? parseTime(primitive, zoneOf(machine))
      : yield* machine.toNumber(primitive);
  return new MadeDate(new Date(time).getTime());
};

export const dateIntrinsics: readonly Intrinsic[] = [
  { builtin: 'DateConstructor', path: 'Date', construct },
  ...universal.map((name) => ({
    builtin: `DatePrototype${capital(name)}`,
    path: `Date.prototype.${name}`,
    *run(machine: Machine, self: Operand): Steps<Operand> {
      const date = new Date(timeOf(machine, self));
      return host(() => date[name]());
    },
  })),
  ...local.map((name) => ({
    builtin: `DatePrototype${capital(name)}`,
    path: `Date.prototype.${name}`,
    *run(machine: Machine, self: Operand, args: readonly Operand[]): Steps<Operand> {
      if (name.startsWith('toLocale') && args.length > 0) {
        throw refused(`${name} is evaluated without a locale and options only`);
      }
      return localTime(name, timeOf(machine, self), zoneOf(machine));
    },
  })),
  { builtin: 'DatePrototypeToJson', path: 'Date.prototype.toJSON', run: toJson },
  {
    builtin: 'DatePrototypeToPrimitive',
    path: 'Date.prototype[Symbol.toPrimitive]',
    *run(machine, self, args) {
      if (!isReference(self)) throw bad('Date.prototype[Symbol.toPrimitive] called on a primitive');
      return yield* machine.ordinaryToPrimitive(self, args[0] === 'number' ? 'number' : 'string');
    },
  },
  {
    builtin: 'DateParse',
    path: 'Date.parse',
    *run(machine, _self, args) {
      return parseTime(yield* machine.toString(args[0]), zoneOf(machine));
    },
  },
  {
    builtin: 'DateUTC',
    path: 'Date.UTC',
    *run(machine, _self, args) {
      const parts: number[] = [];
      for (const arg of args.slice(0, 7)) parts.push(yield* machine.toNumber(arg));
      return parts.length === 0 ? Number.NaN : Date.UTC(...(parts as [number]));
    },
  },
];
