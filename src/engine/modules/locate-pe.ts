import { statSync } from 'node:fs';
import { FileSource } from '../dump/byte-source.ts';
import { LoadedImage } from '../dump/loaded-image.ts';
import type { MinidumpModule } from '../dump/minidump.ts';
import { PeImage } from '../dump/pe.ts';
import { candidates, type LocateOptions, type ModuleStatus, type Rejected } from './locate.ts';

export interface LocatedImage {
  readonly status: ModuleStatus;
  /** The file as it was loaded. */
  readonly image: LoadedImage | undefined;
  readonly rejected: Rejected | undefined;
}

/**
 * Finds the local file of an image that the dump does not hold. As with ELF files (`locate`), a path of the dump is only
 * opened as a regular file, and only used if it is of the build that ran.
 */
export function locateImage(
  module: MinidumpModule,
  isExecutable: boolean,
  options: LocateOptions,
): LocatedImage {
  let rejected: Rejected | undefined;
  for (const { path } of candidates(module.path, isExecutable, options)) {
    const image = openImage(path, module.start);
    if (image && isBuildOf(module, image)) return { status: 'matched', image, rejected };
    const isNamed = isExecutable && path === options.program;
    if (image || isNamed) rejected ??= { path, isUnreadable: image === undefined };
    image?.close();
  }
  const isOther = rejected !== undefined && !rejected.isUnreadable;
  return { status: isOther ? 'mismatched' : 'missing', image: undefined, rejected };
}

/** True for the build that the dump tells of, by time stamp, size and PDB file. */
function isBuildOf({ timeStamp, start, end, buildId }: MinidumpModule, image: LoadedImage): boolean {
  const { headers } = image;
  if (headers.timeStamp !== timeStamp || headers.bytes !== end - start) return false;
  return buildId === undefined || PeImage.of(image)?.buildId === buildId;
}

function openImage(path: string, base: number): LoadedImage | undefined {
  try {
    if (!statSync(path).isFile()) return undefined;
    const file = new FileSource(path);
    const image = LoadedImage.of(file, base);
    if (!image) file.close();
    return image;
  } catch {
    return undefined;
  }
}
