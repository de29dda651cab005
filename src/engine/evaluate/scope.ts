import type { Operand } from './operand.ts';
import { bad } from './refusal.ts';

export interface Binding {
  value: Operand;
  readonly isConstant: boolean;
  /** False in the dead zone. */
  isSet: boolean;
}

/** The variables that the expression itself declares: parameters, const and let of arrow functions. */
export class Scope {
  readonly #outer: Scope | undefined;
  #bindings: Map<string, Binding> | undefined;

  constructor(outer: Scope | undefined) {
    this.#outer = outer;
  }

  declare(name: string, isConstant: boolean): Binding {
    this.#bindings ??= new Map();
    const binding: Binding = { value: undefined, isConstant, isSet: false };
    this.#bindings.set(name, binding);
    return binding;
  }

  /** Gives a declared name its first value. */
  initialize(name: string, value: Operand, isConstant: boolean): void {
    const binding = this.#bindings?.get(name) ?? this.declare(name, isConstant);
    binding.value = value;
    binding.isSet = true;
  }

  find(name: string): Binding | undefined {
    for (let scope: Scope | undefined = this; scope; scope = scope.#outer) {
      const binding = scope.#bindings?.get(name);
      if (binding) return binding;
    }
    return undefined;
  }

  read(binding: Binding, name: string): Operand {
    if (!binding.isSet) throw bad(`Cannot access '${name}' before initialization`);
    return binding.value;
  }

  /** A scope with the same variables of its own, for the next turn of a loop. */
  copy(): Scope {
    const copy = new Scope(this.#outer);
    for (const [name, { value, isConstant }] of this.#bindings ?? [])
      copy.initialize(name, value, isConstant);
    return copy;
  }
}
