import type { Context } from './context.ts';

/** What may stand in a function, by how it is declared. */
export interface FunctionTraits {
  readonly isAsync: boolean;
  readonly isStrict: boolean;
  /** True if `this` is an object of the program's. */
  readonly hasReceiver: boolean;
  /** False for constructors of derived classes, which may return objects only. */
  readonly mayReturn: boolean;
}

export interface Variable {
  readonly name: string;
  readonly isMutable: boolean;
  isReady: boolean;
}

const commonNames = ['a', 'b', 'c', 'd', 'value', 'item', 'x', 'y', 'rest', 'state'];

/** How often a block declares a name that was read in it before: the program that throws does so there. */
const deadZoneReads = 0.02;

/** The variables of a block while its text is written. */
export class Scope {
  readonly traits: FunctionTraits;
  readonly #context: Context;
  readonly #outer: Scope | undefined;
  readonly #variables: Variable[] = [];
  /** Names of outer variables that were read in this block or within. */
  readonly #readFromOuter = new Set<string>();

  constructor(context: Context, traits: FunctionTraits, outer?: Scope) {
    this.#context = context;
    this.traits = traits;
    this.#outer = outer;
  }

  inner(traits = this.traits): Scope {
    return new Scope(this.#context, traits, this);
  }

  /** Declares a variable; until it is ready, nothing reads it or those that it hides. */
  declare(name: string, options: { isMutable?: boolean; isReady?: boolean } = {}): Variable {
    const variable = { name, isMutable: options.isMutable ?? true, isReady: options.isReady ?? true };
    this.#variables.push(variable);
    return variable;
  }

  /** A name that can be declared here, often one that other blocks and functions have, too. */
  freshName(): string {
    const { draw, ending } = this.#context;
    const mayFail = ending === 'throw' && draw.chance(deadZoneReads);
    for (let attempt = 0; attempt < 5; attempt++) {
      const name = draw.pick(commonNames);
      if (this.#variables.some((variable) => variable.name === name)) continue;
      if (this.#readFromOuter.has(name) && !mayFail) continue;
      return name;
    }
    return this.#context.unique('v');
  }

  /** The name of a variable that is in sight, mostly, or a number. */
  read(): string {
    const { draw } = this.#context;
    const variables = this.#visible();
    if (variables.length === 0 || draw.chance(0.2)) return String(draw.int(100));
    return this.#use(draw.pick(variables).name);
  }

  /** The name of a variable that can be assigned to. */
  assignable(): string | undefined {
    const variables = this.#visible().filter(({ isMutable }) => isMutable);
    return variables.length === 0 ? undefined : this.#use(this.#context.draw.pick(variables).name);
  }

  #use(name: string): string {
    let scope: Scope | undefined = this;
    while (scope && !scope.#variables.some((variable) => variable.name === name)) {
      scope.#readFromOuter.add(name);
      scope = scope.#outer;
    }
    return name;
  }

  #visible(): Variable[] {
    const seen = new Set<string>();
    const visible: Variable[] = [];
    for (let scope: Scope | undefined = this; scope; scope = scope.#outer) {
      for (const variable of scope.#variables) {
        if (seen.has(variable.name)) continue;
        seen.add(variable.name);
        if (variable.isReady) visible.push(variable);
      }
    }
    return visible;
  }
}
