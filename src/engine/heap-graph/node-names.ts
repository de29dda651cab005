import { attemptOr } from '../absence.ts';
import type { Address, Tagged } from '../address.ts';
import { NodeType } from '../graph/types.ts';
import { hashTables } from '../v8/layout/instance-types.ts';
import { constructorName, type NameByMap, nameByMap, ownTag } from '../v8/objects/constructor-name.ts';
import { sharedOf } from '../v8/objects/functions.ts';
import type { HeapView } from '../v8/objects/heap-view.ts';
import type { MapInfo } from '../v8/objects/map.ts';
import { sharedName } from '../v8/objects/shared-function.ts';
import { MAX_NAME } from './core-texts.ts';
import type { HeapImage } from './heap-image.ts';
import type { HeapWords } from './heap-words.ts';

export interface NodeLabel {
  readonly type: number;
  /** '' for arrays that are named by who owns them. */
  readonly name: string;
}

/** Internal objects that V8 counts as code, by class (GetSystemEntryType). */
const CODE_CLASSES = new Set([
  'AllocationSite',
  'ArrayBoilerplateDescription',
  'BytecodeArray',
  'ClosureFeedbackCellArray',
  'FeedbackCell',
  'FeedbackMetadata',
  'FeedbackVector',
  'InterpreterData',
  'LoadHandler',
  'ObjectBoilerplateDescription',
  'PreparseData',
  'RegExpBoilerplateDescription',
  'ScopeInfo',
  'StoreHandler',
  'TemplateObjectDescription',
  'UncompiledDataWithPreparseData',
  'UncompiledDataWithPreparseDataAndJob',
  'UncompiledDataWithoutPreparseData',
  'UncompiledDataWithoutPreparseDataWithJob',
]);
const SHAPE_CLASSES = new Set([
  'DescriptorArray',
  'StrongDescriptorArray',
  'EnumCache',
  'PrototypeInfo',
  'TransitionArray',
]);

const MAX_CACHED = 1 << 16;

/** Types and names of nodes as V8's heap snapshot gives them (V8HeapExplorer::AddEntry, profiler/heap-snapshot-generator.cc). */
export class NodeNames {
  readonly #view: HeapView;
  readonly #image: HeapImage;
  readonly #words: HeapWords;
  readonly #systemNames = new Map<number, NodeLabel>();
  readonly #constructors = new Map<Tagged, string>();
  /** Of objects that their map alone does not name. */
  readonly #byMap = new Map<Tagged, NameByMap>();
  /** By prototype. */
  readonly #inherited = new Map<Tagged, string | undefined>();
  /** By SharedFunctionInfo. */
  readonly #functions = new Map<Tagged, string>();
  readonly #arrayTypes: ReadonlySet<number>;
  /** Index of `Symbol.toStringTag`. */
  readonly #tagIndex: number;

  constructor(view: HeapView, image: HeapImage, words: HeapWords) {
    this.#view = view;
    this.#image = image;
    this.#words = words;
    this.#tagIndex = image.indexAt(attemptOr(0 as Tagged, () => view.isolate.root('to_string_tag_symbol')));
    const { types } = view.layout;
    this.#arrayTypes = new Set([
      types.FIXED_ARRAY,
      types.TRUSTED_FIXED_ARRAY,
      types.FIXED_DOUBLE_ARRAY,
      types.BYTE_ARRAY,
      ...hashTables(types),
      types.EPHEMERON_HASH_TABLE,
      ...(view.layout.graph.specialArraysAreFixed ? [types.SCRIPT_CONTEXT_TABLE] : []),
    ]);
  }

  of(a: Address, map: MapInfo): NodeLabel {
    const word = (a + 1) as Tagged;
    const label = attemptOr(undefined, () => this.#label(word, map));
    return label ?? { type: NodeType.hidden, name: `system / ${this.#view.layout.typeName(map.type)}` };
  }

  /** True if all objects of the map have the same label. */
  isOfMap(map: MapInfo): boolean {
    const { layout } = this.#view;
    const { types } = layout;
    const { type } = map;
    if (layout.isString(type)) {
      const { representationMask, consTag, slicedTag } = layout.objects.string;
      const form = type & representationMask;
      return form === consTag || form === slicedTag;
    }
    if (layout.isFunction(type) || type === types.JS_REG_EXP) return false;
    if (layout.isReceiver(type)) return type === types.JS_PROXY || this.#sharesConstructor(map);
    return (
      type !== types.SYMBOL &&
      type !== types.ODDBALL &&
      type !== types.HOLE &&
      type !== types.SHARED_FUNCTION_INFO &&
      type !== types.SCRIPT &&
      type !== types.MAP
    );
  }

  /** Instances of one map share their constructor, unless they are dictionaries or singular, or have tags of their own. */
  #sharesConstructor(map: MapInfo): boolean {
    return !map.isDictionary && !this.#isSingular(map) && !this.#isTagged(map);
  }

  /** True if `Symbol.toStringTag` is an own property of the map's objects. */
  #isTagged(map: MapInfo): boolean {
    const image = this.#image;
    const { descriptors: d, map: m } = this.#view.layout.objects;
    const own = image.indexAt(map.word);
    const descriptors = own < 0 ? -1 : image.target(own + m.descriptors / 8);
    if (descriptors < 0) return false;
    const first = descriptors + d.header / 8 + d.key;
    const end = Math.min(first + d.entryWords * map.ownDescriptors, image.pageOf(descriptors).end);
    for (let w = first; w < end; w += d.entryWords) if (image.target(w) === this.#tagIndex) return true;
    return false;
  }

  /** Prototypes, global objects, and wrappers, which are named by what they hold: their map does not tell. */
  #isSingular({ type, isPrototypeMap }: MapInfo): boolean {
    const { types } = this.#view.layout;
    return (
      isPrototypeMap ||
      type === types.JS_GLOBAL_PROXY ||
      type === types.JS_GLOBAL_OBJECT ||
      type === types.JS_PRIMITIVE_WRAPPER
    );
  }

  /** Name of an object that may have a tag of its own. */
  #ownName(word: Tagged, map: MapInfo): string {
    const known = this.#nameByMap(word, map);
    const mayHaveTag = known.isTagFirst && (!map.isDictionary || this.#mayHaveTag(word));
    return (mayHaveTag ? ownTag(this.#view, word) : undefined) ?? known.name;
  }

  #nameByMap(word: Tagged, map: MapInfo): NameByMap {
    let known = this.#byMap.get(map.word);
    if (!known) {
      known = nameByMap(this.#view, word, this.#inherited);
      if (this.#byMap.size < MAX_CACHED) this.#byMap.set(map.word, known);
    }
    return known;
  }

  /** False if `Symbol.toStringTag` is no key of the object's dictionary. */
  #mayHaveTag(word: Tagged): boolean {
    const image = this.#image;
    const { hashTable, object } = this.#view.layout.objects;
    const i = image.indexAt(word);
    const store = i < 0 ? -1 : image.target(i + object.properties / 8);
    if (store < 0) return true;
    const end = Math.min(store + 2 + image.halves[2 * store + 3]!, image.pageOf(store).end);
    const first = store + 2 + hashTable.prefix + hashTable.namePrefixSize;
    for (let w = first; w < end; w += hashTable.nameEntrySize)
      if (image.target(w) === this.#tagIndex) return true;
    return false;
  }

  #label(word: Tagged, map: MapInfo): NodeLabel {
    const view = this.#view;
    const { layout } = view;
    const { types } = layout;
    const { type } = map;
    if (layout.isString(type)) return this.#string(word, type);
    if (layout.isFunction(type))
      return { type: NodeType.closure, name: this.#functionName(sharedOf(view, word)) };
    if (type === types.JS_BOUND_FUNCTION) return { type: NodeType.closure, name: 'native_bind' };
    if (type === types.JS_REG_EXP) {
      const source = this.#words.tagged(word, layout.objects.regExp.source);
      const name = view.isString(source) ? cut(view.string(source)) : 'JSRegExp (uninitialized)';
      return { type: NodeType.regexp, name };
    }
    if (layout.isReceiver(type) && type !== types.JS_PROXY)
      return { type: NodeType.object, name: this.#objectName(word, map) };
    return this.#internal(word, type);
  }

  #functionName(shared: Tagged): string {
    let name = this.#functions.get(shared);
    if (name === undefined) {
      name = cut(sharedName(this.#view, shared));
      if (this.#functions.size < MAX_CACHED) this.#functions.set(shared, name);
    }
    return name;
  }

  #string(word: Tagged, type: number): NodeLabel {
    const { representationMask, consTag, slicedTag } = this.#view.layout.objects.string;
    const form = type & representationMask;
    if (form === consTag) return { type: NodeType.consString, name: '(concatenated string)' };
    if (form === slicedTag) return { type: NodeType.slicedString, name: '(sliced string)' };
    return { type: NodeType.string, name: cut(this.#view.string(word)) };
  }

  #objectName(word: Tagged, map: MapInfo): string {
    const { types } = this.#view.layout;
    if (map.type === types.JS_PRIMITIVE_WRAPPER) return this.#wrapperName(word, map);
    if (this.#isSingular(map)) {
      const name = cut(attemptOr('Object', () => constructorName(this.#view, word)));
      if (!this.#view.layout.graph.globalsAreTagged) return name;
      if (map.type === types.JS_GLOBAL_OBJECT) return `${name} (global*)`;
      return map.type === types.JS_GLOBAL_PROXY ? `${name} (global)` : name;
    }
    if (map.isDictionary) return cut(attemptOr('Object', () => this.#ownName(word, map)));
    let name = this.#constructors.get(map.word);
    if (name === undefined && this.#isTagged(map))
      return cut(attemptOr('Object', () => this.#ownName(word, map)));
    if (name === undefined) {
      name = cut(attemptOr('Object', () => constructorName(this.#view, word)));
      if (this.#constructors.size < MAX_CACHED) this.#constructors.set(map.word, name);
    }
    return name;
  }

  /** What a wrapper holds is asked for where its map does not tell. */
  #wrapperName(word: Tagged, map: MapInfo): string {
    const known = attemptOr(undefined, () => this.#nameByMap(word, map));
    if (known && !known.isTagFirst) return cut(known.name);
    return cut(attemptOr('Object', () => constructorName(this.#view, word)));
  }

  #internal(word: Tagged, type: number): NodeLabel {
    const view = this.#view;
    const { types, objects, code } = view.layout;
    switch (type) {
      case types.SYMBOL: {
        const isPrivate = (this.#words.u32(word, objects.symbol.flags) & objects.symbol.isPrivate) !== 0;
        return isPrivate
          ? { type: NodeType.hidden, name: 'private symbol' }
          : { type: NodeType.symbol, name: 'symbol' };
      }
      case types.ODDBALL: {
        const text = view.layout.graph.oddballsAreNamed ? this.#oddball(word) : undefined;
        return text === undefined ? this.#system(type) : { type: NodeType.hidden, name: text };
      }
      case types.BIGINT:
        return { type: NodeType.bigint, name: 'bigint' };
      case types.HEAP_NUMBER:
        return { type: NodeType.number, name: 'heap number' };
      case types.INSTRUCTION_STREAM:
        return { type: NodeType.code, name: '' };
      case types.CODE:
        return { type: NodeType.code, name: '' };
      case types.SHARED_FUNCTION_INFO:
        return { type: NodeType.code, name: this.#functionName(word) };
      case types.SCRIPT: {
        const name = view.tagged(word, code.script.name);
        return { type: NodeType.code, name: view.isString(name) ? cut(view.string(name)) : '' };
      }
      case types.nativeContext:
        return { type: NodeType.hidden, name: 'system / NativeContext' };
      case types.MAP:
        return {
          type: this.#inReadOnlySpace(word) ? NodeType.hidden : NodeType.objectShape,
          name: this.#mapName(word),
        };
      default:
        return view.layout.isContext(type)
          ? { type: NodeType.object, name: 'system / Context' }
          : this.#system(type);
    }
  }

  #oddball(word: Tagged): string | undefined {
    const view = this.#view;
    if (word === view.undefined) return 'undefined';
    if (word === view.null) return 'null';
    if (word === view.true) return 'true';
    return word === view.false ? 'false' : undefined;
  }

  /** Maps of strings say of which kind. */
  #mapName(word: Tagged): string {
    const { layout } = this.#view;
    const type = this.#view.u16(word, layout.objects.map.instanceType);
    return layout.isString(type) ? `system / Map (${camelCase(layout.typeName(type))})` : 'system / Map';
  }

  #system(type: number): NodeLabel {
    let label = this.#systemNames.get(type);
    if (!label) {
      const { layout } = this.#view;
      const className = this.#className(type);
      const name = `system / ${className}`;
      const isWrapper = className === 'BytecodeWrapper' || className === 'CodeWrapper';
      const isNameless =
        layout.graph.specialArraysAreFixed &&
        (type === layout.types.OBJECT_BOILERPLATE_DESCRIPTION ||
          type === layout.types.CLOSURE_FEEDBACK_CELL_ARRAY);
      if (isNameless) label = { type: NodeType.code, name: '' };
      else if (CODE_CLASSES.has(className) || (isWrapper && this.#view.layout.graph.wrappersAreCode))
        label = { type: NodeType.code, name };
      else if (this.#arrayTypes.has(type)) label = { type: NodeType.array, name: '' };
      else if (SHAPE_CLASSES.has(className)) label = { type: NodeType.objectShape, name };
      else label = { type: NodeType.hidden, name };
      this.#systemNames.set(type, label);
    }
    return label;
  }

  #className(type: number): string {
    const { layout } = this.#view;
    if (type === layout.graph.loadHandler) return 'LoadHandler';
    return type === layout.graph.storeHandler ? 'StoreHandler' : camelCase(layout.typeName(type));
  }

  /** Maps in the read-only space are V8's own. */
  #inReadOnlySpace(word: Tagged): boolean {
    const i = this.#image.indexAt(word);
    return i >= 0 && this.#image.pageOf(i).space === 'read_only_space';
  }
}

function cut(name: string): string {
  return name.length > MAX_NAME ? name.slice(0, MAX_NAME) : name;
}

/** "FEEDBACK_CELL" → "FeedbackCell", as V8's class names are. */
function camelCase(type: string): string {
  if (!/^[A-Z0-9_]+$/.test(type)) return type;
  if (type.startsWith('JS_')) return `JS${camelCase(type.slice(3))}`;
  return type
    .split('_')
    .map((part) => part.slice(0, 1) + part.slice(1).toLowerCase())
    .join('');
}
