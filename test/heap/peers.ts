import { createRequire } from 'node:module';
import { join } from 'node:path';
import { cached } from '../support/cache.ts';
import { npm } from '../support/run.ts';

const packages = ['@memlab/core@2.0.5', '@memlab/heap-analysis@2.0.5', '@vscode/v8-heap-parser@0.1.0'];

/** A package.json from which other readers of heap snapshots can be required; installed once. */
export async function heapPeers(): Promise<string> {
  const folder = await cached('heap-peers', packages.join(' '), (aside) =>
    npm(
      ['install', '--prefix', aside, '--ignore-scripts', '--no-save', '--no-audit', '--no-fund', ...packages],
      { cwd: aside },
    ),
  );
  return join(folder, 'package.json');
}

/** Classes as the parser of VS Code’s own viewer of snapshots tells them; throws if it cannot open the file. */
export async function classesOfVsCode(
  bytes: Uint8Array,
): Promise<{ name: string; children: number; self: number }[]> {
  const { decode_bytes } = createRequire(await heapPeers())('@vscode/v8-heap-parser') as {
    decode_bytes(bytes: Uint8Array): {
      get_class_groups(
        start: number,
        end: number,
        noRetained: boolean,
      ): { name(): string; children_len: number; self_size: bigint }[];
    };
  };
  const groups = decode_bytes(bytes).get_class_groups(0, 1_000_000, false);
  return groups.map((g) => ({ name: g.name(), children: g.children_len, self: Number(g.self_size) }));
}

/** Nodes and their sizes as memlab reads them. */
export async function sizesOfMemlab(file: string): Promise<{ nodes: number; size: number }> {
  const require = createRequire(await heapPeers());
  (require('@memlab/core') as { config: { muteConsole: boolean } }).config.muteConsole = true;
  const { getFullHeapFromFile } = require('@memlab/heap-analysis') as {
    getFullHeapFromFile(file: string): Promise<{
      nodes: { length: number; forEach(visit: (node: { self_size: number }) => void): void };
    }>;
  };
  const { nodes } = await getFullHeapFromFile(file);
  let size = 0;
  nodes.forEach((node) => {
    size += node.self_size;
  });
  return { nodes: nodes.length, size };
}
