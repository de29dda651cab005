import { address } from '../address.ts';
import type { CoreSegment } from '../dump/core-dump.ts';
import type { Minidump } from '../dump/minidump.ts';
import { PeImage } from '../dump/pe.ts';
import { Memory, type Region } from '../memory/memory.ts';
import { MemorySource } from '../memory/memory-source.ts';
import type { LoadedModules } from './load.ts';
import { PeModule } from './pe-module.ts';

/** The images of a minidump, which with full memory holds all of them. */
export function loadPeModules(dump: Minidump): LoadedModules {
  const dumped = new Memory(
    dump.segments.flatMap((s) => [regionOf(dump, s), ...(s.truncated ? [lost(s)] : [])]),
  );
  const images = dump.modules.map(({ start, end }) =>
    PeImage.of(new MemorySource(dumped, start, end - start, dump.source.name)),
  );
  const memory = dump.knowsProtection ? dumped : withSections(dumped, dump, images);
  const modules = dump.modules.map((module, i) => new PeModule(module, images[i], memory));
  const executable = modules.find((m) => m.start === dump.entry);
  const notes =
    executable && executable.imageFile === undefined
      ? [`the image of ${executable.path} is not in the dump`]
      : [];
  return { modules, executable, memory, notes };
}

/** Memory in which images may be used for what their sections say: the dump does not say it of any range. */
function withSections(dumped: Memory, dump: Minidump, images: readonly (PeImage | undefined)[]): Memory {
  const parts = dump.modules.flatMap(({ start }, i) =>
    (images[i]?.sections ?? []).flatMap((section) => {
      const from = start + section.start;
      return dumped.regions.flatMap((region) => {
        const [low, high] = [Math.max(from, region.start), Math.min(from + section.bytes, region.end)];
        const offset = region.offset + (low - region.start);
        return low < high
          ? [{ ...region, start: address(low), end: address(high), flags: section.flags, offset }]
          : [];
      });
    }),
  );
  return new Memory([...parts, ...dumped.regions]);
}

function regionOf({ source }: Minidump, { start, filesz, flags, offset }: CoreSegment): Region {
  return { start, end: address(start + filesz), flags, source, offset, reason: '' };
}

function lost({ start, filesz, end, flags }: CoreSegment): Region {
  const from = address(start + filesz);
  return { start: from, end, flags, source: undefined, offset: 0, reason: 'the dump is truncated' };
}
