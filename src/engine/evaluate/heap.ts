import { isAbsent } from '../absence.ts';
import { type Address, at } from '../address.ts';
import type { Kind, Property, Value } from '../v8/inspect.ts';
import type { Environment } from './environment.ts';
import { DumpObject, type Key, Made, type Operand, type Slot, Sym, Unavailable } from './operand.ts';
import { refused } from './refusal.ts';

/** Objects whose properties are kept, of one evaluation. */
const MAX_CACHED = 2000;
const SMI = 2 ** 32;

/** The dump's objects as operands. */
export class Heap {
  readonly environment: Environment;
  readonly #symbols = new Map<number, Sym>();
  readonly #symbolTexts = new Map<string, Sym>();
  readonly #named = new Map<number, ReadonlyMap<Key, Property>>();
  readonly #prototypes = new Map<number, Operand>();
  readonly #builtins = new Map<number, string | undefined>();

  constructor(environment: Environment) {
    this.environment = environment;
  }

  operand(value: Value): Operand {
    if (value.kind === 'synthetic') return value.primitive;
    if (value.kind === 'absent') return new Unavailable(value.absence.reason);
    if (value.kind === 'listed') return new Unavailable('made up for the debugger: no object of the dump');
    if (value.kind === 'made') return value.made instanceof Made ? value.made : new Unavailable('unknown');
    const smi = value.word / SMI;
    if (Number.isInteger(smi)) return smi;
    const { inspector } = this.environment;
    const kind = inspector.kind?.(value);
    if (kind) return this.#ofKind(value, value.word, kind);
    const preview = inspector.preview(value);
    if (isAbsent(preview)) return new Unavailable(preview.reason);
    if (preview.type === 'symbol') return this.#symbol(value, value.word, preview.description);
    return this.#ofKind(value, value.word, preview);
  }

  #ofKind(value: Value, word: number, kind: Kind): Operand {
    if (kind.type !== 'object' && kind.type !== 'function') return kind.primitive;
    return kind.subtype === 'null' ? null : new DumpObject(value, word, kind, this.environment.inspector);
  }

  #symbol(value: Value, word: number, text: string): Sym {
    let symbol = this.#symbols.get(word);
    if (!symbol) {
      const description = /^Symbol\((.*)\)$/s.exec(text)?.[1] ?? text;
      symbol = new Sym(description, value);
      this.#symbols.set(word, symbol);
    }
    return symbol;
  }

  own(object: DumpObject, key: Key): Slot | undefined {
    const property = this.#property(object, key);
    return property && this.slot(property);
  }

  slot(property: Property): Slot {
    if (property.kind !== 'accessor' && !property.getter) {
      return { value: this.operand(property.value), enumerable: property.enumerable };
    }
    const get = property.getter && this.operand(property.getter);
    return { value: undefined, enumerable: property.enumerable, accessor: { get } };
  }

  #property(object: DumpObject, key: Key): Property | undefined {
    const { inspector } = this.environment;
    if (typeof key === 'string') {
      const index = arrayIndex(key);
      if (index !== undefined) {
        const [found] = readableElements(inspector.indexed(object.value, index, 1));
        return found?.name === key ? found : undefined;
      }
      if (inspector.own && !key.startsWith('#') && !key.startsWith('Symbol('))
        return inspector.own(object.value, key);
    }
    const named = this.named(object);
    return named.get(key) ?? (key instanceof Sym ? named.get(this.#symbolByText(`${key}`)) : undefined);
  }

  /** A private member: `name` with its "#". */
  private(object: DumpObject, name: string): Slot | undefined {
    const own = this.environment.inspector.named(object.value);
    const found = own.find((p) => p.name === name && p.kind === 'private');
    if (!found) return undefined;
    return found.getter || found.setter ? this.slot({ ...found, kind: 'accessor' }) : this.slot(found);
  }

  /** Own named properties by key, without private members and internal slots. */
  named(object: DumpObject): ReadonlyMap<Key, Property> {
    let named = this.#named.get(object.word);
    if (!named) {
      const map = new Map<Key, Property>();
      for (const property of this.environment.inspector.named(object.value)) {
        if (property.kind === 'internal' || property.kind === 'private') continue;
        map.set(this.#key(property), property);
      }
      named = map;
      if (this.#named.size >= MAX_CACHED) this.#named.clear();
      this.#named.set(object.word, named);
    }
    return named;
  }

  #key(property: Property): Key {
    if (!property.isSymbol) return property.name;
    const symbol = property.symbol && this.operand(property.symbol);
    if (symbol instanceof Sym) return symbol;
    return this.#symbolByText(property.name);
  }

  #symbolByText(text: string): Sym {
    let symbol = this.#symbolTexts.get(text);
    if (!symbol) {
      symbol = new Sym(/^Symbol\((.*)\)$/s.exec(text)?.[1] ?? text, undefined);
      this.#symbolTexts.set(text, symbol);
    }
    return symbol;
  }

  /** An object, null, or Unavailable. */
  prototype(object: DumpObject): Operand {
    const { inspector } = this.environment;
    if (inspector.prototype) return this.operand(inspector.prototype(object.value));
    let prototype = this.#prototypes.get(object.word);
    if (prototype === undefined) {
      const slot = inspector.internal(object.value).find((p) => p.name === '[[Prototype]]');
      prototype = slot ? this.operand(slot.value) : null;
      if (this.#prototypes.size >= MAX_CACHED) this.#prototypes.clear();
      this.#prototypes.set(object.word, prototype);
    }
    return prototype;
  }

  /** An internal slot ("[[Target]]"), or undefined. */
  internal(object: DumpObject, name: string): Operand {
    const slot = this.environment.inspector.internal(object.value).find((p) => p.name === name);
    return slot && this.operand(slot.value);
  }

  /** V8's name of a builtin function; undefined for every other function. */
  builtin(fn: DumpObject): string | undefined {
    if (this.#builtins.has(fn.word)) return this.#builtins.get(fn.word);
    const name = this.environment.inspector.builtin?.(fn.value);
    this.#builtins.set(fn.word, name);
    return name;
  }

  /** Elements of an array or typed array; holes are left out. */
  *elements(object: DumpObject, from: number, to: number): Generator<[number, Operand]> {
    const { inspector } = this.environment;
    for (let start = from; start < to; ) {
      const count = Math.min(512, to - start);
      for (const property of readableElements(inspector.indexed(object.value, start, count))) {
        yield [Number(property.name), this.operand(property.value)];
      }
      start += count;
    }
  }

  /** Where the bytes of a buffer, typed array or DataView stand. */
  place(object: DumpObject): { readonly address: Address; readonly length: number } {
    const place = this.environment.inspector.memory(object.value);
    if (isAbsent(place)) throw refused(`the bytes cannot be read: ${place.reason}`);
    return place;
  }

  /** The raw bytes of a buffer, typed array or DataView, or `length` of them from `from` on; not to be written to. */
  bytes(object: DumpObject, from = 0, length?: number): Uint8Array {
    const { bytes } = this.environment;
    const place = this.place(object);
    const read = bytes?.(at(place.address, from), length ?? place.length - from);
    if (bytes === undefined || read === undefined) throw refused('the bytes of buffers cannot be read here');
    if (isAbsent(read)) throw refused(`the bytes cannot be read: ${read.reason}`);
    return read;
  }
}

/** The elements, unless they stand for a store that cannot be read (see Inspector.indexed). */
export function readableElements(elements: readonly Property[]): readonly Property[] {
  const [first] = elements;
  if (first?.value.kind === 'absent' && arrayIndex(first.name) === undefined)
    throw refused(`the elements cannot be read: ${first.value.absence.reason}`);
  return elements;
}

/** The integer index (0 to 2^32 - 2) that a property name is, or undefined. */
export function arrayIndex(key: string): number | undefined {
  // Most keys are names: their first character tells.
  if (key.charCodeAt(0) > 57 || !/^(0|[1-9]\d{0,9})$/.test(key)) return undefined;
  const index = Number(key);
  return index < 0xffffffff ? index : undefined;
}
