import type { Memory } from '../memory/memory.ts';
import { GuestMemory } from './guest-memory.ts';
import { ImportedFunctions, type ModulePlace } from './imported-functions.ts';
import { standardLibrary } from './standard-library.ts';
import { STAND_INS, type StandIn, X64Processor } from './x64-processor.ts';

/**
 * A dumped process in which functions of one of its modules can be called, on copies of its memory. What the module
 * calls in the C and C++ libraries is stood in for.
 */
export class Guest {
  readonly memory: GuestMemory;
  readonly processor: X64Processor;
  readonly #standIns = new Map<number, StandIn>();
  readonly #imports: ImportedFunctions;
  /** By slot of a call: what stands in for it. */
  readonly #imported = new Map<number, number | undefined>();
  readonly #byName = new Map<string, number>();

  constructor(memory: Memory, module: ModulePlace, threadBase: number, maxSteps: number) {
    this.memory = new GuestMemory(memory);
    this.#imports = new ImportedFunctions(module, memory);
    for (const [name, standIn] of standardLibrary) this.#byName.set(name, this.standIn(standIn));
    this.processor = new X64Processor(
      this.memory,
      { standIns: this.#standIns, imported: (slot) => this.#standInOf(slot), threadBase },
      maxSteps,
    );
  }

  /** An address at which a function of the host can be called. */
  readonly standIn = (run: StandIn): number => {
    const target = STAND_INS + 16 * this.#standIns.size;
    this.#standIns.set(target, run);
    return target;
  };

  #standInOf(slot: number): number | undefined {
    let target = this.#imported.get(slot);
    if (target === undefined && !this.#imported.has(slot)) {
      target = this.#byName.get(this.#imports.nameOf(slot) ?? '');
      this.#imported.set(slot, target);
    }
    return target;
  }
}
