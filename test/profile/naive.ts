/** Self and total of functions, worked out again in the plainest way: whole stacks as lists of names. */
export interface NaiveWeights {
  self: number;
  total: number;
}

export type NaiveTable = Map<string, NaiveWeights>;

/** Stacks are outermost first; recursion counts once. */
export function weigh(stacks: Iterable<readonly [frames: readonly string[], value: number]>): NaiveTable {
  const table: NaiveTable = new Map();
  const row = (name: string) => {
    const found = table.get(name) ?? { self: 0, total: 0 };
    table.set(name, found);
    return found;
  };
  for (const [frames, value] of stacks) {
    if (frames.length === 0 || value === 0) continue;
    row(frames.at(-1)!).self += value;
    for (const name of new Set(frames)) row(name).total += value;
  }
  return table;
}

interface CpuNode {
  id: number;
  callFrame: { functionName: string; url: string; lineNumber: number; columnNumber: number };
  children?: number[];
}

/** Stacks and microseconds of a .cpuprofile's text. */
export function cpuprofileStacks(text: string): [string[], number][] {
  const profile = JSON.parse(text) as {
    nodes: CpuNode[];
    samples: number[];
    timeDeltas: number[];
    startTime: number;
    endTime: number;
  };
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const callers = new Map<number, number>();
  for (const node of profile.nodes) for (const child of node.children ?? []) callers.set(child, node.id);
  const stackOf = (id: number): string[] => {
    const names: string[] = [];
    for (let at: number | undefined = id; at !== undefined; at = callers.get(at)) {
      const { functionName, url, lineNumber, columnNumber } = nodes.get(at)!.callFrame;
      if (functionName !== '(root)')
        names.unshift(`${functionName}|${url}|${lineNumber + 1}|${columnNumber + 1}`);
    }
    return names;
  };
  // A sample lasts until the next one; the clock never runs backwards.
  let elapsed = 0;
  const times = profile.timeDeltas.map((delta) => {
    elapsed += delta;
    return elapsed;
  });
  times.push(Math.max(elapsed, profile.endTime - profile.startTime));
  let latest = times[0]!;
  return profile.samples.map((id, i) => {
    const from = latest;
    latest = Math.max(latest, times[i + 1]!);
    return [stackOf(id), latest - from];
  });
}

interface HeapNode {
  callFrame: { functionName: string; url: string; lineNumber: number; columnNumber: number };
  selfSize: number;
  children: HeapNode[];
}

/** Stacks and bytes of a .heapprofile's text. */
export function heapprofileStacks(text: string): [string[], number][] {
  const stacks: [string[], number][] = [];
  const walk = (node: HeapNode, above: string[]) => {
    for (const child of node.children) {
      const { functionName, url, lineNumber, columnNumber } = child.callFrame;
      const frames = [...above, `${functionName}|${url}|${lineNumber + 1}|${columnNumber + 1}`];
      stacks.push([frames, child.selfSize]);
      walk(child, frames);
    }
  };
  const { head } = JSON.parse(text) as { head: HeapNode };
  stacks.push([['(root)||0|0'], head.selfSize]);
  walk(head, []);
  return stacks;
}

/** Stacks of a perf script's text, each counting one; names with module, offsets cut off. */
export function perfStacks(text: string): [string[], number][] {
  const stacks: [string[], number][] = [];
  for (const block of text.split(/\n\s*\n/)) {
    const lines = block.split('\n').filter((line) => line.trim() !== '');
    const frames = lines
      .slice(1)
      .map((line) => line.trim().split(' ').slice(1).join(' '))
      .map((frame) => frame.replace(/\+0x[0-9a-f]+(?= \()/, ''))
      .reverse();
    if (frames.length > 0) stacks.push([frames, 1]);
  }
  return stacks;
}
