import { address, at } from '../address.ts';
import type { CoreSegment } from '../dump/core-dump.ts';
import type { Minidump, MinidumpModule } from '../dump/minidump.ts';
import type { PdbFile } from '../dump/pdb.ts';
import { PeImage } from '../dump/pe.ts';
import { Memory, type Region } from '../memory/memory.ts';
import { MemorySource } from '../memory/memory-source.ts';
import type { LoadedModules } from './load.ts';
import type { LocateOptions, ModuleStatus } from './locate.ts';
import { locatePdb } from './locate-pdb.ts';
import { locateImage } from './locate-pe.ts';
import { PeModule } from './pe-module.ts';

/** Of sections whose protection comes from their images. */
const MAX_PARTS = 1 << 14;

/** An image with where its bytes are that the dump does not hold. */
interface Found {
  readonly module: MinidumpModule;
  readonly image: PeImage | undefined;
  readonly status: ModuleStatus;
  readonly isDumped: boolean;
}

/** The images of a minidump: with full memory it holds them; those that it does not hold are looked for on this machine. */
export function loadPeModules(dump: Minidump, options: LocateOptions): LoadedModules {
  const dumped = new Memory(dump.segments.flatMap((s) => [...regionOf(dump, s), ...absentPart(s)]));
  const notes: string[] = [];
  const found = dump.modules.map((module) => find(dump, dumped, module, options, notes));
  const parts = dump.knowsProtection ? [] : found.flatMap((f) => sectionsIn(dumped, f)).slice(0, MAX_PARTS);
  const memory = new Memory([...parts, ...dumped.regions, ...found.flatMap(ofFile)]);
  const modules = found.map((f) => {
    const pdb = pdbOf(f, f.module.start === dump.entry, options, notes);
    return new PeModule(f.module, f.image, f.status, memory, pdb);
  });
  const executable = modules.find((m) => m.start === dump.entry);
  return { modules, executable, memory, notes };
}

function find(
  dump: Minidump,
  dumped: Memory,
  module: MinidumpModule,
  options: LocateOptions,
  notes: string[],
): Found {
  const { path, start, end } = module;
  const image = PeImage.of(new MemorySource(dumped, start, end - start, dump.source.name));
  if (image?.sections.every((s) => dumped.has(at(start, s.start))))
    return { module, image, status: 'matched', isDumped: true };
  const located = locateImage(module, start === dump.entry, options);
  if (located.rejected) {
    const why = located.rejected.isUnreadable ? 'cannot be read as a PE file' : 'is not the build that ran';
    notes.push(
      `${located.rejected.path} ${why}: ${located.image ? `${located.image.name} is used instead` : 'not used'}`,
    );
  }
  if (located.status === 'missing' && start === dump.entry)
    notes.push(`the image of ${path} is neither in the dump nor on this machine`);
  return {
    module,
    image: located.image ? PeImage.of(located.image) : image,
    status: located.status,
    isDumped: false,
  };
}

/** `isExecutable`: its file may be the one that the user named. */
function pdbOf(
  { module, image, status, isDumped }: Found,
  isExecutable: boolean,
  options: LocateOptions,
  notes: string[],
): PdbFile | undefined {
  if (!image) return undefined;
  const files = isExecutable && options.program !== undefined ? [options.program] : [];
  if (!isDumped && status === 'matched') files.push(image.source.name);
  const { pdb, rejected } = locatePdb(module.path, image, files, options);
  if (rejected !== undefined) notes.push(`${rejected}: not used`);
  return pdb;
}

/** Dumped parts of an image with what its sections may be used for: the dump does not say it of any range. */
function sectionsIn(dumped: Memory, { module, image }: Found): Region[] {
  const result: Region[] = [];
  for (const section of image?.sections ?? []) {
    const end = module.start + section.start + section.bytes;
    for (let start = module.start + section.start; start < end && result.length < MAX_PARTS; ) {
      const region = dumped.regionAt(address(start));
      if (!region) break;
      const stop = Math.min(end, region.end);
      const offset = region.offset + (start - region.start);
      result.push({ ...region, start: address(start), end: address(stop), flags: section.flags, offset });
      start = stop;
    }
  }
  return result;
}

/** What the dump does not hold of an image: the file's bytes, or why they are not there. */
function ofFile({ module, image, status, isDumped }: Found): Region[] {
  if (isDumped) return [];
  const { path, start, end } = module;
  if (status !== 'matched' || !image)
    return [{ start, end, flags: 5, source: undefined, offset: 0, reason: `in ${path}, which is ${status}` }];
  const headers = { start: 0, bytes: image.headerBytes, flags: 4 };
  return [headers, ...image.sections].map((part) => ({
    start: at(start, part.start),
    end: address(Math.min(end, start + pages(part.start + part.bytes))),
    flags: part.flags,
    source: image.source,
    offset: part.start,
    reason: '',
  }));
}

function pages(bytes: number): number {
  return Math.ceil(bytes / 4096) * 4096;
}

function regionOf({ source }: Minidump, { start, filesz, flags, offset }: CoreSegment): Region[] {
  if (filesz === 0) return [];
  return [{ start, end: address(start + filesz), flags, source, offset, reason: '' }];
}

function absentPart({ start, filesz, end, flags, truncated }: CoreSegment): Region[] {
  const from = address(start + filesz);
  if (from === end) return [];
  const reason = truncated ? 'the dump is truncated' : 'the process itself had no access there';
  return [{ start: from, end, flags, source: undefined, offset: 0, reason }];
}
