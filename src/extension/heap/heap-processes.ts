import type { DumpOptions } from '../../heap-process/protocol.ts';
import { HeapProcess } from './heap-process.ts';

/** A user's part in a process. */
export interface Lease {
  readonly process: HeapProcess;
  release(): void;
}

interface Entry {
  readonly process: HeapProcess;
  /** Panels, and debug sessions. */
  readonly users: { heap: number; debug: number };
  options: DumpOptions;
}

/** One process for each dump, shared by its panels and debug sessions and ended with the last of them. */
export class HeapProcesses {
  readonly #extensionPath: string;
  readonly #folders: () => readonly string[];
  readonly #running = new Map<string, Entry>();

  /** `folders` are those of the workspace, in which source maps may be read. */
  constructor(extensionPath: string, folders: () => readonly string[]) {
    this.#extensionPath = extensionPath;
    this.#folders = folders;
  }

  /** For a panel: the heap is opened if it is not yet, as a debug session of the dump was told to find its files. */
  heap(dump: string): Lease {
    return this.#lease(dump, 'heap');
  }

  /** For a debug session. */
  debugging(dump: string, options: DumpOptions): Lease {
    const lease = this.#lease(dump, 'debug');
    this.#running.get(dump)!.options = options;
    return lease;
  }

  #lease(dump: string, use: 'heap' | 'debug'): Lease {
    let entry = this.#running.get(dump);
    if (!entry?.process.isAlive) {
      const process = new HeapProcess(this.#extensionPath, dump);
      entry = { process, users: { heap: 0, debug: 0 }, options: {} };
      this.#running.set(dump, entry);
    }
    const held = entry;
    held.users[use]++;
    if (use === 'heap') {
      const sourceRoots = this.#folders().map((local) => ({ local }));
      held.process.openHeap({ sourceRoots, ...held.options });
    }
    let released = false;
    return {
      process: held.process,
      release: () => {
        if (released) return;
        released = true;
        if (--held.users[use] > 0) return;
        if (use === 'heap') held.process.closeHeap();
        if (held.users.heap + held.users.debug > 0) return;
        held.process.end();
        if (this.#running.get(dump) === held) this.#running.delete(dump);
      },
    };
  }

  dispose(): void {
    for (const { process } of this.#running.values()) process.end();
    this.#running.clear();
  }
}
