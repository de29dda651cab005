import type { Address, Tagged } from '../address.ts';
import { EdgeType } from '../graph/types.ts';
import type { HeapView } from '../v8/objects/heap-view.ts';
import type { ContextPlans } from './context-plans.ts';
import type { EdgeColumns } from './edge-columns.ts';
import type { Furniture } from './furniture.ts';
import type { HeapImage, LoadedPage } from './heap-image.ts';
import type { OutsideMemory } from './native-nodes.ts';
import type { Kind, ObjectKinds } from './object-kinds.ts';
import { Cover, ROW, Step } from './plan-steps.ts';
import { Mode } from './plan-table.ts';
import type { ReferenceSink } from './reference-sink.ts';
import type { References } from './references.ts';
import { addRest, type RestTools } from './rest-edges.ts';
import { addRole, KEEP_TYPE, type RoleColumns } from './role-tags.ts';
import type { StringArena } from './string-arena.ts';

/** No process owns more in one piece: such a length is damaged. */
const MAX_BYTES = 2 ** 40;
const HIGH = 0x1_0000_0000;

/** What edges are made from and written to. */
export interface EdgeTools {
  readonly view: HeapView;
  readonly image: HeapImage;
  readonly kinds: ObjectKinds;
  readonly furniture: Furniture;
  readonly strings: StringArena;
  readonly references: References;
  readonly contexts: ContextPlans;
  readonly edges: EdgeColumns;
  readonly outside: OutsideMemory;
  readonly roles: RoleColumns;
}

/**
 * The edges of objects that no plan tells of, one object at a time: the references that have names, and then what
 * is left of its words.
 */
export class UnplannedEdges implements ReferenceSink {
  /** By word of the object at hand: Cover, as named references have shown it; undefined if nothing is left. */
  shown: Uint8Array | undefined;
  readonly #view: HeapView;
  readonly #image: HeapImage;
  readonly #kinds: ObjectKinds;
  readonly #furniture: Furniture;
  readonly #strings: StringArena;
  readonly #references: References;
  readonly #contexts: ContextPlans;
  readonly #edges: EdgeColumns;
  readonly #outside: OutsideMemory;
  readonly #roles: RoleColumns;
  readonly #restTools: RestTools;
  #cover = new Uint8Array(1 << 12);
  #wordCount = 0;
  /** Ordinal of the object whose references are told. */
  owner = 0;

  constructor(tools: EdgeTools) {
    this.#view = tools.view;
    this.#image = tools.image;
    this.#kinds = tools.kinds;
    this.#furniture = tools.furniture;
    this.#strings = tools.strings;
    this.#references = tools.references;
    this.#contexts = tools.contexts;
    this.#edges = tools.edges;
    this.#outside = tools.outside;
    this.#roles = tools.roles;
    const { image, edges, furniture, strings } = tools;
    this.#restTools = { image, edges, furniture, numberName: (n) => strings.addNumber(n) };
  }

  /** Adds the named references of the object at word `i`. */
  add(i: number, ordinal: number, page: LoadedPage, kind: Kind, mode: number): void {
    this.owner = ordinal;
    this.shown = undefined;
    const size = this.#kinds.size(i, kind, page);
    this.#wordCount = size / 8;
    // Lines that count such a text to its string do not show it.
    if (kind.externalWidth !== 0 && !this.#view.layout.graph.externalStringsCount)
      this.#externalText(i, kind.externalWidth);
    if (kind.body === 'data' && kind.form !== 'other') return;
    this.shown = this.#cleared();
    if (mode === Mode.array) this.#array(i);
    else if (mode === Mode.context) this.#context(i, kind);
    else this.#references.extract((page.start + 8 * (i - page.first)) as Address, kind.map, this);
  }

  #cleared(): Uint8Array {
    if (this.#cover.length < this.#wordCount) this.#cover = new Uint8Array(this.#wordCount * 2);
    else this.#cover.fill(0, 0, this.#wordCount);
    this.#cover[0] = Cover.always;
    return this.#cover;
  }

  /** A text outside of the heap as newer lines of V8 show it: a native node that belongs to its string. */
  #externalText(i: number, width: number): void {
    const { externalResource, length } = this.#view.layout.objects.string;
    const { halves } = this.#image;
    const word = 2 * i + externalResource / 4;
    const resource = (halves[word]! >>> 0) + halves[word + 1]! * HIGH;
    const bytes = (halves[2 * i + length / 4]! >>> 0) * width;
    if (resource !== 0) this.native('resource', 'system / ExternalStringData', resource as Address, bytes);
  }

  #array(i: number): void {
    for (let w = 2; w < this.#wordCount; w++) {
      const to = this.#image.ordinalOf(this.#image.target(i + w));
      if (to < 0 || this.#furniture.has(to)) continue;
      this.#cover[w] = Cover.always;
      this.#edges.push(EdgeType.internal, this.#strings.addNumber(w - 2), to);
    }
  }

  #context(i: number, kind: Kind): void {
    const info = this.#image.target(i + this.#contexts.scopeInfoWord);
    const { rows } = this.#contexts.of(info, kind.map.type, this.#wordCount);
    for (let r = 0; r < rows.length; r += ROW) {
      const w = rows[r + 3]!;
      if (rows[r] === Step.own && w < this.#wordCount && this.#own(i, rows[r + 1]!, rows[r + 2]!, w))
        this.#cover[w] = Cover.always;
    }
  }

  /** An edge to what word `w` of the object holds; false if there is none. */
  #own(i: number, type: number, name: number, w: number): boolean {
    const { halves } = this.#image;
    const low = halves[2 * (i + w)]!;
    if ((low & 1) === 0) return false;
    const to = this.#image.ordinalOf(this.#image.indexOf(low, halves[2 * (i + w) + 1]!));
    if (to < 0) return false;
    if ((type === EdgeType.internal || type === EdgeType.weak) && this.#furniture.has(to)) return false;
    this.#edges.push(type, name, to);
    return true;
  }

  /** Adds what no rule names, by numbers from `first` on; `shown` tells by word what named references have shown. */
  rest(i: number, kind: Kind, size: number, shown: Uint8Array, first: number): void {
    const wordCount = (kind.body === 'header' ? Math.min(kind.header, size) : size) / 8;
    const { weakOffsets } = kind;
    addRest(this.#restTools, { i, wordCount, shown, at: 0, end: shown.length, first, weakOffsets });
  }

  named(type: number, name: string, target: Tagged, offset: number): void {
    this.#link(type, this.#strings.add(name), ordinalOf(this.#image, target), offset);
  }

  indexed(type: number, index: number, target: Tagged, offset: number): void {
    const name = type === EdgeType.element ? index : this.#strings.addNumber(index);
    this.#link(type, name, ordinalOf(this.#image, target), offset);
  }

  tag(target: Tagged, name: string, type?: number): void {
    this.#tagNode(ordinalOf(this.#image, target), name, type);
  }

  /** As `tag`, for the object at word `i`. */
  tagAt(i: number, name: string): void {
    this.#tagNode(this.#image.ordinalOf(i), name);
  }

  #tagNode(ordinal: number, name: string, type?: number): void {
    if (ordinal >= 0 && !this.#furniture.has(ordinal))
      addRole(this.#roles, ordinal, this.#strings.add(name), type ?? KEEP_TYPE, this.owner);
  }

  skip(offset: number): void {
    if (offset / 8 < this.#wordCount) this.#cover[Math.floor(offset / 8)] = Cover.always;
  }

  native(name: string, label: string, at: Address, bytes: number): void {
    if (!(bytes <= MAX_BYTES)) return;
    const use = { owner: this.owner, edge: this.#edges.length };
    this.#edges.push(EdgeType.internal, this.#strings.add(name), this.#outside.of(label, at, bytes, use));
  }

  #link(type: number, name: number, to: number, offset: number): void {
    if (to < 0) return;
    // Properties, elements and variables show what they hold; internal references to furniture are left out.
    if ((type === EdgeType.internal || type === EdgeType.weak) && this.#furniture.has(to)) return;
    if (offset >= 0 && offset < this.#wordCount * 8) this.#cover[offset >>> 3] = Cover.always;
    this.#edges.push(type, name, to);
  }
}

/** Ordinal of the object that a strong or weak pointer leads to; -1 if it leads to none. */
export function ordinalOf(image: HeapImage, word: Tagged): number {
  const tag = word & 3;
  return tag === 1 || tag === 3 ? image.ordinalOf(image.indexAt(word)) : -1;
}
