import { attemptOr } from '../absence.ts';
import type { Address, Tagged } from '../address.ts';
import { EdgeType } from '../graph/types.ts';
import { hashTables } from '../v8/layout/instance-types.ts';
import type { HeapView } from '../v8/objects/heap-view.ts';
import type { MapInfo } from '../v8/objects/map.ts';
import { CodeReferences } from './code-references.ts';
import { ContextReferences } from './context-references.ts';
import { ElementReferences } from './element-references.ts';
import { FieldRules } from './field-rules.ts';
import type { HeapWords } from './heap-words.ts';
import { PropertyReferences } from './property-references.ts';
import type { ReferenceSink } from './reference-sink.ts';

const { property, internal, weak, shortcut } = EdgeType;
const HIGH = 0x1_0000_0000;

type Field = (name: string, offset: number, kind?: number) => void;

/** References by the names that V8 gives them (V8HeapExplorer::ExtractReferences, profiler/heap-snapshot-generator.cc). */
export class References {
  readonly #view: HeapView;
  readonly #words: HeapWords;
  readonly properties: PropertyReferences;
  readonly contexts: ContextReferences;
  readonly elements: ElementReferences;
  readonly fields: FieldRules;
  readonly code: CodeReferences;
  /** Types of arrays whose elements are shown by their number. */
  readonly indexed: ReadonlySet<number>;

  constructor(view: HeapView, words: HeapWords, asV8: boolean) {
    this.#view = view;
    this.#words = words;
    this.properties = new PropertyReferences(view, words);
    this.elements = new ElementReferences(view, words);
    this.contexts = new ContextReferences(view, words, asV8);
    this.fields = new FieldRules(view.layout);
    this.code = new CodeReferences(view, words);
    const { types, graph } = view.layout;
    this.indexed = new Set([
      ...(graph.specialArraysAreFixed
        ? [
            types.OBJECT_BOILERPLATE_DESCRIPTION,
            types.CLOSURE_FEEDBACK_CELL_ARRAY,
            types.SCRIPT_CONTEXT_TABLE,
          ]
        : []),
      types.FIXED_ARRAY,
      ...hashTables(types),
    ]);
  }

  /** Tells the sink all references of an object that have a name or a number; the rest is the caller's. */
  extract(a: Address, map: MapInfo, sink: ReferenceSink): void {
    const word = (a + 1) as Tagged;
    attemptOr(undefined, () => this.#extract(word, map, sink));
  }

  #extract(word: Tagged, map: MapInfo, sink: ReferenceSink): void {
    const { layout } = this.#view;
    const { type } = map;
    const field: Field = (name, offset, kind = internal) =>
      sink.named(kind, name, this.#words.tagged(word, offset), offset);
    if (layout.isReceiver(type)) this.#receiver(word, map, sink, field);
    else if (layout.isContext(type)) this.contexts.native(word, sink);
    else if (this.indexed.has(type)) this.#array(word, sink);
    else {
      const rules = this.fields.of(type);
      if (type === this.#view.layout.types.WEAK_ARRAY_LIST) this.#weakList(word, sink);
      else if (!rules) this.code.extract(word, type, sink);
      else
        for (const { name, offset, type: kind, role, roleType, mayBeWeak } of rules) {
          const target = this.#words.tagged(word, offset);
          if (role !== undefined) sink.tag(target, role, roleType);
          if (name !== undefined) field(name, offset, mayBeWeak && (target & 3) === 3 ? weak : kind);
        }
    }
  }

  #receiver(word: Tagged, map: MapInfo, sink: ReferenceSink, field: Field): void {
    const { types, objects, graph } = this.#view.layout;
    const { type } = map;
    if (type === types.JS_PROXY) return;
    if (type === types.JS_GLOBAL_PROXY) {
      if (graph.proxyHasShortcuts) this.#globalProxy(word, sink);
      return;
    }
    if (type === types.JS_ARRAY_BUFFER) {
      this.backingStore(word, sink);
      return;
    }
    if (
      type === types.JS_MAP ||
      type === types.JS_SET ||
      type === types.JS_WEAK_MAP ||
      type === types.JS_WEAK_SET
    ) {
      field('table', objects.collection.table);
    } else if (type === types.JS_PROMISE) field('reactions_or_result', objects.promise.reactionsOrResult);
    else if (type === types.JS_WEAK_REF) field('target', graph.weakRefTarget, weak);
    else if (
      type === types.JS_GENERATOR_OBJECT ||
      type === types.JS_ASYNC_FUNCTION_OBJECT ||
      type === types.JS_ASYNC_GENERATOR_OBJECT
    ) {
      const g = objects.generator;
      field('function', g.function);
      field('context', g.context);
      field('receiver', g.receiver);
      field('parameters_and_registers', g.registers);
    }
    this.properties.extract(word, map, sink);
    this.elements.extract(word, map, sink);
    sink.named(property, '__proto__', this.#words.tagged(map.word, objects.map.prototype), -1);
    if (this.#view.layout.isFunction(type)) this.#function(word, map, sink, field);
    else if (type === types.JS_BOUND_FUNCTION) this.#boundFunction(word, sink, field);
    else if (type === types.JS_GLOBAL_OBJECT) field('global_proxy', objects.object.fields);
    else if (type === types.JS_TYPED_ARRAY || type === types.JS_DATA_VIEW)
      field('buffer', objects.arrayBufferView.buffer);
    sink.tag(this.#words.tagged(word, objects.object.properties), '(object properties)');
    field('properties', objects.object.properties);
    sink.tag(this.#words.tagged(word, objects.object.elements), '(object elements)');
    field('elements', objects.object.elements);
  }

  #globalProxy(word: Tagged, sink: ReferenceSink): void {
    const view = this.#view;
    const { context, map } = view.layout.objects;
    const native = this.#words.tagged(view.map(view.map(word).word).word, map.constructorOrBackPointer);
    if (this.#words.type(native) !== view.layout.types.nativeContext) return;
    sink.named(shortcut, 'native_context', native, -1);
    sink.named(shortcut, 'global_object', this.#words.tagged(native, context.slots + 16), -1);
  }

  #boundFunction(word: Tagged, sink: ReferenceSink, field: Field): void {
    const { boundFunction: o } = this.#view.layout.objects;
    const args = this.#words.tagged(word, o.args);
    sink.tag(args, '(bound arguments)');
    field('bindings', o.args);
    field('bound_this', o.boundThis);
    field('bound_function', o.target);
    this.boundArguments(args, sink);
  }

  /** What a bound function gives to its target. */
  boundArguments(args: Tagged, sink: ReferenceSink): void {
    const { data } = this.#view.layout.objects.fixedArray;
    const length = this.#words.length(args);
    for (let i = 0; i < length; i++)
      sink.named(shortcut, boundArgument(i), this.#words.tagged(args, data + 8 * i), -1);
  }

  #function(word: Tagged, map: MapInfo, sink: ReferenceSink, field: Field): void {
    const view = this.#view;
    const { types, objects } = view.layout;
    const f = objects.function;
    if (map.instanceSize > f.prototypeOrInitialMap && map.inObjectStart * 8 > f.prototypeOrInitialMap) {
      const prototype = this.#words.tagged(word, f.prototypeOrInitialMap);
      const type = this.#words.type(prototype);
      if (type !== undefined && view.layout.isReceiver(type))
        sink.named(property, 'prototype', prototype, f.prototypeOrInitialMap);
      else if (type === types.MAP) {
        const value = map.nonInstancePrototype ?? this.#words.tagged(prototype, objects.map.prototype);
        sink.named(property, 'prototype', value, -1);
        field('initial_map', f.prototypeOrInitialMap);
      }
    }
    sink.tag(this.#words.tagged(word, f.feedbackCell), '(function feedback cell)');
    field('feedback_cell', f.feedbackCell);
    sink.tag(this.#words.tagged(word, f.shared), '(shared function info)');
    field('shared', f.shared);
    field('context', f.context);
    if (!Number.isNaN(f.code)) field('code', f.code);
    else {
      const entry = view.isolate.dispatchEntry(view.u32(word, f.dispatchHandle));
      if (entry) sink.named(internal, 'code', entry.code, f.dispatchHandle);
      else sink.skip(f.dispatchHandle);
    }
  }

  /** The memory that an ArrayBuffer has outside of the heap. */
  backingStore(word: Tagged, sink: ReferenceSink): void {
    const { arrayBuffer } = this.#view.layout.objects;
    const store = this.#words.pointer(word, arrayBuffer.backingStore);
    const bytes = this.#words.pointer(word, arrayBuffer.byteLength);
    sink.skip(arrayBuffer.backingStore);
    if (store !== 0) sink.native('backing_store', 'system / JSArrayBufferData', store, bytes);
  }

  /** What lies behind the length is shown, too, but not by its number. */
  #weakList(word: Tagged, sink: ReferenceSink): void {
    const { length, data } = this.#view.layout.objects.weakArrayList;
    const end = Math.min(data + 8 * (this.#words.tagged(word, length) / HIGH), 8 * this.#words.room(word));
    for (let i = 0, offset = data; offset < end; i++, offset += 8) {
      const value = this.#words.tagged(word, offset);
      const tag = value & 3;
      if (tag === 1) sink.indexed(internal, i, value, offset);
      else if (tag === 3) sink.indexed(weak, i, value, offset);
    }
  }

  #array(word: Tagged, sink: ReferenceSink): void {
    const length = this.#words.length(word);
    const { data } = this.#view.layout.objects.fixedArray;
    for (let i = 0; i < length; i++) {
      const value = this.#words.tagged(word, data + 8 * i);
      if ((value & 3) === 1) sink.indexed(internal, i, value, data + 8 * i);
    }
  }
}

/** Name of the edge to an argument of a bound function. */
export function boundArgument(i: number): string {
  return `bound_argument_${i}`;
}
