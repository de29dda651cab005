import { type Address, address } from '../address.ts';
import type { ByteSource } from '../dump/byte-source.ts';
import { BufferSource, readBytes } from '../dump/byte-source.ts';
import type { CoreSegment, FileMapping } from '../dump/core-dump.ts';
import { ElfFile, roundUp } from '../dump/elf.ts';
import type { ElfCore } from '../dump/elf-core.ts';
import { Memory, type Region } from '../memory/memory.ts';
import { MemorySource } from '../memory/memory-source.ts';
import { partitionPoint } from '../partition-point.ts';
import { ElfModule } from './elf-module.ts';
import type { LoadedModules } from './load.ts';
import { type LocateOptions, locate, PAGE } from './locate.ts';

const AT_SYSINFO_EHDR = 33;
const PF_R = 4;
const PF_X = 1;

/** Identifies the mapped files of a core, finds them on this machine, and splices memory from all. */
export function loadElfModules(core: ElfCore, options: LocateOptions): LoadedModules {
  const notes: string[] = [];
  const byPath = new Map<string, FileMapping[]>();
  for (const mapping of core.files) {
    const list = byPath.get(mapping.path);
    if (list) list.push(mapping);
    else byPath.set(mapping.path, [mapping]);
  }
  const { entry } = core;
  const modules: ElfModule[] = [];
  let executable: ElfModule | undefined;
  for (const [path, mappings] of byPath) {
    const header = imageHeader(core, mappings);
    if (header === 'lost' && mappings.some((m) => ((segmentAt(core, m.start)?.flags ?? 0) & PF_X) !== 0)) {
      notes.push(
        `the header of ${path} is not in the dump: which build it was is unknown, so it is not used`,
      );
    }
    if (!header || header === 'lost') continue;
    const isExecutable = entry !== undefined && mappings.some((m) => entry >= m.start && entry < m.end);
    const buildId = header.buildId();
    const firstPage = readBytes(header.source, 0, PAGE);
    const located = locate(path, { buildId, firstPage }, isExecutable, options);
    if (located.rejected) {
      const { path: rejected, isUnreadable } = located.rejected;
      const why = isUnreadable
        ? 'cannot be read as an ELF file'
        : `is not the build that ran (${buildId === undefined ? 'it begins otherwise' : `build-id ${buildId} wanted`})`;
      const instead = located.file ? `${located.file.source.name} is used instead` : 'not used';
      notes.push(`${rejected} ${why}: ${instead}`);
    }
    const module = new ElfModule(path, mappings, header, located);
    modules.push(module);
    if (isExecutable) executable = module;
  }
  const memory = new Memory(regionsOf(core, modules));
  const vdso = vdsoOf(core, memory);
  if (vdso) modules.push(vdso);
  return { modules, executable, memory, notes };
}

/** The kernel's vdso: an image that no file holds; all of it is in the dump. */
function vdsoOf(core: ElfCore, memory: Memory): ElfModule | undefined {
  const start = core.auxv.get(AT_SYSINFO_EHDR);
  const segment = start === undefined ? undefined : segmentAt(core, address(start));
  if (!segment || segment.start !== start) return undefined;
  try {
    const file = new ElfFile(new MemorySource(memory, segment.start, segment.end - segment.start, '[vdso]'));
    const mapping = { start: segment.start, end: segment.end, fileOffset: 0, path: '[vdso]' };
    return new ElfModule('[vdso]', [mapping], file, { status: 'matched', file });
  } catch {
    return undefined;
  }
}

/** The ELF header of a mapped file, read from its first dumped page; undefined if it is no ELF image. */
function imageHeader(core: ElfCore, mappings: readonly FileMapping[]): ElfFile | 'lost' | undefined {
  const first = mappings.find((m) => m.fileOffset === 0);
  const segment = first && segmentAt(core, first.start);
  if (!first || !segment) return undefined;
  if (first.start >= segment.start + segment.filesz) return 'lost';
  const offset = segment.offset + (first.start - segment.start);
  const page = readBytes(core.source, offset, Math.min(0x2000, segment.start + segment.filesz - first.start));
  try {
    return new ElfFile(new BufferSource(page, mappings[0]!.path));
  } catch {
    return undefined;
  }
}

/** The segment that holds `a`; they are sorted by address. */
function segmentAt(core: ElfCore, a: Address): CoreSegment | undefined {
  const before = partitionPoint(core.segments.length, (n) => core.segments[n]!.start <= a);
  const segment = core.segments[before - 1];
  return segment && a < segment.end ? segment : undefined;
}

/** Dumped parts first; for the rest, the mapped file's bytes if they may be used. */
function regionsOf(core: ElfCore, modules: readonly ElfModule[]): Region[] {
  const regions: Region[] = [];
  for (const s of core.segments) {
    if (s.filesz > 0) regions.push(dumped(core.source, s));
  }
  const fileOf = new Map(modules.map((m) => [m.path, m]));
  for (const mapping of core.files) {
    const module = fileOf.get(mapping.path);
    // Writable pages that were not dumped may have differed from the file.
    const flags = segmentAt(core, mapping.start)?.flags ?? PF_R | PF_X;
    if (module?.file) {
      const offset = module.offsetInFile(mapping);
      regions.push({
        start: mapping.start,
        end: endInFile(mapping, module.file.source.size - offset),
        flags,
        source: module.file.source,
        offset,
        reason: '',
      });
    } else {
      regions.push(
        missing(
          mapping.start,
          mapping.end,
          flags,
          `in ${mapping.path}, which is ${module?.status ?? 'not in the dump'}`,
        ),
      );
    }
  }
  for (const s of core.segments) {
    if (s.start + s.filesz === s.end) continue;
    const reason = s.truncated ? 'the dump is truncated' : 'not in the dump (coredump_filter left it out)';
    regions.push(missing(s.start, s.end, s.flags, reason));
  }
  return regions;
}

/** A mapping may go beyond its file's end, and a corrupt one by terabytes: what lies there is not in the file. */
function endInFile(mapping: FileMapping, bytes: number): Address {
  return address(Math.min(mapping.end, mapping.start + Math.max(0, roundUp(bytes, PAGE))));
}

function dumped(source: ByteSource, s: CoreSegment): Region {
  return {
    start: s.start,
    end: address(s.start + s.filesz),
    flags: s.flags,
    source,
    offset: s.offset,
    reason: '',
  };
}

function missing(start: Address, end: Address, flags: number, reason: string): Region {
  return { start, end, flags, source: undefined, offset: 0, reason };
}
