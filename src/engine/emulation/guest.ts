import { attemptOr } from '../absence.ts';
import type { Memory } from '../memory/memory.ts';
import { Arm64Processor } from './arm64/processor.ts';
import { GuestMemory } from './guest-memory.ts';
import { ImportedFunctions, type ModulePlace } from './imported-functions.ts';
import { type CallingConvention, type Processor, STAND_INS, type StandIn } from './processor.ts';
import { standardLibrary } from './standard-library.ts';
import { windowsLibrary } from './windows-library.ts';
import { X64Processor } from './x64/processor.ts';

const processors = { x64: X64Processor, arm64: Arm64Processor } as const;

/**
 * A dumped process in which functions of one of its modules can be called, on copies of its memory. What the module
 * calls in the C and C++ libraries is stood in for.
 */
export class Guest {
  readonly memory: GuestMemory;
  readonly processor: Processor;
  readonly #standIns = new Map<number, StandIn>();

  constructor(memory: Memory, module: ModulePlace, threadBase: number, maxSteps: number) {
    this.memory = new GuestMemory(memory);
    const convention = conventionOf(module);
    const library = convention === 'microsoft' ? windowsLibrary : standardLibrary;
    const byName = new Map([...library].map(([name, run]) => [name, this.standIn(run)]));
    // As a loader would link the module: so calls lead to what stands in, however they find the way.
    for (const [slot, name] of new ImportedFunctions(module, memory).slots()) {
      const target = byName.get(name);
      if (target !== undefined) attemptOr(undefined, () => this.memory.setPointer(slot, target));
    }
    const surroundings = { standIns: this.#standIns, threadBase, convention };
    this.processor = new processors[module.instructionSet](this.memory, surroundings, maxSteps);
  }

  /** An address at which a function of the host can be called. */
  readonly standIn = (run: StandIn): number => {
    const target = STAND_INS + 16 * this.#standIns.size;
    this.#standIns.set(target, run);
    return target;
  };
}

function conventionOf({ instructionSet, imports }: ModulePlace): CallingConvention {
  if (instructionSet === 'arm64') return 'aapcs64';
  return imports?.kind === 'import-directory' ? 'microsoft' : 'system-v';
}
