import { type Absence, absent, attempt, attemptOr, isAbsent } from '../absence.ts';
import type { Address, Tagged } from '../address.ts';
import type { JsFrame } from './frames/js-frame.ts';
import { ScriptLines } from './frames/script-lines.ts';
import type { ChildCounts, Inspector, Kind, Preview, Property, Value } from './inspect.ts';
import type { Isolate } from './isolate.ts';
import { arrayBuffer, dataView, viewedBuffer } from './objects/array-buffer.ts';
import { scriptName } from './objects/call-site.ts';
import { type Entries, mapEntries, noEntries, setEntries, weakEntries } from './objects/collections.ts';
import { dateValue } from './objects/date.ts';
import { type Elements, elementsOf } from './objects/elements.ts';
import { boundTarget, builtinName, functionStart } from './objects/functions.ts';
import { generatorPosition } from './objects/generator-position.ts';
import { HeapView } from './objects/heap-view.ts';
import { collectionIterator, internalSlots, slot } from './objects/internal-slots.ts';
import { kindOf } from './objects/kind.ts';
import { isListedArray, listedClass, listedElements, listedNames, listedPreview } from './objects/listing.ts';
import { NameIndex } from './objects/name-index.ts';
import {
  elementProperty,
  namedProperties,
  propertyHolder,
  propertyOf,
  unreadableProperty,
} from './objects/own-properties.ts';
import { previewOf, primitivePreview } from './objects/preview.ts';
import { anyRealm, globalsOf, mainRealm, nativeContextOf } from './objects/realm.ts';
import { typedArray } from './objects/typed-array.ts';
import { sandboxOf, visibleProperties } from './objects/vm-sandbox.ts';
import { ProcessEnv } from './process-env.ts';
import { Context } from './scopes/context.ts';
import { processTimeZone } from './time-zone.ts';

const MAX_CONTEXTS = 1000;
const NO_CHILDREN: ChildCounts = { named: 0, indexed: 0, internal: 0, entries: 0 };

/** Shows the values of one isolate as the live debugger would (see Inspector). */
export class V8Inspector implements Inspector {
  readonly view: HeapView;
  readonly lines: ScriptLines;
  readonly #names: NameIndex;
  readonly #env: ProcessEnv;
  #timeZone: string | undefined | null = null;
  #lastElements: { readonly object: Tagged; readonly elements: Elements } | undefined;

  constructor(isolate: Isolate) {
    this.view = new HeapView(isolate);
    this.#names = new NameIndex(this.view);
    this.lines = new ScriptLines(isolate.runtime);
    this.#env = new ProcessEnv(
      this.view,
      () => this.global(),
      (value, name) => this.own(value, name),
    );
  }

  /** The program's own `globalThis` (not that of a vm context), or why it cannot be had. */
  global(): Value {
    const { view } = this;
    const proxy = attemptOr(undefined, () => {
      const realm = anyRealm(view);
      return realm === undefined ? undefined : globalsOf(view, mainRealm(view, realm))?.proxy;
    });
    if (proxy === undefined) return { kind: 'absent', absence: absent('the global object was not found') };
    return { kind: 'tagged', word: proxy };
  }

  /** `globalThis` in a frame: that of its function's realm, which may be a vm context. */
  globalOf(frame: JsFrame | undefined): Value {
    const { view } = this;
    const proxy = attemptOr(undefined, () => {
      if (frame?.function === undefined || !view.isFunction(frame.function)) return undefined;
      const context = view.tagged(frame.function, view.layout.objects.function.context);
      const realm = nativeContextOf(view, context);
      return realm === undefined ? undefined : globalsOf(view, realm)?.proxy;
    });
    return proxy === undefined ? this.global() : { kind: 'tagged', word: proxy };
  }

  preview(value: Value): Preview | Absence {
    switch (value.kind) {
      case 'absent':
        return value.absence;
      case 'synthetic':
        return primitivePreview(value.primitive);
      case 'listed':
        return listedPreview(value);
      case 'made':
        return absent('made by an evaluation');
      case 'tagged': {
        const word = this.view.strong(value.word);
        if (word === undefined) return absent('a cleared weak reference');
        return attempt(() => previewOf(this.view, this.lines, this.timeZone(), word));
      }
    }
  }

  kind(value: Value): Kind | undefined {
    if (value.kind === 'listed') return listedPreview(value);
    const word = value.kind === 'tagged' ? this.view.strong(value.word) : undefined;
    if (word === undefined) return undefined;
    const kind = attemptOr(undefined, () => kindOf(this.view, word));
    const isKnown = kind?.intercepted && this.#env.is(word) && this.#env.variables.length > 0;
    return isKnown ? { ...kind, intercepted: false } : kind;
  }

  counts(value: Value): ChildCounts {
    if (value.kind === 'listed') {
      const indexed = isListedArray(value) ? value.length : 0;
      return { named: listedNames(value).length, indexed, internal: 1, entries: 0 };
    }
    const object = this.#object(value);
    if (object === undefined) return NO_CHILDREN;
    // What cannot be read counts as one, which says so.
    const elements = attemptOr({ length: 1, present: undefined as number | undefined }, () => {
      const { length, present } = this.#elements(object);
      return { length, present: present?.count };
    });
    const counts = {
      named: this.#env.is(object) ? this.#env.variables.length : attemptOr(0, () => this.#namedCount(object)),
      indexed: elements.length,
      internal: this.internal(value).length,
      entries: attemptOr(1, () => this.#entries(object).size),
    };
    return elements.present === undefined ? counts : { ...counts, present: elements.present };
  }

  named(value: Value): readonly Property[] {
    if (value.kind === 'listed') return listedNames(value);
    const object = this.#object(value);
    if (object === undefined || this.#isList(object)) return [];
    if (this.#env.is(object)) return this.#env.variables;
    const properties = attempt(() => namedProperties(this.view, this.lines, object));
    return isAbsent(properties) ? [unreadableProperty(properties, '(properties)')] : properties;
  }

  indexed(value: Value, start: number, count: number): readonly Property[] {
    if (value.kind === 'listed') return listedElements(value, start, count);
    const object = this.#object(value);
    if (object === undefined) return [];
    const elements = attempt(() => this.#elements(object).slice(start, start + count));
    return isAbsent(elements)
      ? [unreadableProperty(elements, '(elements)')]
      : elements.map((e) => elementProperty(this.view, e));
  }

  present(value: Value, start: number, count: number): readonly Property[] {
    const object = this.#object(value);
    if (object === undefined) return [];
    const elements = attempt(() => this.#elements(object).present?.slice(start, start + count) ?? []);
    return isAbsent(elements)
      ? [unreadableProperty(elements, '(elements)')]
      : elements.map((e) => elementProperty(this.view, e));
  }

  internal(value: Value): readonly Property[] {
    if (value.kind === 'listed') return [slot('[[Prototype]]', this.prototype(value))];
    const object = this.#object(value);
    if (object === undefined || this.#isList(object)) return [];
    const found = attempt(() => internalSlots(this.view, this.lines, object));
    const slots = isAbsent(found) ? [slot('[[Internal]]', { kind: 'absent', absence: found })] : found;
    const prototype = attempt(() => this.#shownPrototype(object));
    if (isAbsent(prototype)) return [...slots, slot('[[Prototype]]', { kind: 'absent', absence: prototype })];
    return this.view.isReceiver(prototype)
      ? [...slots, slot('[[Prototype]]', { kind: 'tagged', word: prototype })]
      : slots;
  }

  entries(value: Value, start: number, count: number): readonly { key: Value | undefined; value: Value }[] {
    const object = this.#object(value);
    if (object === undefined) return [];
    const entries = attempt(() => this.#entries(object).slice(start, count));
    if (isAbsent(entries)) return [{ key: undefined, value: { kind: 'absent', absence: entries } }];
    return entries.map(({ key, value: word }) => ({
      key: key === undefined ? undefined : { kind: 'tagged', word: key },
      value: { kind: 'tagged', word },
    }));
  }

  memory(value: Value): { readonly address: Address; readonly length: number } | Absence {
    const object = this.#object(value);
    if (object === undefined) return absent('not a buffer');
    return attempt((): { address: Address; length: number } | Absence => {
      const { types } = this.view.layout;
      const type = this.view.type(object);
      if (type === types.JS_TYPED_ARRAY || type === types.JS_DETACHED_TYPED_ARRAY) {
        const array = typedArray(this.view, object);
        return { address: array.data, length: array.length * array.type.size };
      }
      if (type === types.JS_ARRAY_BUFFER) {
        const { data, byteLength } = arrayBuffer(this.view, object);
        return { address: data, length: byteLength };
      }
      if (type === types.JS_DATA_VIEW || type === types.JS_RAB_GSAB_DATA_VIEW) {
        const { data, byteLength } = dataView(this.view, object);
        return { address: data, length: byteLength };
      }
      return absent('not a buffer');
    });
  }

  viewed(value: Value): { readonly buffer: Value; readonly byteOffset: number } | undefined {
    const object = this.#object(value);
    if (object === undefined) return undefined;
    return attemptOr(undefined, () => {
      const { types } = this.view.layout;
      const isView = [types.JS_TYPED_ARRAY, types.JS_DATA_VIEW, types.JS_RAB_GSAB_DATA_VIEW].includes(
        this.view.type(object),
      );
      return isView ? viewedBuffer(this.view, object) : undefined;
    });
  }

  location(
    value: Value,
  ): { readonly url: string; readonly line: number; readonly column: number } | undefined {
    const object = this.#object(value);
    if (object === undefined) return undefined;
    return attemptOr(undefined, () => {
      const { types } = this.view.layout;
      const type = this.view.type(object);
      if (
        type === types.JS_GENERATOR_OBJECT ||
        type === types.JS_ASYNC_GENERATOR_OBJECT ||
        type === types.JS_ASYNC_FUNCTION_OBJECT
      ) {
        return generatorPosition(this.view, this.lines, object);
      }
      const fn = boundTarget(this.view, object);
      const start = fn === undefined ? undefined : functionStart(this.view, fn);
      const position = start && this.lines.at(start.script, start.offset);
      return (
        start &&
        position && {
          url: scriptName(this.view, start.script),
          line: position.line,
          column: position.column,
        }
      );
    });
  }

  own(value: Value, name: string): Property | undefined {
    const object = this.#object(value);
    if (object === undefined && value.kind !== 'listed') return undefined;
    if (name.charCodeAt(0) <= 57 && /^(0|[1-9]\d{0,9})$/.test(name))
      return this.indexed(value, Number(name), 1)[0];
    if (object === undefined) return this.named(value).find((p) => p.name === name);
    if (this.#env.is(object)) return this.#env.variables.find((p) => p.name === name);
    const found = attempt(() => {
      const { types } = this.view.layout;
      const type = this.view.type(object);
      if (name.startsWith('#') || name.startsWith('Symbol(') || type === types.JS_MODULE_NAMESPACE) {
        return this.named(value).find((p) => p.name === name);
      }
      if (type === types.JS_PROXY) return undefined;
      const holder = propertyHolder(this.view, object);
      const stored = this.#names.find(holder, name);
      return stored && propertyOf(this.view, this.lines, holder, stored, name);
    });
    // Not to be taken for a property that is not there.
    return isAbsent(found) ? unreadableProperty(found, name) : found;
  }

  prototype(value: Value): Value {
    if (value.kind === 'listed') {
      const maker = this.own(this.global(), listedClass(value));
      return (maker && this.own(maker.value, 'prototype')?.value) ?? { kind: 'synthetic', primitive: null };
    }
    const object = this.#object(value);
    if (object === undefined) return { kind: 'synthetic', primitive: undefined };
    const word = attempt(() => this.#prototypeOf(object));
    return isAbsent(word) ? { kind: 'absent', absence: word } : { kind: 'tagged', word };
  }

  builtin(value: Value): string | undefined {
    const object = this.#object(value);
    return object === undefined ? undefined : attemptOr(undefined, () => builtinName(this.view, object));
  }

  time(value: Value): number | undefined {
    const object = this.#object(value);
    if (object === undefined || !this.view.isType(object, this.view.layout.types.JS_DATE)) return undefined;
    return attemptOr(undefined, () => dateValue(this.view, object));
  }

  closureVariable(value: Value, name: string): Value | undefined {
    const object = this.#object(value);
    if (object === undefined || !this.view.isFunction(object)) return undefined;
    return attemptOr(undefined, () => {
      let context = Context.at(
        this.view,
        this.view.tagged(object, this.view.layout.objects.function.context),
      );
      for (let i = 0; context && !context.isNative && i < MAX_CONTEXTS; i++) {
        const found = context.variable(name);
        if (found) return found;
        context = context.previous;
      }
      return undefined;
    });
  }

  /** The receiver (or list of bound arguments) that a value is. */
  #object(value: Value): Tagged | undefined {
    if (value.kind !== 'tagged') return undefined;
    const word = this.view.strong(value.word);
    if (word === undefined || !this.view.isPointer(word)) return undefined;
    return this.view.isReceiver(word) || this.#isList(word) ? word : undefined;
  }

  #isList(word: Tagged): boolean {
    return this.view.isType(word, this.view.layout.types.FIXED_ARRAY);
  }

  #shownPrototype(object: Tagged): Tagged {
    const { types, inspector } = this.view.layout;
    const isHidden = inspector.hiddenGlobalPrototype && this.view.isType(object, types.JS_GLOBAL_PROXY);
    return isHidden ? propertyHolder(this.view, object) : this.#prototypeOf(object);
  }

  /** The visible prototype: a JSGlobalProxy's own is its global object, which no program sees. */
  #prototypeOf(object: Tagged): Tagged {
    if (this.view.isType(object, this.view.layout.types.JS_PROXY)) return this.view.null;
    return this.view.readable(this.view.map(propertyHolder(this.view, object)).prototype);
  }

  #namedCount(object: Tagged): number {
    if (this.#isList(object)) return 0;
    const { view } = this;
    const holder = propertyHolder(view, object);
    if (sandboxOf(view, holder) !== undefined) return visibleProperties(view, holder).length;
    const map = view.map(holder);
    const { types, objects } = view.layout;
    if (map.type === types.JS_PROXY) return 0;
    if (!map.isDictionary && map.type !== types.JS_GLOBAL_OBJECT) return map.ownDescriptors;
    const dictionary = view.tagged(holder, objects.object.properties);
    const count = view.element(dictionary, objects.hashTable.elements);
    return view.isSmi(count) ? count / 0x1_0000_0000 : 0;
  }

  #elements(object: Tagged): Elements {
    // Pages of a dictionary are asked for one after another, and it is sorted for the first.
    if (this.#lastElements?.object !== object)
      this.#lastElements = { object, elements: this.#makeElements(object) };
    return this.#lastElements.elements;
  }

  #makeElements(object: Tagged): Elements {
    if (!this.#isList(object)) return elementsOf(this.view, object);
    const length = this.view.arrayLength(object);
    return {
      length,
      slice: (start, end) =>
        Array.from({ length: Math.max(0, Math.min(end, length) - start) }, (_, i) => ({
          index: start + i,
          value: { kind: 'tagged', word: this.view.element(object, start + i) },
          attributes: 0,
        })),
    };
  }

  #entries(object: Tagged): Entries {
    const { view } = this;
    const { types } = view.layout;
    switch (view.type(object)) {
      case types.JS_MAP:
        return mapEntries(view, object);
      case types.JS_SET:
        return setEntries(view, object);
      case types.JS_WEAK_MAP:
        return weakEntries(view, object, true);
      case types.JS_WEAK_SET:
        return weakEntries(view, object, false);
      default:
        return collectionIterator(view, object)?.entries ?? noEntries;
    }
  }

  timeZone(): string | undefined {
    if (this.#timeZone === null) this.#timeZone = processTimeZone(this.view.runtime);
    return this.#timeZone;
  }
}
