import type { CoreDump } from './core-dump.ts';
import type { OpenedDump } from './detect.ts';
import { ElfCore } from './elf-core.ts';
import { Minidump } from './minidump.ts';

/** What the headers of an opened core or minidump say. Throws what their classes throw. */
export function openCoreDump({ format, source }: OpenedDump): CoreDump {
  return format === 'minidump' ? new Minidump(source) : new ElfCore(source);
}
