import { EdgeType, NodeType } from '../graph/types.ts';
import { countAt } from './kind-sizes.ts';
import { Step } from './plan-steps.ts';
import type { StepTools } from './planned-input.ts';
import { addRole, KEEP_TYPE } from './role-tags.ts';
import { Trait } from './traits.ts';

/** How deep arrays of constants are looked into (RecursivelyTagConstantPool). */
const CONSTANTS_DEPTH = 3;
const DICTIONARIES = Trait.nameDictionary | Trait.numberDictionary;
const CONSTANTS = Trait.fixedArray | Trait.trustedArray;

/** The steps of internal objects that are more than an edge to what a word holds. */
export class InternalSteps {
  readonly #tools: StepTools;

  constructor(tools: StepTools) {
    this.#tools = tools;
  }

  /** Does the step at row `r` for the object at word `i`; false, and nothing is done, if no plan tells how. */
  run(i: number, ordinal: number, r: number): boolean {
    const { image, plans, traits, constants } = this.#tools;
    const { rows } = plans;
    const arg = rows[r + 3]!;
    const role = rows[r + 4]!;
    switch (rows[r]) {
      case Step.tag:
        this.#tag(this.#held(i + arg), role, rows[r + 1]!, ordinal);
        return true;
      case Step.self:
        this.#tag(ordinal, role, KEEP_TYPE, ordinal);
        return true;
      case Step.value:
        this.#link(i + arg, rows[r + 2]!, 0, ordinal);
        return true;
      case Step.transitions:
        this.#transitions(i, i + arg, ordinal);
        return true;
      case Step.maker:
        this.#link(i + arg, this.#makerName(traits.at(image.target(i + arg))), 0, ordinal);
        return true;
      case Step.numbered:
        return this.#numbered(i, r);
      case Step.constants:
        this.#constants(image.target(i + arg), constants.constantPoolRole, ordinal, CONSTANTS_DEPTH);
        return true;
      case Step.namedCode:
        return (traits.at(image.target(i + arg)) & Trait.code) === 0;
      case Step.instructions:
        return image.ordinalOf(image.target(i + arg)) < 0;
      default:
        return false;
    }
  }

  /** Ordinal of what word `w` leads to, strongly or weakly; -1 if that is nothing. */
  #held(w: number): number {
    const { image } = this.#tools;
    const low = image.halves[2 * w]!;
    return (low & 1) === 0 ? -1 : image.ordinalOf(image.indexOf(low, image.halves[2 * w + 1]!));
  }

  #tag(to: number, role: number, type: number, owner: number): void {
    const { roles, furniture } = this.#tools;
    if (to >= 0 && !furniture.has(to)) addRole(roles, to, role, type, owner);
  }

  /** An edge to what word `w` holds, weak where the pointer is, and a role for that unless it is 0. */
  #link(w: number, name: number, role: number, owner: number): void {
    const { image, edges, furniture } = this.#tools;
    const to = this.#held(w);
    if (to < 0 || furniture.has(to)) return;
    if (role !== 0) this.#tag(to, role, KEEP_TYPE, owner);
    edges.push((image.halves[2 * w]! & 3) === 3 ? EdgeType.weak : EdgeType.internal, name, to);
  }

  #transitions(map: number, w: number, ordinal: number): void {
    const { image, constants, traits } = this.#tools;
    const { map: m } = constants;
    if ((image.halves[2 * w]! & 3) === 3) {
      this.#link(w, m.transition, 0, ordinal);
      return;
    }
    const is = traits.at(image.target(w));
    if ((is & Trait.transitionArray) !== 0) this.#link(w, m.transitions, m.transitionArrayRole, ordinal);
    else if ((is & Trait.fixedArray) !== 0) this.#link(w, m.transition, m.transitionRole, ordinal);
    else if ((image.halves[2 * map + m.bits]! & m.isPrototype) !== 0)
      this.#link(w, m.prototypeInfo, m.prototypeInfo, ordinal);
  }

  #makerName(traits: number): number {
    const { map } = this.#tools.constants;
    if ((traits & Trait.map) !== 0) return map.backPointer;
    if ((traits & Trait.nativeContext) !== 0) return map.nativeContext;
    return (traits & Trait.functionTemplate) !== 0 ? map.constructorData : map.maker;
  }

  /** False, and nothing is added, if a number has no name. */
  #numbered(i: number, r: number): boolean {
    const { image, plans, constants, edges, furniture } = this.#tools;
    const { halves } = image;
    const { rows } = plans;
    const first = i + rows[r + 3]!;
    const count = countAt(halves, i, rows[r + 1]!, rows[r + 2]!) * rows[r + 4]!;
    // A number that does not fit makes no sense: the object has none.
    if (!(count >= 0 && first + count <= image.pageOf(i).end)) return true;
    if (count > constants.numbers) return false;
    edges.reserve(count);
    for (let n = 0; n < count; n++) {
      const to = this.#held(first + n);
      if (to < 0 || furniture.has(to)) continue;
      const isWeak = (halves[2 * (first + n)]! & 3) === 3;
      edges.push(isWeak ? EdgeType.weak : EdgeType.internal, n + 1, to);
    }
    return true;
  }

  #constants(array: number, role: number, owner: number, depth: number): void {
    const { image, traits } = this.#tools;
    const is = traits.at(array);
    if ((is & (DICTIONARIES | CONSTANTS)) === 0) return;
    this.#tag(image.ordinalOf(array), role, NodeType.code, owner);
    if (depth === 1 || (is & CONSTANTS) === 0) return;
    const count = Math.min(image.halves[2 * array + 3]!, image.pageOf(array).end - array - 2);
    for (let n = 0; n < count; n++) this.#constants(image.target(array + 2 + n), role, owner, depth - 1);
  }
}
