/** One dump that is open in the adapter, with the tables that give its parts numbers. */
import type { AttachConfiguration } from '../configuration/attach.ts';
import type { HostPaths } from '../configuration/paths.ts';
import { DayAfterError } from '../engine/errors.ts';
import type { CoreSession } from '../engine/session.ts';
import type { Inspector } from '../engine/v8/inspect.ts';
import { FrameTable } from './frame-table.ts';
import { Handles } from './handles.ts';
import { SkipFiles } from './skip-files.ts';
import { Sources } from './sources.ts';
import type { Container } from './variables.ts';

export class Target {
  readonly core: CoreSession;
  readonly configuration: AttachConfiguration;
  readonly frames: FrameTable;
  readonly sources: Sources;
  readonly containers = new Handles<Container>();
  /** Script positions that `locations` requests ask for. */
  readonly locations = new Handles<{ url: string; line: number; column: number }>();

  constructor(core: CoreSession, configuration: AttachConfiguration, host: HostPaths) {
    this.core = core;
    this.configuration = configuration;
    this.frames = new FrameTable(core, new SkipFiles(configuration.skipFiles));
    this.sources = new Sources(core, configuration, host);
  }

  close(): void {
    this.core.close();
  }

  /** The thread to look at first. */
  get focusThread(): number {
    return this.core.focusThread();
  }

  /** Shows the values of a thread's isolate; undefined for a thread that runs no JavaScript. */
  inspectorOf(thread: number): Inspector | undefined {
    const { runtime } = this.core;
    const isolate = runtime instanceof DayAfterError ? undefined : runtime.isolateOf(thread);
    return isolate && this.core.inspectorOf(isolate);
  }
}
