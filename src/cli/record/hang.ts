import { basename } from 'node:path';
import type { ProcessTree, TrackedProcess } from './process-tree.ts';
import { send } from './send.ts';

/** Milliseconds that a command has to end by itself once a process of it was aborted. */
const grace = 2000;

/**
 * The running processes that are to be aborted where a command hangs, one after the other until it ends: the
 * innermost Node.js process first, then those that led to it, at last the command's own process. Where several
 * branches run Node.js, their common origin is the innermost: which of them hangs cannot be told.
 */
export function hangTargets(root: number, processes: readonly TrackedProcess[]): number[] {
  const running = processes.filter((p) => !p.ended);
  const withNode = new Set<number>();
  for (const process of running) {
    if (!isNode(process)) continue;
    for (let p: TrackedProcess | undefined = process; p && !withNode.has(p.pid); ) {
      withNode.add(p.pid);
      const { parent }: TrackedProcess = p;
      p = running.find((other) => other.pid === parent);
    }
  }
  const path = [root];
  for (;;) {
    const branches = running.filter((p) => p.parent === path[0] && withNode.has(p.pid));
    if (branches.length !== 1) break;
    path.unshift(branches[0]!.pid);
  }
  return path.filter((pid) => pid === root || running.some((p) => p.pid === pid && isNode(p)));
}

function isNode({ executable }: TrackedProcess): boolean {
  return executable !== undefined && /^node/.test(basename(executable));
}

/** Aborts a command that still runs when its time is over, so that it leaves a dump. */
export class HangBreaker {
  #next: number;
  #targets: number[] | undefined;
  #aborted: number | undefined;

  /** `limit` in milliseconds from now. */
  constructor(limit: number) {
    this.#next = Date.now() + limit;
  }

  /** Does what is due; to be called after each update of the tree. */
  step(tree: ProcessTree): void {
    if (Date.now() < this.#next) return;
    this.#targets ??= hangTargets(tree.root, tree.processes);
    while (this.#targets.length > 0) {
      const target = this.#targets[0]!;
      if (tree.get(target)?.ended === false) {
        if (this.#aborted !== target) send(target, 'SIGABRT');
        this.#aborted = target;
        return;
      }
      this.#targets.shift();
      if (this.#aborted === target) {
        this.#next = Date.now() + grace;
        return;
      }
    }
  }

  /** Ends what is left of an aborted command, as workers that hang without their parent. */
  finish(tree: ProcessTree): void {
    if (this.#targets === undefined) return;
    for (const { pid, ended } of tree.processes) if (!ended) send(pid, 'SIGTERM');
  }
}
