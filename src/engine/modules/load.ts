import type { CoreDump } from '../dump/core-dump.ts';
import { ElfCore } from '../dump/elf-core.ts';
import { Minidump } from '../dump/minidump.ts';
import type { Memory } from '../memory/memory.ts';
import { loadElfModules } from './load-elf.ts';
import { loadPeModules } from './load-pe.ts';
import type { LocateOptions } from './locate.ts';
import type { Module } from './module.ts';

/** The modules of a dump with its memory; `notes` says what was not found or does not fit. */
export interface LoadedModules {
  readonly modules: readonly Module[];
  /** The process's executable, if the dump tells which it was. */
  readonly executable: Module | undefined;
  readonly memory: Memory;
  readonly notes: readonly string[];
}

/** Identifies the mapped files of a dump, finds on this machine what the dump does not hold, and splices memory from all. */
export function loadModules(core: CoreDump, options: LocateOptions): LoadedModules {
  if (core instanceof ElfCore) return loadElfModules(core, options);
  if (core instanceof Minidump) return loadPeModules(core, options);
  throw new TypeError(`no modules are known of ${core.format}`);
}
