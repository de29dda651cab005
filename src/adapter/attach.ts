/** `attach` (and `launch`, which other adapters use for dumps): opens the dump. */
import { type AttachConfiguration, readAttachConfiguration } from '../configuration/attach.ts';
import type { HostPaths } from '../configuration/paths.ts';
import { DayAfterError } from '../engine/errors.ts';
import { openDump } from '../engine/session.ts';
import type { SourceRoot } from '../engine/source-maps/map-files.ts';
import type { Progress } from './progress.ts';
import { Target } from './target.ts';

/** Throws a DayAfterError, or a ConfigurationError for what the configuration lacks. */
export async function attach(
  args: Readonly<Record<string, unknown>>,
  host: HostPaths,
  progress: Progress,
): Promise<Target> {
  const configuration = readAttachConfiguration(args, process.cwd(), host);
  const session = await openDump(configuration.dump, {
    program: configuration.program,
    search: configuration.searchPaths,
    sysroot: configuration.sysroot,
    sourceRoots: sourceRoots(configuration),
    signal: progress.signal,
    progress: (text) => progress.update(text),
  });
  // A cancel that arrived while the engine was busy is read between two turns of the event loop.
  for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
  if (progress.signal.aborted) {
    session.close();
    throw new DayAfterError('CANCELLED', 'Opening the dump was cancelled.');
  }
  return new Target(session, configuration, host);
}

/** Where source maps may be read: the workspace, and what the user named. */
function sourceRoots({
  localRoot,
  remoteRoot,
  workspaceFolders,
  searchPaths,
}: AttachConfiguration): SourceRoot[] {
  const mapped = localRoot === undefined ? [] : [{ local: localRoot, remote: remoteRoot }];
  return [...mapped, ...[...workspaceFolders, ...searchPaths].map((local) => ({ local }))];
}
