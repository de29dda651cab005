import { address } from '../address.ts';
import type { CoreSegment } from '../dump/core-dump.ts';
import type { Minidump, MinidumpModule } from '../dump/minidump.ts';
import { PeImage } from '../dump/pe.ts';
import { Memory, type Region } from '../memory/memory.ts';
import { MemorySource } from '../memory/memory-source.ts';
import type { LoadedModules } from './load.ts';
import { PeModule } from './pe-module.ts';

/** The images of a minidump, which with full memory holds all of them. */
export function loadPeModules(dump: Minidump): LoadedModules {
  const memory = new Memory(regionsOf(dump));
  const modules = dump.modules.map((module) => new PeModule(module, imageOf(memory, dump, module), memory));
  const { entry } = dump;
  const executable = modules.find((m) => m.start === entry);
  const notes = modules
    .filter((m) => m === executable && m.imageFile === undefined)
    .map((m) => `the image of ${m.path} is not in the dump`);
  return { modules, executable, memory, notes };
}

function imageOf(memory: Memory, dump: Minidump, { start, end }: MinidumpModule): PeImage | undefined {
  return PeImage.of(new MemorySource(memory, start, end - start, dump.source.name));
}

function regionsOf(dump: Minidump): Region[] {
  return dump.segments.flatMap((s) => [dumped(dump, s), ...(s.truncated ? [missing(s)] : [])]);
}

function dumped(dump: Minidump, s: CoreSegment): Region {
  const end = address(s.start + s.filesz);
  return { start: s.start, end, flags: s.flags, source: dump.source, offset: s.offset, reason: '' };
}

function missing(s: CoreSegment): Region {
  const start = address(s.start + s.filesz);
  return {
    start,
    end: s.end,
    flags: s.flags,
    source: undefined,
    offset: 0,
    reason: 'the dump is truncated',
  };
}
