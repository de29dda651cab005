import type { Absence } from '../absence.ts';
import { absent } from '../absence.ts';
import type { Address } from '../address.ts';
import type { ChildCounts, Inspector, Kind, Preview, Property, Value } from '../v8/inspect.ts';
import { dateText } from '../v8/objects/date.ts';
import { arrayIndex } from './heap.ts';
import { madeEntries } from './objects.ts';
import {
  type Key,
  Made,
  MadeArray,
  MadeBytes,
  MadeDate,
  MadeFunction,
  MadeIterator,
  MadeMap,
  MadeRegExp,
  MadeSet,
  type Operand,
  type Slot,
  Sym,
} from './operand.ts';
import { toValue } from './value.ts';

const nothing: ChildCounts = { named: 0, indexed: 0, internal: 0, entries: 0 };

/** Shows what evaluations built, like values of the dump; everything else is left to the dump's inspector. */
export class MadeInspector implements Inspector {
  readonly #dump: Inspector;

  constructor(dump: Inspector) {
    this.#dump = dump;
  }

  preview(value: Value): Preview | Absence {
    if (value.kind !== 'made') return this.#dump.preview(value);
    const made = value.made;
    if (made instanceof Sym) return previewOf('symbol', undefined, undefined, String(made));
    if (!(made instanceof Made)) return absent('made by something else');
    return previewOf(made.type, subtypeOf(made), made.className, describe(made, this.timeZone()));
  }

  kind(value: Value): Kind | undefined {
    if (value.kind !== 'made') return this.#dump.kind?.(value);
    const preview = this.preview(value);
    return 'type' in preview ? preview : undefined;
  }

  counts(value: Value): ChildCounts {
    if (value.kind !== 'made') return this.#dump.counts(value);
    if (!(value.made instanceof Made)) return nothing;
    const indexed = lengthOf(value.made) ?? lastIndex(value.made) + 1;
    return {
      named: this.named(value).length,
      indexed,
      internal: this.internal(value).length,
      entries: entriesOf(value.made).length,
    };
  }

  named(value: Value): readonly Property[] {
    if (value.kind !== 'made') return this.#dump.named(value);
    if (!(value.made instanceof Made)) return [];
    const { made } = value;
    const found: Property[] = [];
    for (const [key, slot] of madeEntries(made, lengthOf(made))) {
      if (key instanceof Sym || arrayIndex(key) === undefined) found.push(propertyOf(key, slot));
    }
    return found;
  }

  present(value: Value, start: number, count: number): readonly Property[] {
    return value.kind === 'made' ? [] : (this.#dump.present?.(value, start, count) ?? []);
  }

  indexed(value: Value, start: number, count: number): readonly Property[] {
    if (value.kind !== 'made') return this.#dump.indexed(value, start, count);
    const { made } = value;
    if (made instanceof MadeArray || made instanceof MadeBytes) return elements(made, start, count);
    if (!(made instanceof Made) || made.isBare) return [];
    const found: Property[] = [];
    for (const [key, slot] of madeEntries(made)) {
      const index = key instanceof Sym ? undefined : arrayIndex(key);
      if (index !== undefined && index >= start && index < start + count) found.push(propertyOf(key, slot));
    }
    return found;
  }

  internal(value: Value): readonly Property[] {
    if (value.kind !== 'made') return this.#dump.internal(value);
    const prototype = value.made instanceof Made ? value.made.prototype : undefined;
    if (!prototype) return [];
    return [{ ...propertyOf('[[Prototype]]', { value: prototype, enumerable: false }), kind: 'internal' }];
  }

  entries(value: Value, start: number, count: number): readonly { key: Value | undefined; value: Value }[] {
    if (value.kind !== 'made') return this.#dump.entries(value, start, count);
    if (!(value.made instanceof Made)) return [];
    return entriesOf(value.made)
      .slice(start, start + count)
      .map(([key, content]) => ({ key: key && toValue(key.operand), value: toValue(content) }));
  }

  viewed(value: Value): { readonly buffer: Value; readonly byteOffset: number } | undefined {
    return value.kind === 'made' ? undefined : this.#dump.viewed?.(value);
  }

  memory(value: Value): { readonly address: Address; readonly length: number } | Absence {
    return value.kind === 'made'
      ? absent('made by the evaluation: not in the dump')
      : this.#dump.memory(value);
  }

  location(value: Value) {
    return value.kind === 'made' ? undefined : this.#dump.location(value);
  }

  own(value: Value, name: string): Property | undefined {
    if (value.kind !== 'made') {
      return this.#dump.own ? this.#dump.own(value, name) : this.named(value).find((p) => p.name === name);
    }
    const index = arrayIndex(name);
    if (index !== undefined) return this.indexed(value, index, 1)[0];
    return this.named(value).find((p) => p.name === name);
  }

  prototype(value: Value): Value {
    const slots = value.kind === 'made' || !this.#dump.prototype ? this.internal(value) : undefined;
    if (!slots) return this.#dump.prototype!(value);
    return slots.find((p) => p.name === '[[Prototype]]')?.value ?? { kind: 'synthetic', primitive: null };
  }

  builtin(value: Value): string | undefined {
    return value.kind === 'made' ? undefined : this.#dump.builtin?.(value);
  }

  text(value: Value): string | undefined {
    return value.kind === 'made' ? undefined : this.#dump.text?.(value);
  }

  reference(value: Value): string | undefined {
    return value.kind === 'made' ? undefined : this.#dump.reference?.(value);
  }

  timeZone(): string | undefined {
    return this.#dump.timeZone?.();
  }

  time(value: Value): number | undefined {
    if (value.kind !== 'made') return this.#dump.time?.(value);
    return value.made instanceof MadeDate ? value.made.time : undefined;
  }
}

function previewOf(
  type: Preview['type'],
  subtype: string | undefined,
  className: string | undefined,
  description: string,
): Preview {
  return { type, subtype, primitive: undefined, className, description, address: undefined };
}

function propertyOf(key: Key, slot: Slot): Property {
  const symbol = key instanceof Sym ? { symbol: toValue(key) } : {};
  return {
    name: String(key),
    kind: 'data',
    value: toValue(slot.value),
    getter: undefined,
    setter: undefined,
    enumerable: slot.enumerable,
    writable: true,
    configurable: true,
    isSymbol: key instanceof Sym,
    ...symbol,
  };
}

function elements(made: MadeArray | MadeBytes, start: number, count: number): Property[] {
  const items: ArrayLike<unknown> = made instanceof MadeArray ? made.items : made.elements;
  const found: Property[] = [];
  for (let i = Math.max(0, start); i < Math.min(items.length, start + count); i++) {
    const value = items[i];
    if (typeof value !== 'symbol')
      found.push(propertyOf(String(i), { value: value as Operand, enumerable: true }));
  }
  return found;
}

function lengthOf(made: Made): number | undefined {
  if (made instanceof MadeArray) return made.items.length;
  return made instanceof MadeBytes ? made.elements.length : undefined;
}

function lastIndex(made: Made): number {
  if (made.isBare) return -1;
  let last = -1;
  for (const key of made.properties.keys()) {
    const index = key instanceof Sym ? undefined : arrayIndex(key);
    if (index !== undefined && index > last) last = index;
  }
  return last;
}

function entriesOf(made: Made): readonly [{ operand: Operand } | undefined, Operand][] {
  if (made instanceof MadeMap)
    return [...made.entries.values()].map(([key, value]) => [{ operand: key }, value]);
  if (made instanceof MadeSet) return [...made.entries.values()].map((value) => [undefined, value]);
  return made instanceof MadeIterator ? made.shown.map((value) => [undefined, value]) : [];
}

function subtypeOf(made: Made): string | undefined {
  if (made instanceof MadeArray) return 'array';
  if (made instanceof MadeBytes) return 'typedarray';
  if (made instanceof MadeIterator) return 'iterator';
  if (made instanceof MadeMap) return 'map';
  if (made instanceof MadeSet) return 'set';
  if (made instanceof MadeDate) return 'date';
  return made instanceof MadeRegExp ? 'regexp' : undefined;
}

function describe(made: Made, timeZone: string | undefined): string {
  const length = lengthOf(made);
  if (length !== undefined) return `${made.className}(${length})`;
  if (made instanceof MadeMap || made instanceof MadeSet) return `${made.className}(${made.entries.size})`;
  if (made instanceof MadeDate) return dateText(made.time, timeZone);
  if (made instanceof MadeRegExp) return `/${made.source}/${made.flags}`;
  return made instanceof MadeFunction ? made.source : made.className;
}
