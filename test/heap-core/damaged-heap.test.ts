import assert from 'node:assert/strict';
import { closeSync, copyFileSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileSource } from '../../src/engine/dump/byte-source.ts';
import { startCoreHelper } from '../../src/engine/heap-graph/core-tasks.ts';
import { heapFromCore } from '../../src/engine/heap-graph/from-core.ts';
import { CoreSession } from '../../src/engine/session.ts';
import { pagesOf } from '../../src/engine/v8/heap-pages.ts';
import { random } from '../support/random.ts';
import { heapPairs } from './pairs.ts';

const DAMAGES = 12;

/** A copy of a file, in which words can be others for a while. */
class DamagedCopy {
  readonly path: string;
  readonly #folder = mkdtempSync(join(tmpdir(), 'damaged-'));

  constructor(original: string) {
    this.path = join(this.#folder, 'core');
    copyFileSync(original, this.path);
  }

  /** Calls `run` while the words at these positions are these. */
  async with(words: ReadonlyMap<number, bigint>, run: () => Promise<void>): Promise<void> {
    const fd = openSync(this.path, 'r+');
    const before = new Map<number, Buffer>();
    try {
      for (const [at, word] of words) {
        const old = Buffer.alloc(8);
        readSync(fd, old, 0, 8, at);
        before.set(at, old);
        const damaged = Buffer.alloc(8);
        damaged.writeBigUInt64LE(word);
        writeSync(fd, damaged, 0, 8, at);
      }
      await run();
    } finally {
      for (const [at, old] of before) writeSync(fd, old, 0, 8, at);
      closeSync(fd);
    }
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true });
  }
}

for (const [line, program] of [
  [20, 'shop'],
  [22, 'varied'],
] as const)
  describe(`a heap with damaged words, ${program} on ${line}`, () => {
    let copy: DamagedCopy;
    /** Positions in the file of the words of heap pages, and addresses in them. */
    const positions: number[] = [];
    const addresses: number[] = [];

    before(async function () {
      this.timeout(400_000);
      copy = new DamagedCopy((await heapPairs(program, line))[0]!.core);
      const session = sessionOf(copy);
      const isolate = session.isolateFor({});
      for (const page of pagesOf(isolate)) {
        const region = isolate.runtime.memory.regionAt(page.start);
        if (!region?.source || page.isDead) continue;
        for (let a: number = page.areaStart; a < Math.min(page.areaEnd, region.end); a += 8) {
          positions.push(region.offset + (a - region.start));
          addresses.push(a);
        }
      }
      session.close();
    });

    after(() => copy.remove());

    /** A word as damage leaves it: pointers to anywhere, numbers that no length can be, ones, halves of others. */
    function damagedWord(next: (limit: number) => number): bigint {
      const somewhere = BigInt(addresses[next(addresses.length)]!);
      const low = BigInt(next(2 ** 32));
      const kinds = [somewhere + 1n, somewhere + 3n, 2n ** 64n - 1n, low << 32n, low, low | (1n << 63n)];
      return kinds[next(kinds.length)]!;
    }

    for (let seed = 1; seed <= DAMAGES; seed++)
      it(`is made into a graph that is sound (${seed})`, async () => {
        const next = random(seed);
        const words = new Map<number, bigint>();
        for (let n = 50 + next(2000); n > 0; n--)
          words.set(positions[next(positions.length)]!, damagedWord(next));
        const helper = seed % 2 === 0 ? startCoreHelper() : undefined;
        await copy.with(words, async () => {
          const session = sessionOf(copy);
          const { graph, retainedSizes } = await heapFromCore(session, session.isolateFor({}), { helper });
          graph.internNames();
          helper?.close();
          session.close();
          assert.ok(graph.nodeCount > 1000);
          assert.equal(graph.firstEdge.length, graph.nodeCount + 1);
          assert.equal(graph.firstEdge[graph.nodeCount], graph.edgeCount);
          assert.ok(graph.edgeTo.every((to) => to < graph.nodeCount));
          assert.ok(graph.nodeName.every((name) => name < graph.strings.count));
          assert.ok(retainedSizes.every((size) => size >= 0 && size < 2 ** 40));
        });
      });
  });

function sessionOf({ path }: DamagedCopy): CoreSession {
  return new CoreSession({ format: 'elf', source: new FileSource(path) }, {});
}
