import { elementsOf } from '../elements.ts';
import type { Machine } from '../machine.ts';
import {
  DumpObject,
  hole,
  isCallable,
  isReference,
  MadeArray,
  MadeObject,
  type Operand,
  type Reference,
  type Steps,
  Sym,
  strictly,
} from '../operand.ts';
import { host } from '../operators.ts';
import { bad, refused } from '../refusal.ts';
import { isArray } from './array.ts';
import type { Intrinsic } from './registry.ts';

interface Options {
  readonly machine: Machine;
  readonly replacer: Operand;
  readonly allowed: readonly string[] | undefined;
  readonly gap: string;
  readonly open: Operand[];
  length: number;
}

/** SerializeJSONProperty; undefined for what JSON leaves out. */
function* serialize(o: Options, holder: Operand, key: string, given: Operand): Steps<string | undefined> {
  const { machine } = o;
  if (machine.meter.tick()) yield;
  let value = given;
  if (isReference(value) || typeof value === 'bigint') {
    const toJson = machine.get(value, 'toJSON');
    if (isCallable(toJson)) value = yield* machine.call(toJson, value, [key], 'its toJSON');
  }
  if (o.replacer !== undefined) value = yield* machine.call(o.replacer, holder, [key, value]);
  if (value instanceof DumpObject) value = unwrapped(machine, value);
  switch (typeof value) {
    case 'string':
      return count(o, JSON.stringify(value));
    case 'number':
    case 'boolean':
      return count(o, JSON.stringify(value));
    case 'bigint':
      throw bad('Do not know how to serialize a BigInt');
    case 'undefined':
      return undefined;
  }
  if (value === null) return count(o, 'null');
  if (value instanceof Sym || isCallable(value)) return undefined;
  if (!isReference(value)) throw refused(`the value is not available: ${value.reason}`);
  if (o.open.some((other) => strictly(other, value))) throw bad('Converting circular structure to JSON');
  o.open.push(value);
  machine.meter.enter();
  try {
    return isArray(value) ? yield* serializeArray(o, value) : yield* serializeObject(o, value);
  } finally {
    machine.meter.leave();
    o.open.pop();
  }
}

/** Number, String, Boolean and BigInt objects stand for their primitives. */
function unwrapped(machine: Machine, object: DumpObject): Operand {
  if (!/^(Number|String|Boolean|BigInt)$/.test(object.preview.className ?? '')) return object;
  return machine.heap.internal(object, '[[PrimitiveValue]]') ?? object;
}

function count(o: Options, text: string): string {
  o.length += text.length + 1;
  o.machine.meter.text(o.length, text.length);
  return text;
}

function* serializeObject(o: Options, object: Reference): Steps<string> {
  const parts: string[] = [];
  const keys = o.allowed ?? enumerable(o.machine, object);
  for (const key of keys) {
    const text = yield* serialize(o, object, key, o.machine.get(object, key));
    if (text !== undefined) parts.push(`${count(o, JSON.stringify(key))}:${o.gap ? ' ' : ''}${text}`);
  }
  return wrap(o, '{', parts, '}');
}

function enumerable(machine: Machine, object: Reference): string[] {
  const keys: string[] = [];
  for (const [key, slot] of machine.objects.entries(object)) {
    if (typeof key === 'string' && slot.enumerable) keys.push(key);
  }
  return keys;
}

function* serializeArray(o: Options, array: Reference): Steps<string> {
  const elements = yield* elementsOf(o.machine, array);
  const parts: string[] = [];
  for (let i = 0; i < elements.length; i++) {
    if (o.machine.meter.tick()) yield;
    const item = elements.at(i);
    parts.push((yield* serialize(o, array, String(i), item === hole ? undefined : item)) ?? count(o, 'null'));
  }
  return wrap(o, '[', parts, ']');
}

function wrap(o: Options, start: string, parts: readonly string[], end: string): string {
  if (parts.length === 0) return start + end;
  if (!o.gap) return `${start}${parts.join(',')}${end}`;
  const outer = `\n${o.gap.repeat(o.open.length - 1)}`;
  const inner = outer + o.gap;
  o.length += inner.length * parts.length;
  o.machine.meter.text(o.length, inner.length * parts.length);
  return `${start}${inner}${parts.join(`,${inner}`)}${outer}${end}`;
}

function gapOf(space: Operand): string {
  if (typeof space === 'number') return ' '.repeat(Math.max(0, Math.min(10, Math.trunc(space))));
  return typeof space === 'string' ? space.slice(0, 10) : '';
}

function* allowedKeys(machine: Machine, replacer: Operand): Steps<string[] | undefined> {
  if (!isArray(replacer)) return undefined;
  const keys = new Set<string>();
  for (const item of yield* machine.list(replacer)) {
    if (typeof item === 'string' || typeof item === 'number') keys.add(String(item));
  }
  return [...keys];
}

/** A value that the host parsed from text, as operands; without recursion over the data. */
function* adopt(machine: Machine, parsed: unknown): Steps<Operand> {
  const root = new MadeArray([]);
  const work: { value: unknown; put: (operand: Operand) => void }[] = [
    { value: parsed, put: (operand) => root.items.push(operand) },
  ];
  for (let item = work.pop(); item; item = work.pop()) {
    if (machine.meter.tick()) yield;
    const { value, put } = item;
    machine.meter.allocate(64);
    if (Array.isArray(value)) {
      const array = new MadeArray(new Array<Operand>(value.length).fill(undefined));
      put(array);
      for (const [i, element] of value.entries()) {
        work.push({
          value: element,
          put: (operand) => {
            array.items[i] = operand;
          },
        });
      }
    } else if (typeof value === 'object' && value !== null) {
      const object = new MadeObject();
      put(object);
      for (const [key, element] of Object.entries(value)) {
        object.put(key, undefined);
        work.push({ value: element, put: (operand) => object.put(key, operand) });
      }
    } else {
      put(value as Operand);
    }
  }
  return root.items[0] as Operand;
}

export const jsonIntrinsics: readonly Intrinsic[] = [
  {
    builtin: 'JsonStringify',
    path: 'JSON.stringify',
    *run(machine, _self, args) {
      const [value, replacer, space] = args;
      const options: Options = {
        machine,
        replacer: isCallable(replacer) ? replacer : undefined,
        allowed: yield* allowedKeys(machine, replacer),
        gap: gapOf(space),
        open: [],
        length: 0,
      };
      const holder = new MadeObject();
      holder.put('', value);
      return yield* serialize(options, holder, '', value);
    },
  },
  {
    builtin: 'JsonParse',
    path: 'JSON.parse',
    *run(machine, _self, args) {
      if (args[1] !== undefined) throw refused('JSON.parse with a reviver is not evaluated');
      const text = yield* machine.toString(args[0]);
      machine.meter.allocate(text.length * 8);
      return yield* adopt(
        machine,
        host(() => JSON.parse(text) as unknown),
      );
    },
  },
];
