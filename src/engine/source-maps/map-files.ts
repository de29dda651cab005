import { readFileSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** A directory in which source maps may be read: the workspace, or one that the user named. */
export interface SourceRoot {
  readonly local: string;
  /** What `local` is called on the machine that the dump came from; without it, the same. */
  readonly remote?: string | undefined;
}

/** Maps of bundles reach some tens of megabytes; beyond this a file is no map that anybody wrote. */
const MAX_MAP = 256 << 20;

/**
 * The text of the file that a script's `sourceMappingURL` names, relative to the script. A dump is hostile
 * input: only regular files inside of the roots are read, symbolic links followed first; nothing is fetched.
 */
export function readMapFile(
  scriptUrl: string,
  mapUrl: string,
  roots: readonly SourceRoot[],
): string | undefined {
  const script = pathOf(scriptUrl);
  const relative = pathOf(mapUrl) ?? (/^[a-z][a-z0-9+.-]+:/i.test(mapUrl) ? undefined : decode(mapUrl));
  if (script === undefined || relative === undefined || relative.includes('\0')) return undefined;
  const remote = script.includes('\\') ? path.win32 : path.posix;
  const file = remote.resolve(remote.dirname(script), relative);
  for (const root of roots) {
    const text = readInside(localPath(file, root), root.local);
    if (text !== undefined) return text;
  }
  return undefined;
}

/** An absolute path of the dumped process, from a path or a file: URL. */
function pathOf(url: string): string | undefined {
  if (url.startsWith('file:')) {
    try {
      return fileURLToPath(url);
    } catch {
      return undefined;
    }
  }
  return path.posix.isAbsolute(url) || /^[a-z]:[\\/]/i.test(url) ? url : undefined;
}

function localPath(file: string, root: SourceRoot): string {
  const { remote } = root;
  if (remote === undefined || !file.startsWith(remote)) return file;
  return path.join(root.local, ...file.slice(remote.length).split(/[\\/]/));
}

function readInside(file: string, directory: string): string | undefined {
  try {
    const real = realpathSync(file);
    const relative = path.relative(realpathSync(directory), real);
    if (relative.startsWith('..') || path.isAbsolute(relative)) return undefined;
    const { size } = statSync(real);
    return statSync(real).isFile() && size <= MAX_MAP ? readFileSync(real, 'utf8') : undefined;
  } catch {
    return undefined;
  }
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replace(/[?#].*$/, ''));
  } catch {
    return undefined;
  }
}

/** The text of a `data:` URL (RFC 2397), or undefined. */
export function dataUrlText(url: string): string | undefined {
  const match = /^data:[^,]*?(;base64)?,/i.exec(url.slice(0, 1000));
  if (!match || url.length > MAX_MAP) return undefined;
  const content = url.slice(match[0].length);
  return match[1] ? Buffer.from(content, 'base64').toString('utf8') : decode(content);
}
