import { EdgeType } from '../graph/types.ts';
import { DictionaryEdges } from './dictionary-edges.ts';
import { OF_INSTANCES, Step } from './plan-steps.ts';
import type { PlannedInput, StepTools } from './planned-input.ts';
import { SharedTable } from './shared-table.ts';
import { Trait } from './traits.ts';

/** The steps of receivers that not every object has. */
export class ReceiverSteps {
  readonly #tools: StepTools;
  readonly #codes: SharedTable;
  readonly #dictionaries: DictionaryEdges;

  constructor(tools: StepTools, { keys, codes }: Pick<PlannedInput, 'keys' | 'codes'>) {
    this.#tools = tools;
    this.#codes = new SharedTable(codes);
    this.#dictionaries = new DictionaryEdges({
      ...tools,
      keys: new SharedTable(keys),
      shape: tools.constants.dictionary,
    });
  }

  /** Does the step at row `r` for the object at word `i`; false, and nothing is done, if no plan tells how. */
  run(i: number, id: number, r: number): boolean {
    const { image, plans, edges, furniture, traits } = this.#tools;
    const { rows } = plans;
    const type = rows[r + 1]!;
    const name = rows[r + 2]!;
    const arg = rows[r + 3]!;
    switch (rows[r]) {
      case Step.elements:
        return this.#elements(i, id);
      case Step.backing: {
        const store = image.target(i + 1);
        if ((traits.at(store) & Trait.propertyArray) === 0) return true;
        const to = image.ordinalOf(image.target(store + arg));
        if (to >= 0) edges.push(type, name, to);
        return true;
      }
      case Step.prototype:
        this.#prototype(i + arg, name, rows[r + 4]!);
        return true;
      case Step.dictionary: {
        const store = image.target(i + arg);
        return (traits.at(store) & Trait.nameDictionary) === 0 || this.#dictionaries.add(store);
      }
      case Step.boundArguments:
        return this.#boundArguments(image.target(i + arg));
      case Step.dispatch: {
        const found = this.#codes.find(image.halves[2 * i + arg / 4]!);
        if (found < 0) return false;
        const to = this.#codes.cells[found]!;
        if (to >= 0 && !furniture.has(to)) edges.push(type, name, to);
        return true;
      }
      default:
        return false;
    }
  }

  /** False if there are more than have names. */
  #boundArguments(array: number): boolean {
    const { image, constants, edges, traits } = this.#tools;
    if ((traits.at(array) & Trait.fixedArray) === 0) return true;
    const { boundArguments: names } = constants;
    const count = Math.min(image.halves[2 * array + 3]!, image.pageOf(array).end - array - 2);
    if (count > names.length) return false;
    for (let n = 0; n < count; n++) {
      const to = image.ordinalOf(image.target(array + 2 + n));
      if (to >= 0) edges.push(EdgeType.shortcut, names[n]!, to);
    }
    return true;
  }

  /** The elements of a receiver by their index. */
  #elements(i: number, id: number): boolean {
    const { image, plans, constants, edges, traits } = this.#tools;
    const { halves } = image;
    const { elementsWord, arrayLengthWord, hole } = constants;
    const store = image.target(i + elementsWord);
    // The empty array is everywhere.
    if (store < 0 || halves[2 * store + 3] === 0) return true;
    const is = traits.at(store);
    const own = plans.traits[id]!;
    if ((own & Trait.taggedElements) === 0)
      return (is & Trait.numberDictionary) === 0 || this.#sparseElements(store);
    if ((is & Trait.fixedArray) === 0) return true;
    let count = Math.min(halves[2 * store + 3]!, image.pageOf(store).end - store - 2);
    if ((own & Trait.jsArray) !== 0) {
      const w = 2 * (i + arrayLengthWord);
      count = halves[w] === 0 ? Math.min(count, halves[w + 1]!) : 0;
    }
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
    const { image, constants, edges, traits } = this.#tools;
    const { halves } = image;
    const { first, words } = constants.numberEntries;
    const begin = edges.length;
    const end = store + 2 + Math.min(halves[2 * store + 3]!, image.pageOf(store).end - store - 2);
    for (let w = store + 2 + first; w + words <= end; w += words) {
      const key = halves[2 * w + 1]!;
      if (halves[2 * w] !== 0) {
        // Places that are free hold undefined or a hole.
        if ((traits.at(image.target(w)) & Trait.heapNumber) === 0) continue;
        edges.length = begin;
        return false;
      }
      const to = key < 0 ? -1 : image.ordinalOf(image.target(w + 1));
      if (to >= 0) edges.push(EdgeType.element, key, to);
    }
    return true;
  }

  /** Word `w` holds a function's prototype, its initial map, or the hole; `value` is what PlanSteps.prototype says. */
  #prototype(w: number, name: number, value: number): void {
    const { image, constants, edges, furniture, traits } = this.#tools;
    const { prototypeWord, initialMapName } = constants;
    const held = image.target(w);
    const is = traits.at(held);
    if ((is & Trait.receiver) !== 0) {
      const to = image.ordinalOf(held);
      if (to >= 0) edges.push(EdgeType.property, name, to);
    } else if ((is & Trait.map) !== 0) {
      const prototype = value === OF_INSTANCES ? image.ordinalOf(image.target(held + prototypeWord)) : value;
      if (prototype >= 0) edges.push(EdgeType.property, name, prototype);
      const to = image.ordinalOf(held);
      if (to >= 0 && !furniture.has(to)) edges.push(EdgeType.internal, initialMapName, to);
    }
  }
}
