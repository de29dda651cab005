import { existsSync } from 'node:fs';
import path from 'node:path';
import { FileSource } from '../../dump/byte-source.ts';
import { partitionPoint } from '../../partition-point.ts';
import { LineScanner } from '../line-scanner.ts';

/** What a JIT told perf: `perf-<pid>.map` (tools/perf/Documentation/jit-interface.txt in Linux). */
export class PerfMap {
  readonly #starts: Float64Array;
  readonly #ends: Float64Array;
  readonly #names: readonly string[];

  constructor(entries: readonly { start: number; size: number; name: string }[]) {
    // Code that was freed makes room for other code; the last one of an address is right for most samples.
    const last = new Map(entries.map((entry) => [entry.start, entry]));
    const sorted = [...last.values()].sort((a, b) => a.start - b.start);
    this.#starts = Float64Array.from(sorted, (e) => e.start);
    this.#ends = Float64Array.from(sorted, (e) => e.start + e.size);
    this.#names = sorted.map((e) => e.name);
  }

  symbol(address: number): string | undefined {
    const before = partitionPoint(this.#starts.length, (n) => this.#starts[n]! <= address);
    return before > 0 && address < this.#ends[before - 1]! ? this.#names[before - 1] : undefined;
  }
}

/** The map that lies beside a profile, or undefined. */
export function perfMapBeside(profile: string, pid: number): PerfMap | undefined {
  const file = path.join(path.dirname(profile), `perf-${pid}.map`);
  if (!existsSync(file)) return undefined;
  const source = new FileSource(file);
  try {
    const lines = new LineScanner(source);
    const entries: { start: number; size: number; name: string }[] = [];
    while (lines.next()) {
      const match = /^(?:0x)?([0-9a-f]+) (?:0x)?([0-9a-f]+) (.+)$/i.exec(lines.text());
      if (match)
        entries.push({
          start: Number.parseInt(match[1]!, 16),
          size: Number.parseInt(match[2]!, 16),
          name: match[3]!,
        });
    }
    return new PerfMap(entries);
  } finally {
    source.close();
  }
}
