import { attemptOr } from '../absence.ts';
import { type Address, address, type Tagged } from '../address.ts';
import type { HeapView } from '../v8/objects/heap-view.ts';
import type { MapInfo } from '../v8/objects/map.ts';
import { ObjectSizes } from '../v8/objects/object-size.ts';
import type { LoadedPage } from './heap-image.ts';

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
export interface Kind {
  readonly map: MapInfo;
  readonly body: Body;
  /** Bytes of the tagged part, for 'header'. */
  readonly header: number;
  /** Offsets of words that are weak without a tag. */
  readonly weakOffsets: readonly number[];
}

/** Tells kinds by map, and sizes of objects. */
export class ObjectKinds {
  readonly #view: HeapView;
  readonly #sizes: ObjectSizes;
  readonly #kinds = new Map<number, Kind | undefined>();
  readonly #data: ReadonlySet<number>;

  constructor(view: HeapView) {
    this.#view = view;
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
  }

  /** Kind of the object at `a` of a page; undefined if no map stands there. */
  at(page: LoadedPage, a: number): Kind | undefined {
    const i = (a - page.start) / 4;
    const low = page.halves[i]!;
    if ((low & 3) !== 1) return undefined;
    const map = low + page.halves[i + 1]! * 0x1_0000_0000;
    if (!this.#kinds.has(map)) {
      this.#kinds.set(
        map,
        attemptOr(undefined, () => this.#make(map as Tagged)),
      );
    }
    return this.#kinds.get(map);
  }

  /** Bytes of the object; at least its map word. */
  size(a: Address, kind: Kind, page: LoadedPage): number {
    const known = kind.map.instanceSize;
    const size =
      known !== 0
        ? known
        : (attemptOr(undefined, () => this.#sizes.of(a, kind.map)) ?? this.#codeSize(a, kind));
    const room = page.areaEnd - a;
    return size >= 8 && size <= room ? size : 8;
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

  #make(word: Tagged): Kind {
    const view = this.#view;
    const { types, code, graph } = view.layout;
    const map = view.mapAt(word);
    const { type } = map;
    const kind = (body: Body, header = 0, weakOffsets: readonly number[] = []): Kind => ({
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
    return kind('words');
  }
}

function round64(n: number): number {
  return Math.ceil(n / 64) * 64;
}
