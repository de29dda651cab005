import { statSync } from 'node:fs';
import path from 'node:path';
import { FileSource } from '../dump/byte-source.ts';
import { PdbFile } from '../dump/pdb.ts';
import type { PeImage } from '../dump/pe.ts';
import { DayAfterError } from '../errors.ts';
import { candidates, type LocateOptions } from './locate.ts';

export interface LocatedPdb {
  /** Of the very build. */
  readonly pdb: PdbFile | undefined;
  /** Where none was found: why the first one does not do that is in a place which the user named. */
  readonly rejected: string | undefined;
}

/**
 * Finds the PDB file of an image: beside `files`, in the user's directories, also as symbol stores lay it out, and beside
 * the image's path in the dumped process, under the root that stands for the dumped machine's. It is only opened as a
 * regular file, and only used if it is of the image's build. `files`: where the image is on this machine.
 */
export function locatePdb(
  imagePath: string,
  image: PeImage,
  files: readonly string[],
  options: LocateOptions,
): LocatedPdb {
  const { buildId } = image;
  const name = pdbName(image);
  let rejected: string | undefined;
  if (buildId === undefined || name === undefined) return { pdb: undefined, rejected };
  for (const place of places(imagePath, name, buildId, files, options)) {
    if (!isFile(place.path)) continue;
    const pdb = openPdb(place.path);
    const isUnreadable = pdb instanceof DayAfterError;
    if (!isUnreadable && pdb.id === buildId) return { pdb, rejected: undefined };
    if (!isUnreadable) pdb.source.close();
    const other = `${place.path} is not of the build that ran (${buildId.toUpperCase()} is wanted)`;
    if (place.named) rejected ??= isUnreadable ? pdb.message : other;
  }
  return { pdb: undefined, rejected };
}

/** The name of an image's PDB file without its directories; undefined if no file can have it. */
export function pdbName({ pdbPath = '' }: PeImage): string | undefined {
  const name = pdbPath.split(/[\\/]/).at(-1)!;
  return name.length > 255 || /^\.{0,2}$|[\p{Cc}:*?"<>|]/u.test(name) ? undefined : name;
}

function* places(
  imagePath: string,
  name: string,
  buildId: string,
  files: readonly string[],
  options: LocateOptions,
): Generator<{ path: string; named: boolean }> {
  for (const file of files) yield { path: path.join(path.dirname(file), name), named: true };
  const { search = [], sysroot } = options;
  for (const store of sysroot === undefined ? search : [...search, sysroot])
    yield { path: path.join(store, name, buildId.toUpperCase(), name), named: true };
  const isOnDrive = /^[A-Za-z]:/.test(imagePath);
  yield* candidates(isOnDrive ? imagePath.replace(/[^\\/]*$/, name) : name, false, options);
}

function isFile(place: string): boolean {
  try {
    return statSync(place).isFile();
  } catch {
    return false;
  }
}

function openPdb(place: string): PdbFile | DayAfterError {
  let source: FileSource | undefined;
  try {
    source = new FileSource(place);
    return new PdbFile(source);
  } catch (error) {
    source?.close();
    if (error instanceof DayAfterError) return error;
    return new DayAfterError('CORRUPT_DUMP', `${place} cannot be read (${(error as Error).message})`);
  }
}
