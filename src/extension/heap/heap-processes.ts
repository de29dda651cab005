import { HeapProcess } from './heap-process.ts';

/** A panel's part in a process. */
export interface Lease {
  readonly process: HeapProcess;
  release(): void;
}

/** One process for each dump, shared by its panels and ended with the last of them. */
export class HeapProcesses {
  readonly #extensionPath: string;
  readonly #running = new Map<string, { process: HeapProcess; users: number }>();

  constructor(extensionPath: string) {
    this.#extensionPath = extensionPath;
  }

  lease(dump: string): Lease {
    let entry = this.#running.get(dump);
    if (!entry?.process.isAlive) {
      entry = { process: new HeapProcess(this.#extensionPath, dump), users: 0 };
      this.#running.set(dump, entry);
    }
    const held = entry;
    held.users++;
    let released = false;
    return {
      process: held.process,
      release: () => {
        if (released) return;
        released = true;
        if (--held.users > 0) return;
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
