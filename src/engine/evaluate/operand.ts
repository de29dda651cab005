import { isAbsent } from '../absence.ts';
import type { ValueType } from '../contract.ts';
import type { Inspector, Kind, Preview, Value } from '../v8/inspect.ts';

/**
 * What the interpreter computes with: host primitives stand for themselves, everything else is wrapped in a
 * class of this file. No host object (array, function, prototype) is ever an operand, so an expression
 * cannot reach the process that evaluates it.
 */
export type Primitive = undefined | null | boolean | number | string | bigint;
export type Operand = Primitive | Sym | DumpObject | Made | Unavailable;
export type Reference = DumpObject | Made;
export type Key = string | Sym;

/** Work that can be suspended: every `yield` is a point at which the driver may pause or stop it. */
export type Steps<T> = Generator<undefined, T, undefined>;

/** A symbol; `value` where it is one of the dump. One instance for each symbol, so `===` is identity. */
export class Sym {
  readonly description: string | undefined;
  readonly value: Value | undefined;

  constructor(description: string | undefined, value: Value | undefined) {
    this.description = description;
    this.value = value;
  }

  toString(): string {
    return `Symbol(${this.description ?? ''})`;
  }
}

/** An object of the dump. Several instances may stand for one object: compare by `word`. */
export class DumpObject {
  readonly value: Value;
  readonly word: number;
  readonly type: 'object' | 'function';
  /** As in Preview. */
  readonly subtype: string | undefined;
  /** Native code gives further properties on demand. */
  readonly isIntercepted: boolean;
  readonly #inspector: Inspector;
  #preview: Preview | undefined;

  constructor(value: Value, word: number, kind: Kind, inspector: Inspector) {
    this.value = value;
    this.word = word;
    this.type = kind.type === 'function' ? 'function' : 'object';
    this.subtype = kind.subtype;
    this.isIntercepted = kind.intercepted === true;
    this.#inspector = inspector;
  }

  /** Texts, which take long to make. */
  get preview(): Preview {
    if (!this.#preview) {
      const preview = this.#inspector.preview(this.value);
      this.#preview = isAbsent(preview) ? unreadable(this.type, this.subtype) : preview;
    }
    return this.#preview;
  }
}

function unreadable(type: 'object' | 'function', subtype: string | undefined): Preview {
  return {
    type,
    subtype,
    primitive: undefined,
    className: undefined,
    description: type,
    address: undefined,
  };
}

/** A value that the dump lacks; it can be shown, and nothing can be done with it. */
export class Unavailable {
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

/** An own property as the interpreter sees it. */
export interface Slot {
  readonly value: Operand;
  readonly enumerable: boolean;
  /** Set for accessors: the getter, undefined where there is only a setter. */
  readonly accessor?: { readonly get: Operand };
}

/** Objects that the evaluation built. */
export abstract class Made {
  /** The global whose `prototype` is this object's, or an explicit prototype. */
  abstract readonly className: string;
  prototype: Reference | null | undefined;
  #properties: Map<Key, Slot> | undefined;

  get properties(): Map<Key, Slot> {
    this.#properties ??= new Map();
    return this.#properties;
  }

  get isBare(): boolean {
    return this.#properties === undefined;
  }

  get type(): ValueType {
    return 'object';
  }
}

export class MadeObject extends Made {
  readonly className: string = 'Object';

  put(key: Key, value: Operand): void {
    this.properties.set(key, { value, enumerable: true });
  }
}

/** A hole of an array. */
export const hole = Symbol('hole');

export class MadeArray extends Made {
  readonly className = 'Array';
  readonly items: (Operand | typeof hole)[];

  constructor(items: (Operand | typeof hole)[]) {
    super();
    this.items = items;
  }
}

/** Entries by the identity of keys, in order of insertion (see `identity`). */
export class MadeMap extends Made {
  readonly className = 'Map';
  readonly entries = new Map<unknown, [Operand, Operand]>();
}

export class MadeSet extends Made {
  readonly className = 'Set';
  readonly entries = new Map<unknown, Operand>();
}

export class MadeDate extends Made {
  readonly className = 'Date';
  /** Milliseconds since 1970, NaN for an invalid date. */
  readonly time: number;

  constructor(time: number) {
    super();
    this.time = time;
  }
}

export class MadeRegExp extends Made {
  readonly className = 'RegExp';
  readonly source: string;
  readonly flags: string;
  lastIndex = 0;

  constructor(source: string, flags: string) {
    super();
    this.source = source;
    this.flags = flags;
  }
}

/** A typed array (or Buffer) with content of its own. */
export class MadeBytes extends Made {
  readonly className: string;
  readonly elements: ArrayLike<number | bigint>;

  constructor(className: string, elements: ArrayLike<number | bigint>) {
    super();
    this.className = className;
    this.elements = elements;
  }
}

export type Call = (self: Operand, args: readonly Operand[]) => Steps<Operand>;

/** An arrow function of the expression, or a builtin of the language that the dump does not offer. */
export class MadeFunction extends Made {
  readonly className = 'Function';
  name: string;
  readonly length: number;
  /** Source text of an arrow function. */
  readonly source: string;
  readonly call: Call;
  /** For getters of the language: the getter itself. */
  readonly get: ((self: Operand) => Operand) | undefined;
  /** For simple arrow functions: the call at once, or `slow`. */
  quick: ((args: readonly Operand[]) => Operand | typeof slow) | undefined;

  constructor(name: string, length: number, source: string, call: Call, get?: (self: Operand) => Operand) {
    super();
    this.get = get;
    this.name = name;
    this.length = length;
    this.source = source;
    this.call = call;
  }

  override get type(): ValueType {
    return 'function';
  }
}

/** The end of an iteration. */
export const done = Symbol('done');

/** Given by quick computations for what takes steps. */
export const slow = Symbol('slow');

/** A value that takes steps to compute. */
export class Pending<T = Operand> {
  readonly steps: Steps<T>;

  constructor(steps: Steps<T>) {
    this.steps = steps;
  }
}

/** The elements of an iteration, one at a time; `done` at the end and ever after. */
export type Cursor = () => Operand | typeof done | Pending<Operand | typeof done>;

export class MadeIterator extends Made {
  readonly className: string;
  readonly next: Cursor;
  /** The first elements, taken from an iterator that is the result, for display. */
  readonly shown: Operand[] = [];

  /** `className` as V8 names iterators: "Array Iterator", "Map Iterator", "Iterator Helper", ... */
  constructor(className: string, next: Cursor) {
    super();
    this.className = className;
    this.next = next;
  }
}

export function isReference(operand: Operand): operand is Reference {
  return operand instanceof DumpObject || operand instanceof Made;
}

/** SameValueZero's key of an operand: equal for two operands exactly if they are the same value. */
export function identity(operand: Operand): unknown {
  if (operand instanceof DumpObject) return `@${operand.word}`;
  return typeof operand === 'string' ? `=${operand}` : operand;
}

export function isCallable(operand: Operand): operand is DumpObject | MadeFunction {
  if (operand instanceof DumpObject) return operand.type === 'function';
  return operand instanceof MadeFunction;
}

/** Whether two objects are the same one. */
export function strictly(a: Operand, b: Operand): boolean {
  return a === b || (a instanceof DumpObject && b instanceof DumpObject && a.word === b.word);
}
