import { attemptOr } from '../absence.ts';
import { type Address, address, type Tagged } from '../address.ts';
import { EdgeType, NodeType } from '../graph/types.ts';
import { scopeLocals } from '../v8/objects/context-locals.ts';
import { elementsOf } from '../v8/objects/elements.ts';
import type { HeapView } from '../v8/objects/heap-view.ts';
import type { MapInfo } from '../v8/objects/map.ts';
import { storedProperties } from '../v8/objects/properties.ts';
import { sharedDebugName } from '../v8/objects/shared-function.ts';
import { symbolDescription } from '../v8/objects/symbol.ts';

/** Receives the named references of one object. */
export interface ReferenceSink {
  /**
   * `offset` is that of the field in the object, which is then not shown again as a hidden reference; -1
   * where the reference is no field of it.
   */
  named(type: number, name: string, target: Tagged, offset: number): void;
  indexed(type: number, index: number, target: Tagged, offset: number): void;
  /** Gives a nameless array or an internal object the name of its role. */
  tag(target: Tagged, name: string, type?: number): void;
  /** The field is raw data, or shown in another way. */
  skip(offset: number): void;
  /** Memory outside of the heap that the object owns. */
  native(name: string, label: string, at: Address, bytes: number): void;
}

const { context, element, property, internal, weak } = EdgeType;
const MAX_ELEMENTS = 1 << 26;

/** References by the names that V8 gives them (V8HeapExplorer::ExtractReferences, profiler/heap-snapshot-generator.cc). */
export class References {
  readonly #view: HeapView;
  readonly #keys = new Map<Tagged, string>();

  constructor(view: HeapView) {
    this.#view = view;
  }

  /** Tells the sink all references of an object that have a name or a number; the rest is the caller's. */
  extract(a: Address, map: MapInfo, sink: ReferenceSink): void {
    const word = (a + 1) as Tagged;
    attemptOr(undefined, () => this.#extract(word, map, sink));
  }

  #extract(word: Tagged, map: MapInfo, sink: ReferenceSink): void {
    const { layout } = this.#view;
    const { types, objects } = layout;
    const { type } = map;
    const field = (name: string, offset: number, kind: number = internal) =>
      sink.named(kind, name, this.#view.tagged(word, offset), offset);
    if (layout.isReceiver(type)) {
      if (type === types.JS_PROXY) return;
      this.#receiver(word, map, sink, field);
    } else if (layout.isString(type)) this.#string(type, field);
    else if (layout.isContext(type)) this.#context(word, type, sink, field);
    else if (type === types.SYMBOL) field('name', objects.symbol.description);
    else if (type === types.MAP) this.#map(word, sink, field);
    else if (type === types.INSTRUCTION_STREAM) this.#instructions(word, sink, field);
    else if (type === types.SHARED_FUNCTION_INFO) this.#shared(word, sink, field);
    else if (type === types.SCRIPT) this.#script(word, sink, field);
    else if (type === types.ACCESSOR_PAIR) {
      field('getter', objects.accessorPair.getter);
      field('setter', objects.accessorPair.setter);
    } else if (type === types.CELL || type === types.FEEDBACK_CELL) field('value', objects.cell.value);
    else if (type === types.PROPERTY_CELL) field('value', objects.propertyCell.value);
    else if (type === types.WEAK_CELL) {
      field('target', layout.graph.weakCell.target, weak);
      field('unregister_token', layout.graph.weakCell.token, weak);
    } else if (type === types.BYTECODE_ARRAY) this.#bytecode(word, sink);
    else if (type === types.SCOPE_INFO) this.#scopeInfo(word, sink);
    else if (type === types.CODE) this.#code(word, sink);
    else if (isArray(types, type)) this.#array(word, sink);
    else this.#tagged(word, type, sink);
  }

  #receiver(
    word: Tagged,
    map: MapInfo,
    sink: ReferenceSink,
    field: (name: string, offset: number, kind?: number) => void,
  ): void {
    const view = this.#view;
    const { types, objects } = view.layout;
    const { type } = map;
    for (const p of attemptOr([], () => storedProperties(view, word))) this.#property(p, map, word, sink);
    this.#elements(word, sink);
    sink.named(property, '__proto__', map.prototype, -1);
    if (view.layout.isFunction(type)) this.#function(word, sink, field);
    else if (type === types.JS_BOUND_FUNCTION) {
      sink.tag(view.tagged(word, objects.boundFunction.args), '(bound arguments)');
      field('bindings', objects.boundFunction.args);
      field('bound_this', objects.boundFunction.boundThis);
      field('bound_function', objects.boundFunction.target);
    } else if (
      type === types.JS_MAP ||
      type === types.JS_SET ||
      type === types.JS_WEAK_MAP ||
      type === types.JS_WEAK_SET
    ) {
      field('table', objects.collection.table);
    } else if (type === types.JS_PROMISE) field('reactions_or_result', objects.promise.reactionsOrResult);
    else if (type === types.JS_WEAK_REF) field('target', view.layout.graph.weakRefTarget, weak);
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
    } else if (type === types.JS_ARRAY_BUFFER) this.#arrayBuffer(word, sink);
    else if (type === types.JS_TYPED_ARRAY || type === types.JS_DATA_VIEW)
      field('buffer', objects.arrayBufferView.buffer);
    sink.tag(view.tagged(word, objects.object.properties), '(object properties)');
    field('properties', objects.object.properties);
    sink.tag(view.tagged(word, objects.object.elements), '(object elements)');
    field('elements', objects.object.elements);
  }

  #property(
    p: { key: Tagged; value: Tagged; isAccessor: boolean },
    map: MapInfo,
    object: Tagged,
    sink: ReferenceSink,
  ): void {
    const view = this.#view;
    const name = this.#keyText(p.key);
    if (!p.isAccessor) {
      sink.named(property, name, p.value, this.#inObjectOffset(map, object, p.value));
      return;
    }
    if (!view.isType(p.value, view.layout.types.ACCESSOR_PAIR)) return;
    const { getter, setter } = view.layout.objects.accessorPair;
    sink.named(property, name, p.value, -1);
    const get = view.tagged(p.value, getter);
    const set = view.tagged(p.value, setter);
    if (view.isReceiver(get)) sink.named(property, `get ${name}`, get, -1);
    if (view.isReceiver(set)) sink.named(property, `set ${name}`, set, -1);
  }

  /** Offset of the in-object field that holds a value; -1 if none does. Fields of equal values are alike. */
  #inObjectOffset(map: MapInfo, object: Tagged, value: Tagged): number {
    for (let offset = map.inObjectStart * 8; offset < map.instanceSize; offset += 8) {
      if (this.#view.memory.tagged(address(object - 1 + offset)) === value) return offset;
    }
    return -1;
  }

  #elements(word: Tagged, sink: ReferenceSink): void {
    const { types } = this.#view.layout;
    const elements = this.#view.tagged(word, this.#view.layout.objects.object.elements);
    const store = this.#view.typeOrUndefined(elements);
    if (
      store !== types.FIXED_ARRAY &&
      store !== types.NUMBER_DICTIONARY &&
      store !== types.SLOPPY_ARGUMENTS_ELEMENTS
    )
      return;
    const view = elementsOf(this.#view, word);
    for (const e of view.slice(0, Math.min(view.length, MAX_ELEMENTS))) {
      if (e.value.kind === 'tagged') sink.indexed(element, e.index, e.value.word, -1);
    }
  }

  #function(word: Tagged, sink: ReferenceSink, field: (name: string, offset: number) => void): void {
    const view = this.#view;
    const { types, objects } = view.layout;
    const f = objects.function;
    if (view.map(word).instanceSize > f.prototypeOrInitialMap) {
      const prototype = view.tagged(word, f.prototypeOrInitialMap);
      if (view.isReceiver(prototype)) sink.named(property, 'prototype', prototype, f.prototypeOrInitialMap);
      else if (view.isType(prototype, types.MAP)) {
        sink.named(property, 'prototype', view.tagged(prototype, objects.map.prototype), -1);
        field('initial_map', f.prototypeOrInitialMap);
      }
    }
    sink.tag(view.tagged(word, f.feedbackCell), '(function feedback cell)');
    field('feedback_cell', f.feedbackCell);
    field('shared', f.shared);
    field('context', f.context);
    if (!Number.isNaN(f.code)) field('code', f.code);
    else {
      const entry = view.isolate.dispatchEntry(view.u32(word, f.dispatchHandle));
      if (entry) sink.named(internal, 'code', entry.code, f.dispatchHandle);
      else sink.skip(f.dispatchHandle);
    }
  }

  #arrayBuffer(word: Tagged, sink: ReferenceSink): void {
    const { arrayBuffer } = this.#view.layout.objects;
    const store = this.#view.pointer(word, arrayBuffer.backingStore);
    const bytes = this.#view.pointer(word, arrayBuffer.byteLength);
    sink.skip(arrayBuffer.backingStore);
    if (store !== 0) sink.native('backing_store', 'system / JSArrayBufferData', store, bytes);
  }

  #string(type: number, field: (name: string, offset: number) => void): void {
    const { string: s } = this.#view.layout.objects;
    const form = type & s.representationMask;
    if (form === s.consTag) {
      field('first', s.consFirst);
      field('second', s.consSecond);
    } else if (form === s.slicedTag) field('parent', s.slicedParent);
    else if (form === s.thinTag) field('actual', s.thinActual);
  }

  #context(
    word: Tagged,
    type: number,
    sink: ReferenceSink,
    field: (name: string, offset: number) => void,
  ): void {
    const view = this.#view;
    const { types, objects } = view.layout;
    const { slots, scopeInfoSlot, previousSlot } = objects.context;
    if (type !== types.nativeContext) {
      const locals = attemptOr([], () => scopeLocals(view, word));
      const length = view.arrayLength(word);
      for (const local of locals) {
        if (!view.isPointer(local.value)) continue;
        sink.named(context, local.name, local.value, this.#slotOffset(word, length, local.value));
      }
    }
    field('scope_info', slots + 8 * scopeInfoSlot);
    field('previous', slots + 8 * previousSlot);
    if (type === types.nativeContext) field('global_object', slots + 16);
  }

  #slotOffset(word: Tagged, length: number, value: Tagged): number {
    const { slots, minSlots } = this.#view.layout.objects.context;
    for (let i = minSlots; i < length; i++) {
      if (this.#view.tagged(word, slots + 8 * i) === value) return slots + 8 * i;
    }
    return -1;
  }

  #map(word: Tagged, sink: ReferenceSink, field: (name: string, offset: number) => void): void {
    const view = this.#view;
    const { types, objects } = view.layout;
    const transitions = view.tagged(word, objects.map.transitions);
    if (view.isType(transitions, types.TRANSITION_ARRAY)) {
      sink.tag(transitions, '(transition array)');
      field('transitions', objects.map.transitions);
    }
    sink.tag(view.tagged(word, objects.map.descriptors), '(map descriptors)');
    field('descriptors', objects.map.descriptors);
    field('prototype', objects.map.prototype);
    const maker = view.tagged(word, objects.map.constructorOrBackPointer);
    const type = view.typeOrUndefined(maker);
    let name = 'constructor';
    if (type === types.MAP) name = 'back_pointer';
    else if (type === types.nativeContext) name = 'native_context';
    else if (type === types.FUNCTION_TEMPLATE_INFO) name = 'constructor_function_data';
    field(name, objects.map.constructorOrBackPointer);
    sink.tag(view.tagged(word, objects.map.validityCell), '(prototype validity cell)', NodeType.objectShape);
    sink.tag(view.tagged(word, objects.map.dependentCode), '(dependent code)');
    field('dependent_code', objects.map.dependentCode);
  }

  #shared(word: Tagged, sink: ReferenceSink, field: (name: string, offset: number) => void): void {
    sink.tag(word, '(shared function info)');
    this.#nameCode(word, sink);
    const { shared } = this.#view.layout.code;
    field('name_or_scope_info', shared.nameOrScopeInfo);
    field('script', shared.script);
    if (Number.isNaN(shared.untrustedData)) field('function_data', shared.functionData);
    else {
      field('trusted_function_data', shared.functionData);
      field('untrusted_function_data', shared.untrustedData);
    }
    field('raw_outer_scope_info_or_feedback_metadata', shared.outerScopeInfoOrFeedbackMetadata);
  }

  /** Code is named by the function that it was made for. */
  #nameCode(shared: Tagged, sink: ReferenceSink): void {
    const view = this.#view;
    const { types, code } = view.layout;
    const data = view.tagged(shared, code.shared.functionData);
    if (!view.isType(data, types.CODE)) return;
    const name = sharedDebugName(view, shared);
    sink.tag(data, name === '' ? '(BASELINE code)' : `(code for ${name})`);
    if (Number.isNaN(code.code.instructionStream)) return;
    const stream = view.tagged(data, code.code.instructionStream);
    if (view.isPointer(stream))
      sink.tag(stream, name === '' ? '(BASELINE instruction stream)' : `(instruction stream for ${name})`);
  }

  #script(word: Tagged, sink: ReferenceSink, field: (name: string, offset: number) => void): void {
    const view = this.#view;
    const { script } = view.layout.code;
    field('source', script.source);
    field('name', script.name);
    sink.tag(view.tagged(word, script.lineEnds), '(script line ends)', NodeType.code);
    field('line_ends', script.lineEnds);
    sink.tag(view.tagged(word, script.sharedFunctionInfos), '(infos)', NodeType.code);
    field('infos', script.sharedFunctionInfos);
    field('source_url', script.sourceUrl);
    field('source_mapping_url', script.sourceMappingUrl);
  }

  #bytecode(word: Tagged, sink: ReferenceSink): void {
    const view = this.#view;
    const { bytecodeArray } = view.layout.code;
    this.#constants(view.tagged(word, bytecodeArray.constantPool), sink, 3);
    sink.tag(view.tagged(word, bytecodeArray.handlerTable), '(handler table)', NodeType.code);
    sink.tag(view.tagged(word, bytecodeArray.sourcePositions), '(source position table)', NodeType.code);
  }

  /** Constant pools, and arrays in them to a depth that V8 sets (RecursivelyTagConstantPool). */
  #constants(word: Tagged, sink: ReferenceSink, depth: number): void {
    const view = this.#view;
    const { types } = view.layout;
    const type = view.typeOrUndefined(word);
    if (
      type !== types.FIXED_ARRAY &&
      type !== types.TRUSTED_FIXED_ARRAY &&
      type !== types.OBJECT_BOILERPLATE_DESCRIPTION
    )
      return;
    sink.tag(word, '(constant pool)', NodeType.code);
    if (depth <= 1) return;
    const length = view.arrayLength(word);
    for (let i = 0; i < length; i++) this.#constants(view.element(word, i), sink, depth - 1);
  }

  #scopeInfo(word: Tagged, sink: ReferenceSink): void {
    const view = this.#view;
    const { scopeInfo } = view.layout.objects;
    if (view.smi(word, scopeInfo.contextLocalCount) < scopeInfo.maxInlinedNames) return;
    sink.tag(view.tagged(word, scopeInfo.firstVariable), '(context local names)', NodeType.code);
  }

  #code(word: Tagged, sink: ReferenceSink): void {
    const view = this.#view;
    const { code } = view.layout.code;
    sink.tag(view.tagged(word, code.deoptimizationData), '(code deopt data)', NodeType.code);
    sink.tag(view.tagged(word, code.sourcePositions), '(source position table)', NodeType.code);
    if (Number.isNaN(code.instructionStream)) return;
    const stream = view.tagged(word, code.instructionStream);
    if (view.isPointer(stream)) sink.named(internal, 'instruction_stream', stream, code.instructionStream);
  }

  #instructions(word: Tagged, sink: ReferenceSink, field: (name: string, offset: number) => void): void {
    const view = this.#view;
    const { code, body } = view.layout.code.instructionStream;
    field('code', code);
    const relocation = code + 8;
    if (relocation >= body) return;
    sink.tag(view.tagged(word, relocation), '(code relocation info)', NodeType.code);
    field('relocation_info', relocation);
  }

  /** Roles that V8 gives to what less frequent internal objects hold. */
  #tagged(word: Tagged, type: number, sink: ReferenceSink): void {
    const view = this.#view;
    const { types } = view.layout;
    const name = view.layout.typeName(type);
    if (type === types.ENUM_CACHE) {
      sink.tag(view.tagged(word, 8), '(enum cache)', NodeType.objectShape);
      sink.tag(view.tagged(word, 16), '(enum cache)', NodeType.objectShape);
    } else if (name === 'ARRAY_BOILERPLATE_DESCRIPTION') {
      sink.tag(view.tagged(word, 16), '(constant elements)', NodeType.code);
    } else if (type === types.FEEDBACK_VECTOR) {
      const end = view.layout.sizes.feedbackVectorHeader + 8 * view.i32(word, 8);
      for (let offset = view.layout.sizes.feedbackVectorHeader; offset < end; offset += 8) {
        const slot = view.tagged(word, offset);
        const kind = view.typeOrUndefined(slot);
        if (kind === types.WEAK_FIXED_ARRAY || kind === types.FIXED_ARRAY)
          sink.tag(slot, '(feedback)', NodeType.code);
      }
    }
  }

  #array(word: Tagged, sink: ReferenceSink): void {
    const view = this.#view;
    const length = view.arrayLength(word);
    const { data } = view.layout.objects.fixedArray;
    for (let i = 0; i < length; i++) {
      const value = view.memory.tagged(address(word - 1 + data + 8 * i));
      if (view.isPointer(value)) sink.indexed(internal, i, value, data + 8 * i);
    }
  }

  /** A property's name as V8 gives it: text, or `<symbol text>`. */
  #keyText(key: Tagged): string {
    let text = this.#keys.get(key);
    if (text === undefined) {
      const view = this.#view;
      text = view.isString(key)
        ? view.string(key)
        : `<symbol ${attemptOr('', () => symbolDescription(view, key))}>`;
      if (this.#keys.size < 1 << 18) this.#keys.set(key, text);
    }
    return text;
  }
}

function isArray(types: HeapView['layout']['types'], type: number): boolean {
  return (
    type === types.FIXED_ARRAY ||
    type === types.ORDERED_HASH_MAP ||
    type === types.ORDERED_HASH_SET ||
    type === types.NAME_DICTIONARY ||
    type === types.GLOBAL_DICTIONARY ||
    type === types.NUMBER_DICTIONARY ||
    type === types.HASH_TABLE ||
    type === types.SCRIPT_CONTEXT_TABLE
  );
}
