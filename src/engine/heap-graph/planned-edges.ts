import { lowerBound } from '../columns.ts';
import { EdgeType } from '../graph/types.ts';
import type { EdgeColumns } from './edge-columns.ts';
import { Furniture } from './furniture.ts';
import type { HeapImage, LoadedPage } from './heap-image.ts';
import { InternalSteps } from './internal-steps.ts';
import { fitting, KindSizes } from './kind-sizes.ts';
import { FIRST_INTERNAL_STEP, ROW, Step } from './plan-steps.ts';
import { Mode } from './plan-table.ts';
import type { PlannedInput, PlannedOutput } from './planned-input.ts';
import { ReceiverSteps } from './receiver-steps.ts';
import { addRest, type RestTools } from './rest-edges.ts';
import type { RoleColumns } from './role-tags.ts';
import { SharedTable } from './shared-table.ts';
import { Traits } from './traits.ts';

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
  readonly #furniture: Furniture;
  readonly #sizes: KindSizes;
  readonly #receivers: ReceiverSteps;
  readonly #internals: InternalSteps;
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
    this.#sizes = new KindSizes(input.sizes);
    const furniture = new Furniture(input.furniture);
    this.#furniture = furniture;
    const { plans, constants } = input;
    const traits = new Traits(image, plans.traits);
    const tools = { image, plans, constants, edges, roles, furniture, traits };
    this.#receivers = new ReceiverSteps(tools, input);
    this.#internals = new InternalSteps(tools);
    const { numbers } = constants;
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
    if (mode === Mode.plan || mode === Mode.openPlan) plan = id;
    else if (mode === Mode.context) plan = this.#contextPlan(i, page);
    this.#hasRest = false;
    let isWhole: boolean;
    if (plan >= 0) isWhole = this.steps(i, ordinal, id, starts[plan]!, ends[plan]!) === ends[plan]!;
    else isWhole = mode === Mode.data || (mode === Mode.array && this.#array(i, page));
    if (isWhole) {
      const map = maps[id]!;
      if (map >= 0) edges.push(EdgeType.internal, this.#input.constants.mapName, map);
      if (this.#hasRest || mode === Mode.openPlan) isWhole = this.#addRest(i, id, plan, page);
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
        const isDone =
          step < FIRST_INTERNAL_STEP ? this.#receivers.run(i, id, r) : this.#internals.run(i, ordinal, r);
        edges.reserve(end - r);
        ({ types, names, targets, length } = edges);
        if (!isDone) break;
      }
    }
    edges.length = length;
    return r;
  }

  /** Adds what no step shows of an object whose steps are all done; false, and nothing is added, if the plan cannot tell it. */
  rest(i: number, id: number, plan: number, page: LoadedPage): boolean {
    const begin = this.#edges.length;
    const isOpen = this.#input.plans.modes[id] === Mode.openPlan;
    if ((!this.#hasRest && !isOpen) || this.#addRest(i, id, plan, page)) return true;
    this.#edges.length = begin;
    return false;
  }

  #addRest(i: number, id: number, plan: number, page: LoadedPage): boolean {
    const { covers, coverStarts, coverEnds, maps, modes } = this.#input.plans;
    const at = coverStarts[plan]!;
    const end = coverEnds[plan]!;
    // The reference to a map that is not shown counts.
    const first = maps[id]! < 0 ? 1 : 0;
    let wordCount = end - at;
    if (modes[id] === Mode.openPlan)
      wordCount = fitting(this.#sizes.of(this.#image.halves, i, id), page.end - i) / 8;
    return addRest(this.#restTools, { i, wordCount, shown: covers, at, end, first, weakOffsets: [] });
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
}
