import type { Absence } from '../absence.ts';
import type { Address, Tagged } from '../address.ts';
import type { ValueType } from '../contract.ts';
import type { Listed } from './objects/listing.ts';

/**
 * A JavaScript value of the dump. `word` is a V8 tagged word; `synthetic` values (a number unboxed from a
 * register, a decoded position, a string that we made) carry their content themselves. `made` values are
 * objects that an evaluation built; only the inspector that `evaluate` offers for them knows their content.
 * `listed` ones are those that the debugger makes up.
 */
export type Value =
  | { readonly kind: 'tagged'; readonly word: Tagged }
  | { readonly kind: 'synthetic'; readonly primitive: string | number | boolean | bigint | null | undefined }
  | { readonly kind: 'made'; readonly made: object }
  | Listed
  | { readonly kind: 'absent'; readonly absence: Absence };

/** What one line of a debugger shows of a value. */
export interface Preview {
  readonly type: ValueType;
  /** CDP subtype: array, null, map, set, error, promise, typedarray, proxy, …; undefined if none. */
  readonly subtype: string | undefined;
  /** The primitive itself; undefined for objects and for undefined. */
  readonly primitive: string | number | boolean | bigint | null | undefined;
  readonly className: string | undefined;
  /** As CDP RemoteObject.description. */
  readonly description: string;
  /** Untagged address of a heap object. */
  readonly address: Address | undefined;
}

/**
 * What a preview says beside its texts. Subtypes other than those of the language may be missing, and
 * arguments objects have one of their own ("arguments").
 */
export interface Kind extends Pick<Preview, 'type' | 'subtype' | 'primitive'> {
  /** Set for objects some of whose properties native code gives on demand, so that they are not known. */
  readonly intercepted?: boolean;
}

/** A property, internal slot or collection entry of an object. */
export interface Property {
  /** "a", "0", "Symbol(x)", "#priv", "[[Prototype]]". */
  readonly name: string;
  readonly kind: 'data' | 'accessor' | 'private' | 'internal';
  readonly value: Value;
  readonly getter: Value | undefined;
  readonly setter: Value | undefined;
  readonly enumerable: boolean;
  readonly writable: boolean;
  readonly configurable: boolean;
  readonly isSymbol: boolean;
  /** The symbol itself, where `isSymbol`. */
  readonly symbol?: Value;
}

/** How many children of each kind an object has; all are cheap, even for a million elements. */
export interface ChildCounts {
  readonly named: number;
  /** All indices are below it. */
  readonly indexed: number;
  /** How many elements there are, where few of the indices have one: `present` gives them. */
  readonly present?: number;
  readonly internal: number;
  readonly entries: number;
}

/** Shows the values of one isolate. No method throws for the state of the dump. */
export interface Inspector {
  preview(value: Value): Preview | Absence;
  counts(value: Value): ChildCounts;
  /** Own named (string- and symbol-keyed, private) properties, in creation order. */
  named(value: Value): readonly Property[];
  /**
   * Elements `start` to `start + count`; holes are left out. A single one that is named "(elements)" says why
   * none can be read.
   */
  indexed(value: Value, start: number, count: number): readonly Property[];
  /** Elements by their position among those that are there, where `counts` says how many these are. */
  present?(value: Value, start: number, count: number): readonly Property[];
  /** Internal slots, `[[Prototype]]` last. */
  internal(value: Value): readonly Property[];
  /** Entries of Map, Set, WeakMap, WeakSet and their iterators; a single absent value if none can be read. */
  entries(value: Value, start: number, count: number): readonly { key: Value | undefined; value: Value }[];
  /** Raw bytes of an ArrayBuffer, typed array, DataView or Buffer. */
  memory(value: Value): { readonly address: Address; readonly length: number } | Absence;
  /** The ArrayBuffer that a typed array or DataView looks at, and from which of its bytes on; undefined for others. */
  viewed?(value: Value): { readonly buffer: Value; readonly byteOffset: number } | undefined;
  /** Where a function is defined, 1-based. */
  location(
    value: Value,
  ): { readonly url: string; readonly line: number; readonly column: number } | undefined;
  /** The value in one line, where this inspector has words of its own for it. */
  text?(value: Value): string | undefined;
  /** What names the value in an expression where no path does; an address is used without it. */
  reference?(value: Value): string | undefined;
  /** Part of the preview, much faster; undefined where only `preview` can tell. */
  kind?(value: Value): Kind | undefined;
  /** One own property by its name as `named` and `indexed` give it, faster than by searching these. */
  own?(value: Value, name: string): Property | undefined;
  /** `[[Prototype]]` alone. */
  prototype?(value: Value): Value;
  /** V8's name of the builtin that a function is ("ArrayFilter"); undefined for every other function. */
  builtin?(value: Value): string | undefined;
  /** The variable that a function sees in its closures; undefined where none of that name is kept there. */
  closureVariable?(value: Value, name: string): Value | undefined;
  /** Milliseconds since 1970 UTC that a Date holds, NaN for an invalid one; undefined for other objects. */
  time?(value: Value): number | undefined;
  /** IANA name of the process's time zone; undefined if it is not known, and this machine's is shown. */
  timeZone?(): string | undefined;
}
