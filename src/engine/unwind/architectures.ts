import type { CoreDump, CoreThread } from '../dump/core-dump.ts';
import { arm64Architecture } from './arm64.ts';
import type { Architecture, Registers } from './registers.ts';
import { windowsX64Architecture, x64Architecture } from './x64.ts';

/** What unwinding has to know of a dump's processor, and of its system's calls. */
export function architectureOf({ system, instructionSet }: CoreDump): Architecture {
  if (instructionSet === 'arm64') return arm64Architecture;
  return system === 'windows' ? windowsX64Architecture : x64Architecture;
}

/** A thread's registers as the core has them. */
export function registersOf(core: CoreDump, thread: CoreThread): Registers {
  return architectureOf(core).fromCore(thread.registers);
}
