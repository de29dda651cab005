import type { FileSource } from '../dump/byte-source.ts';
import { Heap } from '../graph/heap.ts';
import { canHelp, type ReadOptions, readSnapshot } from './reader.ts';
import { startSnapshotHelper } from './tasks.ts';

/** Reads a snapshot and computes its sizes, on two threads where that pays. */
export async function openSnapshot(
  source: FileSource,
  options: Omit<ReadOptions, 'helper'> = {},
): Promise<Heap> {
  const helper = canHelp(source) ? startSnapshotHelper() : undefined;
  try {
    const graph = await readSnapshot(source, { ...options, helper });
    try {
      const heap = new Heap(graph);
      await heap.prepare(helper && ((input) => helper.run('ownership', input, true)));
      return heap;
    } catch (error) {
      graph.close();
      throw error;
    }
  } finally {
    helper?.close();
  }
}
