import { statSync } from 'node:fs';
import path from 'node:path';
import { FileSource, readBytes } from '../dump/byte-source.ts';
import { ElfFile } from '../dump/elf.ts';

/**
 * matched: a file with the dump's build-id was found. unverified: the dump holds no build-id, and the file begins with
 * the very page that was mapped, or the user named it. mismatched: a file was found, but of another build, and is not
 * used. missing: none found.
 */
export type ModuleStatus = 'matched' | 'unverified' | 'mismatched' | 'missing';

/** A path on a drive of Windows. */
const WINDOWS_PATH = /^[A-Za-z]:[\\/]/;

/** Where systems keep symbols that were split off, by build-id. */
const SYSTEM_SYMBOLS = '/usr/lib/debug';

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
  /** Where the file's own symbols were stripped: another file of the same build that has them. */
  readonly symbols: ElfFile | undefined;
  /** A file that was not used: the one that the user named, or where none fits the first that was found. */
  readonly rejected: Rejected | undefined;
}

export interface Rejected {
  readonly path: string;
  /** True if it cannot be read as an ELF or PE file, false if it is of another build. */
  readonly isUnreadable: boolean;
}

/** What the dump says of the file that was mapped. */
export interface ImageIdentity {
  readonly buildId: string | undefined;
  /** The file's first bytes, as they are in the dump: a page, if that is whole. */
  readonly firstPage: Buffer;
}

/** Bytes of a first page that tell a file; a shorter one tells nothing. */
export const PAGE = 4096;

/**
 * Finds the local file of a module. A dump is hostile input: the path that stands in it is only opened as a
 * regular file, and only used if its build-id equals the dump's. Executables with an application inside (Node's "single
 * executable applications", as postject makes them) have their build-id where cores do not reach; there the whole first
 * page, with the places and sizes of all segments and of the table of sections, has to be the same.
 */
export function locate(
  modulePath: string,
  image: ImageIdentity,
  isExecutable: boolean,
  options: LocateOptions,
): Located {
  const { buildId } = image;
  let named: Rejected | undefined;
  let other: Rejected | undefined;
  let split: ElfFile | undefined;
  let unchecked: ElfFile | undefined;
  const found = (status: ModuleStatus, file: ElfFile): Located => {
    const symbols = file.hasSymbols ? undefined : (split ?? symbolFile(modulePath, file.buildId(), options));
    if (file !== unchecked) unchecked?.source.close();
    return { status, file, symbols, rejected: named?.path === file.source.name ? undefined : named };
  };
  for (const candidate of candidates(modulePath, isExecutable, options)) {
    const file = openElf(candidate.path);
    const isNamed = isExecutable && candidate.path === options.program;
    if (!file) {
      if (isNamed) named = { path: candidate.path, isUnreadable: true };
      continue;
    }
    const isMatch = buildId !== undefined && file.buildId() === buildId;
    if (isMatch && file.isDebugOnly) {
      if (split) file.source.close();
      else split = file;
      continue;
    }
    if (isMatch) return found('matched', file);
    if (buildId === undefined && beginsWith(file, image.firstPage)) return found('unverified', file);
    if (buildId === undefined && candidate.named && !unchecked && !file.isDebugOnly) {
      unchecked = file;
      if (isNamed) named = { path: candidate.path, isUnreadable: false };
      continue;
    }
    other ??= { path: candidate.path, isUnreadable: false };
    if (isNamed) named = other;
    file.source.close();
  }
  if (unchecked) return found('unverified', unchecked);
  split?.source.close();
  return {
    status: other === undefined ? 'missing' : 'mismatched',
    file: undefined,
    symbols: undefined,
    rejected: named ?? other,
  };
}

function beginsWith(file: ElfFile, firstPage: Buffer): boolean {
  return firstPage.length >= PAGE && readBytes(file.source, 0, firstPage.length).equals(firstPage);
}

/** A file of that build which has its symbols: in the user's directories, or where systems keep them. */
function symbolFile(
  modulePath: string,
  buildId: string | undefined,
  { search = [], sysroot }: LocateOptions,
): ElfFile | undefined {
  if (buildId === undefined) return undefined;
  const base = baseOf(modulePath);
  const byId = path.join('.build-id', buildId.slice(0, 2), `${buildId.slice(2)}.debug`);
  const places = [
    ...search.flatMap((directory) =>
      [byId, base, path.join('bin', base), `${base}.debug`].map((name) => path.join(directory, name)),
    ),
    ...(sysroot ? [path.join(sysroot, SYSTEM_SYMBOLS, byId)] : []),
    path.join(SYSTEM_SYMBOLS, byId),
  ];
  for (const place of places) {
    const file = openElf(place);
    if (file?.hasSymbols && file.buildId() === buildId) return file;
    file?.source.close();
  }
  return undefined;
}

/** `named`: the user chose this very file or its directory, so a missing build-id is acceptable. */
export function* candidates(
  modulePath: string,
  isExecutable: boolean,
  options: LocateOptions,
): Generator<{ path: string; named: boolean }> {
  const base = WINDOWS_PATH.test(modulePath) ? path.win32.basename(modulePath) : baseOf(modulePath);
  if (isExecutable && options.program) yield { path: options.program, named: true };
  for (const directory of options.search ?? []) {
    yield { path: path.join(directory, base), named: true };
    yield { path: path.join(directory, 'bin', base), named: true };
  }
  if (options.sysroot) {
    const inside = path.join(options.sysroot, modulePath.replace(/^[A-Za-z]:/, '').replaceAll('\\', '/'));
    if (isInside(inside, options.sysroot)) yield { path: inside, named: true };
  }
  // Of Windows' paths only those of drives: others may lead to a server.
  const isLocal = WINDOWS_PATH.test(modulePath)
    ? process.platform === 'win32'
    : path.posix.isAbsolute(modulePath);
  if (isLocal) yield { path: modulePath, named: false };
}

/** Name of a mapped file, which may have been deleted since. */
function baseOf(modulePath: string): string {
  return path.posix.basename(modulePath.replace(/ \(deleted\)$/, ''));
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
