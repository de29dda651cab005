/** A heap snapshot that is open in the adapter. */

import type { AttachConfiguration } from '../../configuration/attach.ts';
import type { HostPaths } from '../../configuration/paths.ts';
import { leakSuspects, type Suspect } from '../../engine/analyses/leaks/suspects.ts';
import type { Environment } from '../../engine/evaluate/environment.ts';
import type { Heap } from '../../engine/graph/heap.ts';
import { heapEnvironment } from '../../engine/heap-values/environment.ts';
import { HeapInspector } from '../../engine/heap-values/inspector.ts';
import { Handles } from '../handles.ts';
import type { Container, Tables } from '../variables.ts';

export class HeapTarget implements Tables {
  readonly heap: Heap;
  readonly configuration: AttachConfiguration;
  readonly host: HostPaths;
  readonly inspector: HeapInspector;
  readonly environment: Environment;
  readonly containers = new Handles<Container>();
  readonly locations: Tables['locations'] = new Handles();
  #suspects: readonly Suspect[] | undefined;

  constructor(heap: Heap, configuration: AttachConfiguration, host: HostPaths) {
    this.heap = heap;
    this.configuration = configuration;
    this.host = host;
    this.inspector = new HeapInspector(heap);
    this.environment = heapEnvironment(this.inspector);
  }

  /** Found when they are first asked for. */
  get suspects(): readonly Suspect[] {
    this.#suspects ??= leakSuspects(this.heap);
    return this.#suspects;
  }

  close(): void {
    this.heap.close();
  }
}
