import { attemptOr } from '../absence.ts';
import { type Address, address, type Tagged } from '../address.ts';
import type { HeapView } from '../v8/objects/heap-view.ts';
import type { MapInfo } from '../v8/objects/map.ts';
import { ObjectSizes } from '../v8/objects/object-size.ts';
import type { HeapImage, LoadedPage } from './heap-image.ts';

/** ScopeType up to 22: class, eval, function, module, script, catch, block, with, ... (common/globals.h). */
const CATCH_SCOPE = 5;
const WITH_SCOPE = 7;

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
  /** Position in ObjectKinds.all. */
  readonly id: number;
  readonly sizeRule: SizeRule;
  /** Offset of the handle by which functions hold their code; 0 where there is none. */
  readonly dispatchHandle: number;
  /** Bytes of a character of a text that lies outside of the heap, where V8 does not count it to the string; else 0. */
  readonly externalWidth: 0 | 1 | 2;
  /** True for JavaScript objects that may stand for one of the embedder's C++. */
  readonly wraps: boolean;
}

interface KindShape {
  readonly map: MapInfo;
  readonly body: Body;
  /** Bytes of the tagged part, for 'header'. */
  readonly header: number;
  /** Offsets of words that are weak without a tag. */
  readonly weakOffsets: readonly number[];
}

/** How the size of an object follows from its words. */
type SizeRule = 'fixed' | 'elements' | 'bytes' | 'one-byte text' | 'two-byte text' | 'other';

/** Tells kinds by map, and sizes of objects. */
export class ObjectKinds {
  /** By kind's id. */
  readonly all: Kind[] = [];
  readonly #view: HeapView;
  readonly #image: HeapImage;
  readonly #sizes: ObjectSizes;
  readonly #data: ReadonlySet<number>;
  readonly #elements: ReadonlySet<number>;
  /** Open addressing by the index of a map: index + 1, kind's id or -1. */
  #maps = new Float64Array(1 << 14);
  #ids = new Int32Array(1 << 14);
  #count = 0;

  constructor(view: HeapView, image: HeapImage) {
    this.#view = view;
    this.#image = image;
    this.#sizes = new ObjectSizes(view);
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
      types.ORDERED_HASH_MAP,
      types.ORDERED_HASH_SET,
      types.NAME_DICTIONARY,
      types.NUMBER_DICTIONARY,
      types.HASH_TABLE,
      types.EPHEMERON_HASH_TABLE,
    ]);
  }

  /** Id of the kind of the object at word `i`; -1 if no map stands there. */
  idAt(i: number): number {
    const map = this.#image.target(i);
    if (map < 0) return -1;
    const mask = this.#maps.length - 1;
    let slot = (Math.imul(map, 0x9e37_79b1) >>> 8) & mask;
    for (let found = this.#maps[slot]!; found !== 0; found = this.#maps[slot]!) {
      if (found === map + 1) return this.#ids[slot]!;
      slot = (slot + 1) & mask;
    }
    return this.#add(map, i);
  }

  at(i: number): Kind | undefined {
    return this.all[this.idAt(i)];
  }

  /** Adds the kind of a map that the object at word `i` has. */
  #add(map: number, i: number): number {
    const word = (this.#image.addressOf(map) + 1) as Tagged;
    const made = attemptOr(undefined, () => this.#make(word, i));
    let id = -1;
    if (made) {
      id = this.all.length;
      const { layout } = this.#view;
      const { dispatchHandle } = layout.objects.function;
      const { type } = made.map;
      const hasHandle = layout.isFunction(type) && dispatchHandle > 0;
      this.all.push({
        ...made,
        id,
        sizeRule: this.#sizeRule(made.map),
        dispatchHandle: hasHandle ? dispatchHandle : 0,
        externalWidth: this.#externalWidth(type),
        wraps: type === layout.types.JS_API_OBJECT || type === layout.types.JS_SPECIAL_API_OBJECT,
      });
    }
    if (2 * ++this.#count > this.#maps.length) this.#grow();
    this.#put(map, id);
    return id;
  }

  #externalWidth(type: number): 0 | 1 | 2 {
    const { layout } = this.#view;
    const { representationMask, externalTag, encodingMask, oneByteTag } = layout.objects.string;
    if (layout.graph.externalStringsCount || !layout.isString(type)) return 0;
    if ((type & representationMask) !== externalTag) return 0;
    return (type & encodingMask) === oneByteTag ? 1 : 2;
  }

  #put(map: number, id: number): void {
    const mask = this.#maps.length - 1;
    let slot = (Math.imul(map, 0x9e37_79b1) >>> 8) & mask;
    while (this.#maps[slot] !== 0) slot = (slot + 1) & mask;
    this.#maps[slot] = map + 1;
    this.#ids[slot] = id;
  }

  #grow(): void {
    const [maps, ids] = [this.#maps, this.#ids];
    this.#maps = new Float64Array(2 * maps.length);
    this.#ids = new Int32Array(2 * maps.length);
    for (let i = 0; i < maps.length; i++) if (maps[i] !== 0) this.#put(maps[i]! - 1, ids[i]!);
  }

  #sizeRule({ type, instanceSize }: MapInfo): SizeRule {
    if (instanceSize !== 0) return 'fixed';
    const { layout } = this.#view;
    const { objects, types } = layout;
    const { representationMask, seqTag, encodingMask, oneByteTag } = objects.string;
    // Strings have their length in the upper half of their second word, arrays theirs as a Smi.
    if (layout.isString(type) && (type & representationMask) === seqTag && objects.string.length === 12)
      return (type & encodingMask) === oneByteTag ? 'one-byte text' : 'two-byte text';
    if (objects.fixedArray.length !== 8 || objects.fixedArray.data !== 16) return 'other';
    if (type === types.nativeContext) return 'other';
    if (this.#elements.has(type) || layout.isContext(type)) return 'elements';
    return type === types.BYTE_ARRAY || type === types.TRUSTED_BYTE_ARRAY ? 'bytes' : 'other';
  }

  /** Bytes of the object at word `i` of a page; at least its map word. */
  size(i: number, kind: Kind, page: LoadedPage): number {
    let size = kind.map.instanceSize;
    // A length that is no small integer makes no sense; what does not fit is refused below.
    const length = this.#image.halves[2 * i + 3]!;
    switch (kind.sizeRule) {
      case 'fixed':
        break;
      case 'elements':
        size = 16 + 8 * length;
        break;
      case 'bytes':
      case 'one-byte text':
        size = 16 + 8 * Math.ceil(length / 8);
        break;
      case 'two-byte text':
        size = 16 + 8 * Math.ceil(length / 4);
        break;
      default:
        size = this.#rareSize(address(page.start + 8 * (i - page.first)), kind);
    }
    return size >= 8 && size <= 8 * (page.end - i) ? size : 8;
  }

  #rareSize(a: Address, kind: Kind): number {
    return attemptOr(undefined, () => this.#sizes.of(a, kind.map)) ?? this.#codeSize(a, kind);
  }

  #codeSize(a: Address, kind: Kind): number {
    const { types, code } = this.#view.layout;
    const { memory } = this.#view;
    return attemptOr(8, () => {
      if (kind.map.type === types.INSTRUCTION_STREAM) {
        const info = address(memory.pointer(address(a + code.instructionStream.code)) - 1);
        return round64(
          code.instructionStream.body +
            memory.u32(address(info + code.code.instructionSize)) +
            memory.u32(address(info + code.code.metadataSize)),
        );
      }
      if (kind.map.type === types.CODE && !Number.isNaN(code.code.inlineInstructions)) {
        return round64(
          code.code.inlineInstructions +
            memory.u32(address(a + code.code.instructionSize)) +
            memory.u32(address(a + code.code.metadataSize)),
        );
      }
      if (kind.map.type === types.SCOPE_INFO) return this.#scopeInfoSize(a);
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
    // Up to 22, positions stand here, but not for catch, block and with.
    if (!o.rawFlags && !(scopeType >= CATCH_SCOPE && scopeType <= WITH_SCOPE)) size += 16;
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

function round64(n: number): number {
  return Math.ceil(n / 64) * 64;
}
