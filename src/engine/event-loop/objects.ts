import { attempt, isAbsent } from '../absence.ts';
import { hex, type Tagged } from '../address.ts';
import type { Hex } from '../contract.ts';
import type { V8Inspector } from '../v8/inspector.ts';
import { constructorName } from '../v8/objects/constructor-name.ts';
import type { HeapView } from '../v8/objects/heap-view.ts';
import { notPrimitive, primitiveOf } from '../v8/objects/preview.ts';
import { findProperty } from '../v8/objects/properties.ts';
import { symbolDescription } from '../v8/objects/symbol.ts';

/** Characters of a text of the dump that are shown. */
const MAX_TEXT = 300;

/**
 * Reads what Node's own JavaScript keeps in its objects. All is undefined that is not there, is of another
 * kind, or cannot be read: nothing here throws for the state of a dump.
 */
export class Objects {
  readonly inspector: V8Inspector;
  readonly view: HeapView;
  /** True once something could not be read that should be there. */
  isLacking = false;

  constructor(inspector: V8Inspector) {
    this.inspector = inspector;
    this.view = inspector.view;
  }

  /** An own data property. */
  get(object: Tagged | undefined, name: string): Tagged | undefined {
    if (object === undefined) return undefined;
    const property = this.inspector.own({ kind: 'tagged', word: object }, name);
    if (property?.kind !== 'data') return undefined;
    if (property.value.kind === 'absent') this.isLacking = true;
    return property.value.kind === 'tagged' ? property.value.word : undefined;
  }

  /** An own data property under a symbol of that description. */
  getSymbol(object: Tagged | undefined, description: string): Tagged | undefined {
    const { view } = this;
    if (object === undefined) return undefined;
    return this.read(() => {
      const found = findProperty(
        view,
        object,
        (key) =>
          view.isType(view.readable(key), view.layout.types.SYMBOL) &&
          symbolDescription(view, key) === description,
      );
      return found && !found.isAccessor ? found.value : undefined;
    });
  }

  /** The property where it is an object. */
  object(object: Tagged | undefined, name: string): Tagged | undefined {
    return this.receiver(this.get(object, name));
  }

  /** The word, if it is an object. */
  receiver(word: Tagged | undefined): Tagged | undefined {
    const { view } = this;
    if (word === undefined) return undefined;
    const type = view.typeOrUndefined(word);
    if (type === undefined && !view.isSmi(word)) this.isLacking = true;
    return type !== undefined && view.layout.isReceiver(type) ? word : undefined;
  }

  text(object: Tagged | undefined, name: string): string | undefined {
    const value = this.primitive(this.get(object, name));
    return typeof value === 'string' ? short(value) : undefined;
  }

  symbolText(object: Tagged | undefined, description: string): string | undefined {
    const value = this.primitive(this.getSymbol(object, description));
    return typeof value === 'string' ? short(value) : undefined;
  }

  number(object: Tagged | undefined, name: string): number | undefined {
    const value = this.primitive(this.get(object, name));
    return typeof value === 'number' ? value : undefined;
  }

  flag(object: Tagged | undefined, name: string): boolean | undefined {
    const value = this.primitive(this.get(object, name));
    return typeof value === 'boolean' ? value : undefined;
  }

  /** The primitive value of a word; undefined for objects and symbols, too. */
  primitive(word: Tagged | undefined): string | number | boolean | bigint | null | undefined {
    if (word === undefined) return undefined;
    return this.read(() => {
      const value = primitiveOf(this.view, word);
      return value === notPrimitive ? undefined : value;
    });
  }

  /** Name of an object's class. */
  className(object: Tagged | undefined): string | undefined {
    if (object === undefined) return undefined;
    const name = this.read(() => constructorName(this.view, object));
    return name === undefined || name === '' ? undefined : short(name);
  }

  /** The first elements of an array. */
  elements(array: Tagged | undefined, count: number): Tagged[] {
    if (array === undefined) return [];
    return this.inspector
      .indexed({ kind: 'tagged', word: array }, 0, count)
      .flatMap(({ value }) => (value.kind === 'tagged' ? [value.word] : []));
  }

  /** Texts of the first elements of an array. */
  texts(array: Tagged | undefined, count: number): string[] {
    return this.elements(array, count).flatMap((word) => {
      const text = this.primitive(word);
      return typeof text === 'string' ? [short(text)] : [];
    });
  }

  /** A variable of a function's closures. */
  closure(fn: Tagged | undefined, name: string): Tagged | undefined {
    if (fn === undefined) return undefined;
    const found = this.inspector.closureVariable({ kind: 'tagged', word: fn }, name);
    return found?.kind === 'tagged' ? found.word : undefined;
  }

  /** A number that a function's closures keep; those may stand unboxed. */
  closureNumber(fn: Tagged | undefined, name: string): number | undefined {
    if (fn === undefined) return undefined;
    const found = this.inspector.closureVariable({ kind: 'tagged', word: fn }, name);
    const value = found?.kind === 'synthetic' ? found.primitive : undefined;
    const number = found?.kind === 'tagged' ? this.primitive(found.word) : value;
    return typeof number === 'number' ? number : undefined;
  }

  /** What `read` gives; a Fault counts as something that is lacking. */
  read<T>(read: () => T | undefined): T | undefined {
    const found = attempt(read);
    if (!isAbsent(found)) return found;
    this.isLacking = true;
    return undefined;
  }
}

/** Where an object is, as all output writes it. */
export function addressOf(word: Tagged | undefined): Hex | null {
  return word === undefined ? null : hex(word - 1);
}

export function short(text: string): string {
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
}
