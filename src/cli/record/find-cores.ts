import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { FileSource } from '../../engine/dump/byte-source.ts';
import { ElfFile } from '../../engine/dump/elf.ts';
import { ElfCore } from '../../engine/dump/elf-core.ts';
import { DayAfterError } from '../../engine/errors.ts';
import { type CoreFacts, expandCorePattern } from './core-pattern.ts';

const NT_PRPSINFO = 3;

/** Clocks of file systems are coarser than the clock, in milliseconds. */
const coarseness = 1000;

/** A core, and what it says of its process. */
export interface FoundCore {
  readonly path: string;
  readonly pid: number;
  readonly parent: number;
  /** Path of the executable, or the name of the thread that died. */
  readonly executable: string;
  /** Number of the signal, or undefined. */
  readonly signal: number | undefined;
  /** When the kernel began it, in milliseconds since 1970, or, where an older file was overwritten, ended it. */
  readonly began: number;
  /** False while it is being written, and where the disk or a limit cut it. */
  readonly whole: boolean;
}

/** Files that can be the core of a process. */
export interface CoreCandidates {
  readonly cores: readonly FoundCore[];
  readonly broken: readonly BrokenCore[];
}

/** A file in the place of a core from which nothing can be told. */
export interface BrokenCore {
  readonly path: string;
  readonly problem: 'empty' | 'forbidden' | 'no core';
}

/**
 * The cores that were written after `since` (milliseconds since 1970) where a pattern of core(5) says, by a process
 * that was in `cwd`; `facts` narrow them down. What cannot be read is not there.
 */
export async function findCores(
  pattern: string,
  cwd: string,
  since: number,
  facts: CoreFacts = {},
): Promise<CoreCandidates> {
  const cores: FoundCore[] = [];
  const broken: BrokenCore[] = [];
  for (const path of await pathsOf(pattern, cwd, facts)) {
    const stat = await lstat(path).catch(() => undefined);
    if (!stat?.isFile() || stat.mtimeMs < since - coarseness) continue;
    const began = stat.birthtimeMs >= since - coarseness ? stat.birthtimeMs : stat.mtimeMs;
    const core = stat.size === 0 ? 'empty' : readCore(path, began);
    if (typeof core === 'string') broken.push({ path, problem: core });
    else if (facts.pid === undefined || facts.pid === core.pid) cores.push(core);
  }
  return { cores, broken };
}

/** The paths that there are of a pattern. */
async function pathsOf(pattern: string, cwd: string, facts: CoreFacts): Promise<string[]> {
  let paths = [pattern.startsWith('/') ? '/' : cwd];
  for (const component of expandCorePattern(pattern, facts)) {
    const next: string[] = [];
    for (const path of paths) {
      if (typeof component === 'string') next.push(join(path, component));
      else {
        const names = await readdir(path).catch(() => []);
        next.push(...names.filter((name) => component.test(name)).map((name) => join(path, name)));
      }
    }
    paths = next;
  }
  return paths;
}

/** Reads whose core a file is from its notes (elf_prpsinfo, linux/elfcore.h). */
function readCore(path: string, began: number): FoundCore | BrokenCore['problem'] {
  let source: FileSource | undefined;
  try {
    source = new FileSource(path);
    const { pid, signal, command, files, entry } = new ElfCore(source);
    const file = new ElfFile(source);
    const info = file.notes().find(({ type, desc }) => type === NT_PRPSINFO && desc.length >= 136);
    if (!info || pid === undefined) return 'no core';
    const program = files.find(({ start, end }) => entry !== undefined && entry >= start && entry < end);
    let end = 0;
    for (const { offset, filesz } of file.programHeadersOf()) end = Math.max(end, offset + filesz);
    return {
      ...{ path, pid, began, signal: signal?.signo },
      parent: info.desc.readInt32LE(28),
      executable: program?.path ?? command?.name ?? '',
      whole: source.size >= end,
    };
  } catch (error) {
    return error instanceof DayAfterError && error.code === 'PERMISSION_DENIED' ? 'forbidden' : 'no core';
  } finally {
    source?.close();
  }
}
