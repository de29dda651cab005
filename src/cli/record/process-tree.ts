import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** What RLIMIT_CORE allows, in bytes; Infinity where there is no limit. */
export interface CoreLimit {
  readonly soft: number;
  readonly hard: number;
}

/** A process of the command, as it was seen last. */
export interface TrackedProcess {
  readonly pid: number;
  /** The process that started it. */
  readonly parent: number;
  /** 0 for the command's own process, 1 for those that it started, and so on. */
  readonly depth: number;
  readonly executable: string | undefined;
  readonly cwd: string | undefined;
  readonly limit: CoreLimit | undefined;
  /** It has been seen while the kernel wrote its core. */
  readonly dumped: boolean;
  /** The kernel hides it from its user, as it does with processes that may leave no core (PR_SET_DUMPABLE). */
  readonly hidden: boolean;
  readonly ended: boolean;
}

/** Processes that ended are remembered: so many, but all that were seen to leave a core. */
const memory = 1000;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * A process and all that descend from it, read from /proc. Where a process was and what it might do is gone with it,
 * so `update` has to be called again and again while they run.
 */
export class ProcessTree {
  readonly #processes = new Map<number, Mutable<TrackedProcess>>();
  /** Running processes that are none of the command's. */
  #strangers = runningPids();
  readonly #past: TrackedProcess[] = [];
  #root = 0;
  #newest: string | undefined;
  #grown = false;

  /** The command's own process. */
  get root(): number {
    return this.#root;
  }

  /**
   * Names the process that begins the tree, which was started after the tree was made; `cwd` is where. What dies before
   * it is seen died there.
   */
  plant(root: number, cwd: string): void {
    this.#root = root;
    this.#add(root, 0, 0, cwd);
  }

  /** Those that run, and those that ended last, in the order in which they began. */
  get processes(): readonly TrackedProcess[] {
    return [...this.#processes.values()];
  }

  get(pid: number): TrackedProcess | undefined {
    return this.#processes.get(pid);
  }

  /** Whether the kernel was writing a core at the last update. */
  get dumping(): boolean {
    return this.processes.some((p) => p.dumped && !p.ended);
  }

  /** Whether there may be new processes since the update before the last. */
  get grown(): boolean {
    return this.#grown;
  }

  /** Looks at them again, and for new ones. Returns those that ended since the last time. */
  update(): TrackedProcess[] {
    const newest = newestPid();
    this.#grown = newest === undefined || newest !== this.#newest;
    if (this.#grown) this.#findNew();
    this.#newest = newest;
    const ended: TrackedProcess[] = [];
    for (const process of this.#processes.values()) {
      if (process.ended || look(process)) continue;
      process.ended = true;
      ended.push(process);
      if (!process.dumped && process.pid !== this.#root) this.#past.push(process);
    }
    for (const old of this.#past.splice(0, this.#past.length - memory)) {
      if (this.#processes.get(old.pid) === old) this.#processes.delete(old.pid);
    }
    return ended;
  }

  #findNew(): void {
    const running = runningPids();
    this.#strangers = new Set([...this.#strangers].filter((pid) => running.has(pid)));
    const unknown = [...running].filter((pid) => !this.#strangers.has(pid) && !this.#runs(pid));
    this.#addFamily(unknown.map(readStatus).filter((status) => status?.dead === false) as Status[]);
  }

  /** Adds the new processes that descend from the tree's, or are in a group or session that one of them began. */
  #addFamily(candidates: Status[]): void {
    let left = candidates;
    for (;;) {
      const strange = left.filter((status) => {
        const elder = [status.parent, status.group, status.session].find((pid) => this.#runs(pid));
        const { depth = 0, cwd } = this.#processes.get(elder ?? 0) ?? {};
        if (elder !== undefined) this.#add(status.pid, elder, depth + 1, cwd);
        return elder === undefined;
      });
      // Their order is any: a parent may come behind its child.
      if (strange.length === left.length || strange.length === 0) {
        for (const { pid } of strange) this.#strangers.add(pid);
        return;
      }
      left = strange;
    }
  }

  #runs(pid: number): boolean {
    return this.#processes.get(pid)?.ended === false;
  }

  #add(pid: number, parent: number, depth: number, cwd: string | undefined): void {
    this.#processes.set(pid, {
      ...{ pid, parent, depth, cwd, executable: undefined, limit: undefined },
      ...{ dumped: false, hidden: false, ended: false },
    });
  }
}

/** What /proc/<pid>/status tells (proc_pid_status(5)). */
interface Status {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  readonly dead: boolean;
  readonly dumping: boolean;
}

function readStatus(pid: number): Status | undefined {
  const text = readText(`/proc/${pid}/status`);
  if (text === undefined) return undefined;
  const field = (name: string) => new RegExp(`^${name}:\\s*(\\S+)`, 'm').exec(text)?.[1];
  const dead = /[ZX]/.test(field('State') ?? 'X');
  const dumping = field('CoreDumping') === '1';
  const id = (name: string) => Number(field(name) ?? 0);
  return { pid, parent: id('PPid'), group: id('NSpgid'), session: id('NSsid'), dead, dumping };
}

/** Takes down what can be seen of a process; false where it is dead. */
function look(process: Mutable<TrackedProcess>): boolean {
  const { pid } = process;
  const status = readStatus(pid);
  if (status === undefined || status.dead) return false;
  process.dumped ||= status.dumping;
  try {
    process.cwd = readlinkSync(`/proc/${pid}/cwd`);
    process.executable = readlinkSync(`/proc/${pid}/exe`).replace(/ \(deleted\)$/, '');
    process.hidden = false;
  } catch (error) {
    process.hidden = (error as NodeJS.ErrnoException).code === 'EACCES';
  }
  process.limit = readLimit(pid) ?? process.limit;
  return true;
}

/** What a process may leave, or undefined if it is gone. */
export function readLimit(pid: number): CoreLimit | undefined {
  const row = /^Max core file size\s+(\S+)\s+(\S+)/m.exec(readText(`/proc/${pid}/limits`) ?? '');
  if (!row) return undefined;
  const bytes = (text: string) => (text === 'unlimited' ? Number.POSITIVE_INFINITY : Number(text));
  return { soft: bytes(row[1]!), hard: bytes(row[2]!) };
}

function runningPids(): Set<number> {
  try {
    const names = readdirSync('/proc').map(Number);
    return new Set(names.filter((pid) => pid > 0));
  } catch {
    return new Set();
  }
}

/** The last id that the kernel gave to a process or thread (proc_loadavg(5)). */
function newestPid(): string | undefined {
  return readText('/proc/loadavg')?.trim().split(' ').at(-1);
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
