import { lowerBound } from '../columns.ts';
import { EdgeType } from '../graph/types.ts';
import { DictionaryEdges } from './dictionary-edges.ts';
import type { EdgeColumns } from './edge-columns.ts';
import { Furniture, type FurnitureFlags } from './furniture.ts';
import type { HeapImage, LoadedPage } from './heap-image.ts';
import type { PlanConstants } from './plan-constants.ts';
import { ROW, Step } from './plan-steps.ts';
import { Mode, type PlanColumns } from './plan-table.ts';
import { addRest, type RestTools } from './rest-edges.ts';
import type { RoleColumns } from './role-tags.ts';
import { SharedTable } from './shared-table.ts';
import { Trait } from './traits.ts';

/** What edges are made from by plans, on whatever thread; its large parts are shared. */
export interface PlannedInput {
  readonly plans: PlanColumns;
  readonly constants: PlanConstants;
  readonly furniture: FurnitureFlags;
  /** Of a SharedTable by index of a ScopeInfo: id of the plan of its contexts, and how many words these have. */
  readonly contexts: Int32Array;
  /** Of a SharedTable by index of a key, and one more: what DictionaryEdges knows keys by. */
  readonly keys: Int32Array;
  /** Of a SharedTable by dispatch handle: ordinal of the code, or -1. */
  readonly codes: Int32Array;
  /** Ordinals of what has edges of entries of WeakMaps, ascending. */
  readonly ephemerons: Uint32Array;
  /** By ordinal: where the object's edges begin. */
  readonly firstEdge: Uint32Array;
}

/** What plans tell, of one thread. */
export interface PlannedOutput {
  readonly edges: EdgeColumns;
  readonly roles: RoleColumns;
}

/** Takes the objects that plans do not tell all of. */
export interface Unplanned {
  add(i: number, ordinal: number, page: LoadedPage): void;
}

/** The edges of objects that plans tell all of: one loop over numbers, in which nothing needs the core. */
export class PlannedEdges {
  readonly #image: HeapImage;
  readonly #input: PlannedInput;
  readonly #edges: EdgeColumns;
  readonly #roles: RoleColumns;
  readonly #unplanned: Unplanned;
  readonly #contexts: SharedTable;
  readonly #codes: SharedTable;
  readonly #dictionaries: DictionaryEdges;
  readonly #furniture: Furniture;
  readonly #restTools: RestTools;
  /** True if a word of the object at hand leads somewhere and has no step. */
  #hasRest = false;
  /** The plan of the last context. */
  readonly #context = { info: -1, plan: -1, wordCount: -1 };

  constructor(image: HeapImage, input: PlannedInput, { edges, roles }: PlannedOutput, unplanned: Unplanned) {
    this.#image = image;
    this.#input = input;
    this.#edges = edges;
    this.#roles = roles;
    this.#unplanned = unplanned;
    this.#contexts = new SharedTable(input.contexts);
    this.#codes = new SharedTable(input.codes);
    const furniture = new Furniture(input.furniture);
    const { numbers, dictionary: shape } = input.constants;
    const keys = new SharedTable(input.keys);
    this.#dictionaries = new DictionaryEdges({
      image,
      edges,
      furniture,
      traits: input.plans.traits,
      keys,
      shape,
    });
    this.#furniture = furniture;
    this.#restTools = { image, edges, furniture, numberName: (n) => (n < numbers ? n + 1 : -1) };
  }

  /** Adds the edges of the objects of page `n`. */
  page(n: number): void {
    const page = this.#image.pages[n]!;
    const { marks } = this.#image;
    const { firstEdge, ephemerons } = this.#input;
    const edges = this.#edges;
    let ordinal = this.#image.firstOrdinal(n);
    let next = lowerBound(ephemerons, ordinal);
    const end = (page.end + 31) >>> 5;
    let m = page.first >>> 5;
    let bits = marks[2 * m]!;
    // One loop, not two: V8 leaves optimized code at the end of an inner loop until all of the function is optimized.
    while (m < end) {
      if (bits === 0) {
        if (++m < end) bits = marks[2 * m]!;
        continue;
      }
      const i = 32 * m + 31 - Math.clz32(bits & -bits);
      bits &= bits - 1;
      firstEdge[ordinal] = edges.length;
      let hasEntries = false;
      for (; ephemerons[next] === ordinal; next++) hasEntries = true;
      if (hasEntries || !this.add(i, ordinal, page)) this.#unplanned.add(i, ordinal, page);
      ordinal++;
    }
  }

  /** Adds the edges of the object at word `i`; false, and nothing is added, if plans do not tell all of them. */
  add(i: number, ordinal: number, page: LoadedPage): boolean {
    const edges = this.#edges;
    const begin = edges.length;
    const { modes, maps, starts, ends } = this.#input.plans;
    const id = this.#image.halves[2 * i]!;
    const mode = modes[id]!;
    let plan = -1;
    if (mode === Mode.plan) plan = id;
    else if (mode === Mode.context) plan = this.#contextPlan(i, page);
    this.#hasRest = false;
    let isWhole: boolean;
    if (plan >= 0) isWhole = this.steps(i, ordinal, id, starts[plan]!, ends[plan]!) === ends[plan]!;
    else isWhole = mode === Mode.data || (mode === Mode.array && this.#array(i, page));
    if (isWhole) {
      const map = maps[id]!;
      if (map >= 0) edges.push(EdgeType.internal, this.#input.constants.mapName, map);
      if (this.#hasRest) isWhole = this.#addRest(i, id, plan);
    }
    if (!isWhole) edges.length = begin;
    return isWhole;
  }

  /** Begins with an object, before its steps. */
  begin(): void {
    this.#hasRest = false;
  }

  /** Adds what rows say of the object at word `i`, which is of that kind; returns the first row that is not done. */
  steps(i: number, ordinal: number, id: number, first: number, end: number): number {
    const image = this.#image;
    const { halves } = image;
    const edges = this.#edges;
    const { plans, constants } = this.#input;
    const furniture = this.#furniture;
    const { names: roles, owners } = this.#roles;
    const { rows } = plans;
    const { low: emptyLow, high: emptyHigh } = constants.emptyArray;
    edges.reserve(end - first);
    let { types, names, targets, length } = edges;
    let r = first;
    for (; r < end; r += ROW) {
      const step = rows[r]!;
      const type = rows[r + 1]!;
      const arg = rows[r + 3]!;
      if (step === Step.constant) {
        types[length] = type;
        names[length] = rows[r + 2]!;
        targets[length++] = arg;
        continue;
      }
      const low = halves[2 * (i + arg)]!;
      if (step === Step.own) {
        if ((low & 1) === 0) continue;
        const high = halves[2 * (i + arg) + 1]!;
        // Most objects have neither elements nor properties elsewhere.
        if (low === emptyLow && high === emptyHigh && type === EdgeType.internal) continue;
        const to = image.ordinalOf(image.indexOf(low, high));
        if (to < 0) continue;
        if (type >= EdgeType.internal) {
          if (furniture.has(to)) continue;
          const role = rows[r + 4]!;
          if (role !== 0 && (roles[to] === 0 || ordinal < owners[to]!)) {
            roles[to] = role;
            owners[to] = ordinal;
          }
        }
        types[length] = type;
        names[length] = rows[r + 2]!;
        targets[length++] = to;
      } else if (step === Step.unshown) {
        // Fields that no object has used up to now lead to furniture.
        if ((low & 1) === 0) continue;
        const to = image.ordinalOf(image.indexOf(low, halves[2 * (i + arg) + 1]!));
        if (to >= 0 && !this.#furniture.has(to)) this.#hasRest = true;
      } else if (step !== Step.elements || low !== emptyLow || halves[2 * (i + arg) + 1] !== emptyHigh) {
        edges.length = length;
        const isDone = this.#rareStep(i, id, r);
        edges.reserve(end - r);
        ({ types, names, targets, length } = edges);
        if (!isDone) break;
      }
    }
    edges.length = length;
    return r;
  }

  /** Adds what no step shows of an object whose steps are all done; false, and nothing is added, if the plan cannot tell it. */
  rest(i: number, id: number, plan: number): boolean {
    const begin = this.#edges.length;
    if (!this.#hasRest || this.#addRest(i, id, plan)) return true;
    this.#edges.length = begin;
    return false;
  }

  #addRest(i: number, id: number, plan: number): boolean {
    const { covers, coverStarts, coverEnds, maps } = this.#input.plans;
    const at = coverStarts[plan]!;
    // The reference to a map that is not shown counts.
    const first = maps[id]! < 0 ? 1 : 0;
    const wordCount = coverEnds[plan]! - at;
    return addRest(this.#restTools, { i, wordCount, shown: covers, at, first, weakOffsets: [] });
  }

  /** A step that not every object has; false, and nothing is done, if no plan tells how. */
  #rareStep(i: number, id: number, r: number): boolean {
    const image = this.#image;
    const { rows } = this.#input.plans;
    const type = rows[r + 1]!;
    const name = rows[r + 2]!;
    const arg = rows[r + 3]!;
    switch (rows[r]) {
      case Step.elements:
        return this.#elements(i, id);
      case Step.backing: {
        const store = image.target(i + 1);
        if ((this.#traitsAt(store) & Trait.propertyArray) === 0) return true;
        const to = image.ordinalOf(image.target(store + arg));
        if (to >= 0) this.#edges.push(type, name, to);
        return true;
      }
      case Step.prototype:
        this.#prototype(i + arg, name);
        return true;
      case Step.dictionary: {
        const store = image.target(i + arg);
        return (this.#traitsAt(store) & Trait.nameDictionary) === 0 || this.#dictionaries.add(store);
      }
      case Step.boundArguments:
        return this.#boundArguments(image.target(i + arg));
      case Step.dispatch: {
        const found = this.#codes.find(image.halves[2 * i + arg / 4]!);
        if (found < 0) return false;
        const to = this.#codes.cells[found]!;
        if (to >= 0 && !this.#furniture.has(to)) this.#edges.push(type, name, to);
        return true;
      }
      default:
        return false;
    }
  }

  /** False if there are more than have names. */
  #boundArguments(array: number): boolean {
    if ((this.#traitsAt(array) & Trait.fixedArray) === 0) return true;
    const image = this.#image;
    const { boundArguments: names } = this.#input.constants;
    const count = Math.min(image.halves[2 * array + 3]!, image.pageOf(array).end - array - 2);
    if (count > names.length) return false;
    for (let n = 0; n < count; n++) {
      const to = image.ordinalOf(image.target(array + 2 + n));
      if (to >= 0) this.#edges.push(EdgeType.shortcut, names[n]!, to);
    }
    return true;
  }

  /** The elements of a receiver by their index. */
  #elements(i: number, id: number): boolean {
    const image = this.#image;
    const { halves } = image;
    const { elementsWord, arrayLengthWord, hole } = this.#input.constants;
    const store = image.target(i + elementsWord);
    // The empty array is everywhere.
    if (store < 0 || halves[2 * store + 3] === 0) return true;
    const is = this.#traitsAt(store);
    const own = this.#input.plans.traits[id]!;
    if ((own & Trait.taggedElements) === 0)
      return (is & Trait.numberDictionary) === 0 || this.#sparseElements(store);
    if ((is & Trait.fixedArray) === 0) return true;
    let count = Math.min(halves[2 * store + 3]!, image.pageOf(store).end - store - 2);
    if ((own & Trait.jsArray) !== 0) {
      const w = 2 * (i + arrayLengthWord);
      count = halves[w] === 0 ? Math.min(count, halves[w + 1]!) : 0;
    }
    const edges = this.#edges;
    edges.reserve(count);
    const { types, names, targets } = edges;
    let { length } = edges;
    for (let n = 0, w = 2 * store + 4; n < count; n++, w += 2) {
      const low = halves[w]!;
      if ((low & 3) !== 1) continue;
      const high = halves[w + 1]!;
      if (low === hole.low && high === hole.high) continue;
      const to = image.ordinalOf(image.indexOf(low, high));
      if (to < 0) continue;
      types[length] = EdgeType.element;
      names[length] = n;
      targets[length++] = to;
    }
    edges.length = length;
    return true;
  }

  /** What a NumberDictionary holds; false, and nothing is added, if one of its keys is no small integer. */
  #sparseElements(store: number): boolean {
    const image = this.#image;
    const { halves } = image;
    const { first, words } = this.#input.constants.numberEntries;
    const edges = this.#edges;
    const begin = edges.length;
    const end = store + 2 + Math.min(halves[2 * store + 3]!, image.pageOf(store).end - store - 2);
    for (let w = store + 2 + first; w + words <= end; w += words) {
      const key = halves[2 * w + 1]!;
      if (halves[2 * w] !== 0) {
        // Places that are free hold undefined or a hole.
        if ((this.#traitsAt(image.target(w)) & Trait.heapNumber) === 0) continue;
        edges.length = begin;
        return false;
      }
      const to = key < 0 ? -1 : image.ordinalOf(image.target(w + 1));
      if (to >= 0) edges.push(EdgeType.element, key, to);
    }
    return true;
  }

  /** The elements of an array by their number; false if it has weak references. */
  #array(i: number, page: LoadedPage): boolean {
    const image = this.#image;
    const { halves } = image;
    const { numbers } = this.#input.constants;
    const edges = this.#edges;
    // A length that does not fit makes no sense: the array has none.
    const count = halves[2 * i + 3]!;
    if (!(count >= 0 && i + 2 + count <= page.end)) return true;
    if (count > numbers) return false;
    const end = 2 * (i + 2 + count);
    edges.reserve(count);
    const { types, names, targets } = edges;
    let { length } = edges;
    for (let w = 2 * i + 4, n = 1; w < end; w += 2, n++) {
      const low = halves[w]!;
      if ((low & 1) === 0) continue;
      if ((low & 3) !== 1) return false;
      const to = image.ordinalOf(image.indexOf(low, halves[w + 1]!));
      if (to < 0 || this.#furniture.has(to)) continue;
      types[length] = EdgeType.internal;
      names[length] = n;
      targets[length++] = to;
    }
    edges.length = length;
    return true;
  }

  /** The plan that tells of the context at word `i`, or -1. */
  #contextPlan(i: number, page: LoadedPage): number {
    const image = this.#image;
    const context = this.#context;
    const info = image.target(i + this.#input.constants.scopeInfoWord);
    // Contexts that come one after another are often of one scope.
    if (info !== context.info) {
      const found = info > 0 ? this.#contexts.find(info) : -1;
      if (found < 0) return -1;
      const { cells } = this.#contexts;
      context.info = info;
      context.plan = cells[found]!;
      context.wordCount = cells[found + 1]!;
    }
    const { wordCount, plan } = context;
    return image.halves[2 * i + 3] === wordCount - 2 && i + wordCount <= page.end ? plan : -1;
  }

  /** Word `w` holds a function's prototype, its initial map, or the hole. */
  #prototype(w: number, name: number): void {
    const image = this.#image;
    const { prototypeWord, initialMapName } = this.#input.constants;
    const held = image.target(w);
    const traits = this.#traitsAt(held);
    if ((traits & Trait.receiver) !== 0) {
      const to = image.ordinalOf(held);
      if (to >= 0) this.#edges.push(EdgeType.property, name, to);
    } else if ((traits & Trait.map) !== 0) {
      const prototype = image.ordinalOf(image.target(held + prototypeWord));
      if (prototype >= 0) this.#edges.push(EdgeType.property, name, prototype);
      const to = image.ordinalOf(held);
      if (to >= 0 && !this.#furniture.has(to)) this.#edges.push(EdgeType.internal, initialMapName, to);
    }
  }

  /** Traits of the live object at word `i`; 0 if there is none. */
  #traitsAt(i: number): number {
    if (i < 0 || !this.#image.isMarked(i)) return 0;
    return this.#input.plans.traits[this.#image.halves[2 * i]!]!;
  }
}
