import { elf } from '../dump/elf.ts';
import type { CoreThread, ElfCore } from '../dump/elf-core.ts';
import { arm64Architecture } from './arm64.ts';
import type { Architecture, Registers } from './registers.ts';
import { x64Architecture } from './x64.ts';

/** The processor that a core is of; those that are not supported have no ElfCore. */
export function architectureOf({ elf: file }: ElfCore): Architecture {
  return file.machine === elf.EM_AARCH64 ? arm64Architecture : x64Architecture;
}

/** A thread's registers as the core has them. */
export function registersOf(core: ElfCore, thread: CoreThread): Registers {
  return architectureOf(core).fromCore(thread.registers);
}
