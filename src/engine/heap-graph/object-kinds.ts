import { attemptOr } from '../absence.ts';
import { type Address, address, type Tagged } from '../address.ts';
import { hashTables } from '../v8/layout/instance-types.ts';
import type { HeapView } from '../v8/objects/heap-view.ts';
import type { MapInfo } from '../v8/objects/map.ts';
import { ObjectSizes } from '../v8/objects/object-size.ts';
import type { HeapImage, LoadedPage } from './heap-image.ts';
import { fitting, KindSizes } from './kind-sizes.ts';
import { Follow, type KindColumns } from './tracer.ts';

/** ScopeType up to 22: class, eval, function, module, script, catch, block, with, ... (common/globals.h). */
const CATCH_SCOPE = 5;
const WITH_SCOPE = 7;
const NONE = -1;

/** How the words of an object are to be read. */
export type Body =
  /** No pointers, but for the map. */
  | 'data'
  /** Every word may be tagged; words that are not are told by leading nowhere. */
  | 'words'
  /** Only the words before the data are. */
  | 'header'
  /** Keys hold values; neither is held by the table. */
  | 'ephemerons'
  /** As 'words', but the targets are weak although they carry no weak tag. */
  | 'weak-target';

/** What all objects of a map have in common. */
export interface Kind extends KindShape {
  /** Position among the kinds. */
  readonly id: number;
  readonly form: Form;
  /** Offset of the handle by which functions hold their code; 0 where there is none. */
  readonly dispatchHandle: number;
  /** Bytes of a character of a text that lies outside of the heap; 0 for all else. */
  readonly externalWidth: 0 | 1 | 2;
  /** Index of the map. */
  readonly mapIndex: number;
  /** True for objects that may stand for one of Node's C++. */
  readonly isWrapper: boolean;
}

interface KindShape {
  readonly map: MapInfo;
  readonly body: Body;
  /** Bytes of the tagged part, for 'header'. */
  readonly header: number;
  /** Offsets of words that are weak without a tag. */
  readonly weakOffsets: readonly number[];
}

/** How an object lies in memory: of one size with all of its kind, words behind their number, or characters behind theirs. */
type Form = 'fixed' | 'elements' | 'one-byte text' | 'other';

/** Tells kinds by map, and sizes of objects. */
export class ObjectKinds {
  /** By id. */
  readonly #kinds: Kind[] = [];
  readonly #view: HeapView;
  readonly #image: HeapImage;
  readonly #sizes: ObjectSizes;
  readonly #data: ReadonlySet<number>;
  readonly #elements: ReadonlySet<number>;
  /** byMap has NONE for what is no map, 0 for what was not asked for yet. */
  readonly columns: KindColumns;
  readonly #bytes: KindSizes;

  constructor(view: HeapView, image: HeapImage) {
    this.#view = view;
    this.#image = image;
    this.#sizes = new ObjectSizes(view);
    // Memory that is never touched costs nothing, and maps lie on few pages. A map takes more than eight words.
    const words = image.halves.length / 2;
    const most = Math.ceil(words / 8);
    this.#bytes = KindSizes.for(most);
    this.columns = {
      byMap: new Int32Array(new SharedArrayBuffer(4 * words)),
      follow: new Int32Array(new SharedArrayBuffer(4 * most)),
      sizes: this.#bytes.rows,
    };
    const { types } = view.layout;
    this.#data = new Set([
      types.FIXED_DOUBLE_ARRAY,
      types.BYTE_ARRAY,
      types.TRUSTED_BYTE_ARRAY,
      types.HEAP_NUMBER,
      types.BIGINT,
      types.FREE_SPACE,
      types.FEEDBACK_METADATA,
      types.FOREIGN,
    ]);
    this.#elements = new Set([
      types.FIXED_ARRAY,
      types.FIXED_DOUBLE_ARRAY,
      types.WEAK_FIXED_ARRAY,
      ...hashTables(types),
      types.EPHEMERON_HASH_TABLE,
    ]);
  }

  /** How many there are. */
  get count(): number {
    return this.#kinds.length;
  }

  /** Id of the kind of the object at word `i`; -1 if no map stands there. */
  idAt(i: number): number {
    const image = this.#image;
    if (image.isMarked(i)) return image.halves[2 * i]!;
    const map = image.target(i);
    if (map < 0) return -1;
    const id = this.columns.byMap[map]!;
    if (id > 0) return id - 1;
    return id === NONE ? -1 : this.#add(map, i);
  }

  at(i: number): Kind | undefined {
    const id = this.idAt(i);
    return id < 0 ? undefined : this.of(id);
  }

  of(id: number): Kind {
    return this.#kinds[id]!;
  }

  /** Adds the kind of a map that the object at word `i` has. */
  #add(map: number, i: number): number {
    const word = (this.#image.addressOf(map) + 1) as Tagged;
    const made = attemptOr(undefined, () => this.#make(word, i));
    if (!made) {
      this.columns.byMap[map] = NONE;
      return -1;
    }
    const id = this.#kinds.length;
    const kind = this.#kind(id, map, made);
    this.#kinds.push(kind);
    const { instanceSize, type } = made.map;
    const size = instanceSize === 0 ? this.#sizes.formulaOf(type) : instanceSize;
    if (size !== undefined) this.#bytes.set(id, size);
    this.columns.follow[id] = followOf(kind, size !== undefined);
    // Whoever finds the kind finds what is to be followed.
    Atomics.store(this.columns.byMap, map, id + 1);
    return id;
  }

  #kind(id: number, map: number, made: KindShape): Kind {
    const { layout } = this.#view;
    const { types } = layout;
    const { type } = made.map;
    const { dispatchHandle } = layout.objects.function;
    const isFunction = layout.isFunction(type);
    return {
      ...made,
      id,
      form: this.#form(made.map),
      dispatchHandle: isFunction && dispatchHandle > 0 ? dispatchHandle : 0,
      externalWidth: this.#externalWidth(type),
      mapIndex: map,
      isWrapper: type === types.JS_API_OBJECT || type === types.JS_SPECIAL_API_OBJECT,
    };
  }

  #externalWidth(type: number): 0 | 1 | 2 {
    const { layout } = this.#view;
    const { representationMask, externalTag, encodingMask, oneByteTag } = layout.objects.string;
    if (!layout.isString(type)) return 0;
    if ((type & representationMask) !== externalTag) return 0;
    return (type & encodingMask) === oneByteTag ? 1 : 2;
  }

  #form({ type, instanceSize }: MapInfo): Form {
    if (instanceSize !== 0) return 'fixed';
    const { layout } = this.#view;
    const { objects, types } = layout;
    const { representationMask, seqTag, encodingMask, oneByteTag } = objects.string;
    // Strings have their length in the upper half of their second word, arrays theirs as a Smi.
    if (layout.isString(type)) {
      const isSequential = (type & representationMask) === seqTag && objects.string.length === 12;
      return isSequential && (type & encodingMask) === oneByteTag ? 'one-byte text' : 'other';
    }
    if (objects.fixedArray.length !== 8 || objects.fixedArray.data !== 16 || type === types.nativeContext)
      return 'other';
    return this.#elements.has(type) || layout.isContext(type) ? 'elements' : 'other';
  }

  /** Bytes of the object at word `i` of a page; at least its map word. */
  size(i: number, { id, map }: Kind, page: LoadedPage): number {
    return fitting(this.#bytes.of(this.#image.halves, i, id) || this.#rareSize(i, map, page), page.end - i);
  }

  #rareSize(i: number, map: MapInfo, page: LoadedPage): number {
    const a = address(page.start + 8 * (i - page.first));
    return attemptOr(undefined, () => this.#sizes.of(a, map)) ?? this.#codeSize(a, map);
  }

  #codeSize(a: Address, { type }: MapInfo): number {
    const { types, code } = this.#view.layout;
    const { memory } = this.#view;
    return attemptOr(8, () => {
      if (type === types.INSTRUCTION_STREAM) {
        const info = address(memory.pointer(address(a + code.instructionStream.code)) - 1);
        return round64(
          code.instructionStream.body +
            memory.u32(address(info + code.code.instructionSize)) +
            memory.u32(address(info + code.code.metadataSize)),
        );
      }
      if (type === types.CODE && !Number.isNaN(code.code.inlineInstructions)) {
        return round64(
          code.code.inlineInstructions +
            memory.u32(address(a + code.code.instructionSize)) +
            memory.u32(address(a + code.code.metadataSize)),
        );
      }
      if (type === types.SCOPE_INFO) return this.#scopeInfoSize(a);
      return 8;
    });
  }

  /** Names and infos of context locals, then what the flags announce (objects/scope-info.tq). */
  #scopeInfoSize(a: Address): number {
    const { graph } = this.#view.layout;
    const { scopeInfo: o, scopeFlags: f } = this.#view.layout.objects;
    const { memory } = this.#view;
    const flags = memory.u32(address(a + o.flags + (o.rawFlags ? 0 : 4)));
    const locals = memory.u32(address(a + o.contextLocalCount + 4));
    const names = locals < o.maxInlinedNames ? locals : 1;
    let size = o.firstVariable + 8 * (names + locals);
    const scopeType = flags & o.scopeTypeMask;
    if (scopeType === o.moduleScope) size += 8;
    if (flags & f.hasSavedClassVariable) size += 8;
    if ((flags >>> f.functionVariableShift) & 3) size += 16;
    if (flags & f.hasInferredName) size += 8;
    // Up to 22, positions stand here, but not for catch, block and with, nor in the one that stands for none.
    const isEmpty = a + 1 === this.#view.isolate.root('empty_scope_info');
    if (!o.rawFlags && !isEmpty && !(scopeType >= CATCH_SCOPE && scopeType <= WITH_SCOPE)) size += 16;
    if (scopeType === o.functionScope) size += graph.functionScopeExtra;
    if (flags & f.hasOuterScopeInfo) size += 8;
    if (scopeType === o.moduleScope) size += 16;
    return size;
  }

  #make(word: Tagged, i: number): KindShape {
    const view = this.#view;
    const { types, code, graph } = view.layout;
    const map = view.mapAt(word);
    const { type } = map;
    const kind = (body: Body, header = 0, weakOffsets: readonly number[] = []): KindShape => ({
      map,
      body,
      header,
      weakOffsets,
    });
    if (view.layout.isString(type)) {
      const { representationMask, consTag, slicedTag, thinTag } = view.layout.objects.string;
      const form = type & representationMask;
      return kind(form === consTag || form === slicedTag || form === thinTag ? 'words' : 'data');
    }
    if (this.#data.has(type)) return kind('data');
    if (type === types.BYTECODE_ARRAY) return kind('header', code.bytecodeArray.frameSize);
    if (type === types.INSTRUCTION_STREAM) return kind('header', code.instructionStream.body);
    if (type === types.CODE && !Number.isNaN(code.code.inlineInstructions))
      return kind('header', code.code.flags);
    if (type === types.PREPARSE_DATA) return kind('data');
    if (type === types.EPHEMERON_HASH_TABLE) return kind('ephemerons');
    if (type === types.JS_WEAK_REF) return kind('weak-target', 0, [graph.weakRefTarget]);
    if (type === types.ALLOCATION_SITE && map.instanceSize > graph.weakNextOfSite)
      return kind('weak-target', 0, [graph.weakNextOfSite]);
    if (type === types.WEAK_CELL)
      return kind('weak-target', 0, [graph.weakCell.target, graph.weakCell.token]);
    // Context::NEXT_CONTEXT_LINK, the last slot: contexts do not hold each other.
    if (type === types.nativeContext)
      return kind('weak-target', 0, [8 * (this.#image.halves[2 * i + 3]! + 1)]);
    return kind('words');
  }
}

function followOf({ body, dispatchHandle, isWrapper, map }: Kind, isSized: boolean): number {
  if (body === 'data') return Follow.nothing;
  if (dispatchHandle > 0 || isWrapper || body !== 'words') return Follow.special;
  if (map.instanceSize === 0) return isSized ? Follow.bySize : Follow.special;
  return map.instanceSize > 8 ? map.instanceSize / 8 - 1 : Follow.nothing;
}

function round64(n: number): number {
  return Math.ceil(n / 64) * 64;
}
