import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { FlattenMap, originalPositionFor, type TraceMap } from '@jridgewell/trace-mapping';
import { dataUrlText, readMapFile } from '../../source-maps/map-files.ts';
import type { Frame, Profile } from '../profile.ts';

/** Scripts larger than this are no one's build. */
const MAX_SCRIPT = 64 << 20;

/**
 * The profile with functions at their original places, where a script of this machine carries a source map,
 * inline or in a file inside of the script's own folder. The profile names the scripts; nothing is fetched.
 */
export function withOriginalSources(profile: Profile): Profile {
  const maps = new Map<string, TraceMap | undefined>();
  let mapped = false;
  const frames = profile.frames.map((frame): Frame => {
    if (frame.line === 0 || frame.column === 0 || (frame.kind !== 'own' && frame.kind !== 'dependency'))
      return frame;
    if (!maps.has(frame.source)) maps.set(frame.source, readMap(frame.source));
    const map = maps.get(frame.source);
    const found = map && originalPositionFor(map, { line: frame.line, column: frame.column - 1 });
    if (!found || found.source === null) return frame;
    mapped = true;
    return {
      ...frame,
      source: found.source,
      line: found.line,
      column: found.column + 1,
      name: found.name || frame.name,
    };
  });
  return mapped ? { ...profile, frames } : profile;
}

function readMap(source: string): TraceMap | undefined {
  const file = localFile(source);
  const text = file === undefined ? undefined : readScript(file);
  if (file === undefined || text === undefined) return undefined;
  const at = text.lastIndexOf('//# sourceMappingURL=');
  if (at < 0) return undefined;
  const url = text.slice(at + '//# sourceMappingURL='.length).split(/\s/, 1)[0]!;
  const inline = url.startsWith('data:');
  const map = inline ? dataUrlText(url) : readMapFile(file, url, [{ local: path.dirname(file) }]);
  if (map === undefined) return undefined;
  try {
    const base = new URL(inline ? '' : url, pathToFileURL(file)).href;
    return new FlattenMap(JSON.parse(map.startsWith(')]}') ? map.slice(map.indexOf('\n')) : map), base);
  } catch {
    return undefined;
  }
}

function localFile(source: string): string | undefined {
  try {
    if (source.startsWith('file:')) return fileURLToPath(source);
  } catch {
    return undefined;
  }
  return path.isAbsolute(source) ? source : undefined;
}

function readScript(file: string): string | undefined {
  let fd: number;
  try {
    // A FIFO of that name must not hang the open.
    fd = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch {
    return undefined;
  }
  try {
    const stat = fstatSync(fd);
    return stat.isFile() && stat.size <= MAX_SCRIPT ? readFileSync(fd, 'utf8') : undefined;
  } catch {
    return undefined;
  } finally {
    closeSync(fd);
  }
}
