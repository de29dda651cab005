import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { coreHandler, givesCores, takeFromJournal } from './core-handlers.ts';
import { type CoreDestination, namesProcess } from './core-pattern.ts';
import { type BrokenCore, type FoundCore, findCores } from './find-cores.ts';
import { coreName, moveTo, reserve } from './keep-core.ts';
import type { TrackedProcess } from './process-tree.ts';

/** More than these are left where they are: a program that is started again and again must not fill the disk. */
const mostCores = 16;

/** How long programs that get cores by a pipe have to write them down, and how often they are asked: milliseconds. */
const patience = 10_000;
const pause = 250;

const SIGQUIT = 3;

/** A core in the place where it stays. */
export interface KeptCore {
  readonly path: string;
  readonly pid: number;
}

/** Processes that may have dumped core. */
export interface Suspects {
  readonly processes: readonly TrackedProcess[];
  /** Each of them did; else one of them did, if any. */
  readonly certain: boolean;
}

interface DatedCore extends KeptCore {
  readonly began: number;
  readonly depth: number;
  readonly signal: number | undefined;
}

/** Brings the cores of a command's processes into one folder. */
export class CoreCollector {
  readonly #destination: CoreDestination;
  readonly #folder: string;
  readonly #since: number;
  readonly #kept: DatedCore[] = [];
  /** Cores that stay where they are. */
  readonly #settled = new Set<string>();
  readonly #broken = new Map<string, BrokenCore>();
  readonly #notes: string[] = [];
  #full = false;

  /** `since`: when the command was started, in milliseconds since 1970. */
  constructor(destination: CoreDestination, folder: string, since: number) {
    this.#destination = destination;
    this.#folder = folder;
    this.#since = since;
  }

  /**
   * The cores, in the order in which their processes died. A SIGQUIT of the terminal comes to all processes at once:
   * of those the innermost comes first.
   */
  get cores(): readonly KeptCore[] {
    const quits = this.#kept.filter((core) => core.signal === SIGQUIT);
    const firstQuit = Math.min(...quits.map((core) => core.began));
    const time = (core: DatedCore) => (core.signal === SIGQUIT ? firstQuit : core.began);
    return [...this.#kept].sort((a, b) => time(a) - time(b) || b.depth - a.depth);
  }

  /** Files in the places of cores of which nothing can be told. */
  get broken(): readonly BrokenCore[] {
    return [...this.#broken.values()];
  }

  /** What did not go well, in words. */
  get notes(): readonly string[] {
    return this.#full ? [...this.#notes, `only the first ${mostCores} dumps were kept`] : this.#notes;
  }

  /**
   * Takes the cores of processes that just ended; where others may be written over them, also those of processes that
   * came and went unseen.
   */
  async take(ended: readonly TrackedProcess[], processes: readonly TrackedProcess[]): Promise<void> {
    if (this.#destination.kind !== 'file') return;
    const { pattern } = this.#destination;
    for (const process of ended) await this.#takeFiles([pattern], process);
    if (namesProcess(pattern)) return;
    const running = processes.filter((p) => !p.ended);
    await this.#sweep(pattern, running, processes, (core) => core.whole);
  }

  /** Takes what is left once the command has ended. `suspects` are those of its processes that may have dumped core. */
  async finish(processes: readonly TrackedProcess[], suspects: Suspects): Promise<void> {
    const destination = this.#destination;
    if (destination.kind === 'file') await this.#sweep(destination.pattern, processes, processes);
    if (destination.kind === 'pipe') await this.#askHandler(destination.command, suspects);
  }

  async #takeFiles(patterns: readonly string[], process: TrackedProcess): Promise<boolean> {
    const { pid, cwd } = process;
    let found = false;
    for (const pattern of patterns) {
      const { cores, broken } = await findCores(pattern, cwd ?? '/', this.#since, { pid });
      for (const file of broken) this.#broken.set(file.path, file);
      for (const core of cores) {
        if (!core.whole && patterns.length > 1) continue;
        await this.#keep(core, process);
        found = true;
      }
    }
    return found;
  }

  /** Looks for cores of the family in all the places where one of `processes` was. */
  async #sweep(
    pattern: string,
    processes: readonly TrackedProcess[],
    family: readonly TrackedProcess[],
    wanted: (core: FoundCore) => boolean = () => true,
  ): Promise<void> {
    const members = new Map(family.map((p) => [p.pid, p]));
    for (const cwd of new Set(processes.map((p) => p.cwd))) {
      if (cwd === undefined) continue;
      const { cores } = await findCores(pattern, cwd, this.#since);
      for (const core of cores) {
        const parent = members.get(core.parent);
        const process = members.get(core.pid) ?? (parent && childOf(parent, core));
        if (process !== undefined && wanted(core)) await this.#keep(core, process);
      }
    }
  }

  async #askHandler(command: string, suspects: Suspects): Promise<void> {
    const handler = coreHandler(command);
    if (!givesCores(handler)) return;
    const { patterns, journal } = handler;
    const waiting = new Set(suspects.processes.slice(0, mostCores));
    const found = (process: TrackedProcess) => {
      if (suspects.certain) waiting.delete(process);
      else waiting.clear();
    };
    let answer: string | undefined;
    const end = Date.now() + patience;
    while (waiting.size > 0 && Date.now() < end) {
      for (const process of waiting) {
        if (await this.#takeFiles(patterns, process)) found(process);
        else if (journal) {
          answer = await this.#takeFromJournal(process);
          if (answer === undefined) found(process);
        }
      }
      if (waiting.size > 0) await sleep(pause);
    }
    if (waiting.size > 0 && answer !== undefined) this.#notes.push(answer);
  }

  async #takeFromJournal({ pid, executable, depth }: TrackedProcess): Promise<string | undefined> {
    const path = await reserve(this.#folder, executable, pid);
    const wrong = await takeFromJournal(pid, this.#since, path);
    if (wrong !== undefined) await rm(path, { force: true });
    else this.#kept.push({ path, pid, depth, began: Date.now(), signal: undefined });
    return wrong;
  }

  async #keep(core: FoundCore, { depth }: TrackedProcess): Promise<void> {
    if (this.#settled.has(core.path)) return;
    if (this.#kept.length >= mostCores) {
      this.#full = true;
      return;
    }
    const { pid, began, signal } = core;
    const path = await this.#move(core);
    this.#kept.push({ path, pid, depth, began, signal });
  }

  /** Moves a core to its folder, if it can be; returns where it is then. */
  async #move({ path, pid, executable }: FoundCore): Promise<string> {
    try {
      if (path !== join(this.#folder, coreName(executable, pid))) {
        const reserved = await reserve(this.#folder, executable, pid);
        await moveTo(path, reserved);
        return reserved;
      }
    } catch (error) {
      this.#notes.push(`${path} stays where it is: ${(error as Error).message}`);
    }
    this.#settled.add(path);
    return path;
  }
}

/** A process that was never seen, as its core tells of it. */
function childOf(parent: TrackedProcess, { pid }: FoundCore): TrackedProcess {
  return { ...parent, pid, parent: parent.pid, depth: parent.depth + 1 };
}
