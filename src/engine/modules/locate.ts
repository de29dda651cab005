import { statSync } from 'node:fs';
import path from 'node:path';
import { FileSource } from '../dump/byte-source.ts';
import { ElfFile } from '../dump/elf.ts';
import type { ModuleStatus } from './module.ts';

/** Where to look for the executables and libraries of a dump. */
export interface LocateOptions {
  /** The executable, named by the user: used even where the dump has no build-id to check it by. */
  readonly program?: string | undefined;
  /** Directories named by the user. */
  readonly search?: readonly string[] | undefined;
  /** A directory that stands for `/` of the machine that the dump came from. */
  readonly sysroot?: string | undefined;
}

export interface Located {
  readonly status: ModuleStatus;
  readonly file: ElfFile | undefined;
  /** A file that was not used: the one that the user named, or where none fits the first that was found. */
  readonly rejected: Rejected | undefined;
}

export interface Rejected {
  readonly path: string;
  /** True if it cannot be read as an ELF file, false if it is of another build. */
  readonly isUnreadable: boolean;
}

/**
 * Finds the local file of a module. A dump is hostile input: the path that stands in it is only opened as a
 * regular file, and only used if its build-id equals the dump's.
 */
export function locate(
  modulePath: string,
  buildId: string | undefined,
  isExecutable: boolean,
  options: LocateOptions,
): Located {
  let named: Rejected | undefined;
  let other: Rejected | undefined;
  for (const candidate of candidates(modulePath, isExecutable, options)) {
    const file = openElf(candidate.path);
    const isNamed = isExecutable && candidate.path === options.program;
    if (!file) {
      if (isNamed) named = { path: candidate.path, isUnreadable: true };
      continue;
    }
    const id = file.buildId();
    if (buildId !== undefined && id === buildId) return { status: 'matched', file, rejected: named };
    if (buildId === undefined && candidate.named) return { status: 'unverified', file, rejected: named };
    other ??= { path: candidate.path, isUnreadable: false };
    if (isNamed) named = other;
    file.source.close();
  }
  return {
    status: other === undefined ? 'missing' : 'mismatched',
    file: undefined,
    rejected: named ?? other,
  };
}

/** `named`: the user chose this very file or its directory, so a missing build-id is acceptable. */
function* candidates(
  modulePath: string,
  isExecutable: boolean,
  options: LocateOptions,
): Generator<{ path: string; named: boolean }> {
  const base = path.posix.basename(modulePath.replace(/ \(deleted\)$/, ''));
  if (isExecutable && options.program) yield { path: options.program, named: true };
  for (const directory of options.search ?? []) {
    yield { path: path.join(directory, base), named: true };
    yield { path: path.join(directory, 'bin', base), named: true };
  }
  if (options.sysroot) {
    const inside = path.join(options.sysroot, modulePath);
    if (isInside(inside, options.sysroot)) yield { path: inside, named: true };
  }
  if (path.posix.isAbsolute(modulePath)) yield { path: modulePath, named: false };
}

function isInside(file: string, directory: string): boolean {
  const relative = path.relative(path.resolve(directory), path.resolve(file));
  return relative !== '' && !relative.startsWith('..') && !path.isAbsolute(relative);
}

function openElf(file: string): ElfFile | undefined {
  try {
    if (!statSync(file).isFile()) return undefined;
    return new ElfFile(new FileSource(file));
  } catch {
    return undefined;
  }
}
