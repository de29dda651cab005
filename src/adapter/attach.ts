/** `attach` (and `launch`, which other adapters use for dumps): opens the dump, a core or a heap snapshot. */
import { type AttachConfiguration, readAttachConfiguration } from '../configuration/attach.ts';
import type { HostPaths } from '../configuration/paths.ts';
import { FileSource } from '../engine/dump/byte-source.ts';
import { openSource } from '../engine/dump/detect.ts';
import { DayAfterError } from '../engine/errors.ts';
import { openCore } from '../engine/session.ts';
import { openSnapshot } from '../engine/snapshot/open-snapshot.ts';
import type { SourceRoot } from '../engine/source-maps/map-files.ts';
import { HeapTarget } from './heap/heap-target.ts';
import type { Progress } from './progress.ts';
import { Target } from './target.ts';

/** Throws a DayAfterError, or a ConfigurationError for what the configuration lacks. */
export async function attach(
  args: Readonly<Record<string, unknown>>,
  host: HostPaths,
  progress: Progress,
): Promise<Target | HeapTarget> {
  const configuration = readAttachConfiguration(args, process.cwd(), host);
  const target = await openTarget(configuration, host, progress);
  // A cancel that arrived while the engine was busy is read between two turns of the event loop.
  for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
  if (progress.signal.aborted) {
    target.close();
    throw new DayAfterError('CANCELLED', 'Opening the dump was cancelled.');
  }
  return target;
}

async function openTarget(
  configuration: AttachConfiguration,
  host: HostPaths,
  progress: Progress,
): Promise<Target | HeapTarget> {
  const { signal } = progress;
  progress.update('Opening the dump…');
  const dump = await openSource(configuration.dump, signal);
  if (dump.format === 'heapsnapshot' && dump.source instanceof FileSource) {
    try {
      const heap = await openSnapshot(dump.source, { signal, progress: percentages(progress) });
      return new HeapTarget(heap, configuration, host);
    } catch (error) {
      dump.source.close();
      throw error;
    }
  }
  const session = openCore(dump, configuration.dump, {
    program: configuration.program,
    search: configuration.searchPaths,
    sysroot: configuration.sysroot,
    sourceRoots: sourceRoots(configuration),
    signal,
    progress: (text) => progress.update(text),
  });
  return new Target(session, configuration, host);
}

/** Tells the client each whole percent of what is read. */
function percentages(progress: Progress): (done: number, total: number) => void {
  let last = 0;
  return (done, total) => {
    const percent = Math.floor((100 * done) / Math.max(1, total));
    if (percent === last) return;
    last = percent;
    progress.update('Reading the heap snapshot…', percent);
  };
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
