import assert from 'node:assert/strict';
import { type ByteSource, FileSource } from '../../src/engine/dump/byte-source.ts';
import { startCoreHelper } from '../../src/engine/heap-graph/core-tasks.ts';
import { heapFromCore } from '../../src/engine/heap-graph/from-core.ts';
import { CoreSession } from '../../src/engine/session.ts';
import { pagesOf } from '../../src/engine/v8/heap-pages.ts';
import { shopPair } from './pairs.ts';

const DAMAGES = 12;

/** A file some words of which are others; `words` are by position. */
class DamagedSource implements ByteSource {
  readonly name = 'damaged';
  readonly size: number;
  readonly #file: FileSource;
  readonly #words: readonly (readonly [position: number, word: bigint])[];

  constructor(path: string, words: ReadonlyMap<number, bigint>) {
    this.#file = new FileSource(path);
    this.size = this.#file.size;
    this.#words = [...words];
  }

  read(position: number, target: Uint8Array): number {
    const got = this.#file.read(position, target);
    for (const [at, word] of this.#words) {
      for (let i = 0; i < 8; i++) {
        const to = at + i - position;
        if (to >= 0 && to < got) target[to] = Number((word >> BigInt(8 * i)) & 0xffn);
      }
    }
    return got;
  }

  close(): void {
    this.#file.close();
  }
}

/** Whole numbers below a limit, the same ones for the same seed. */
function random(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

describe('a heap with damaged words', () => {
  let core: string;
  /** Positions in the file of the words of heap pages, and addresses in them. */
  const positions: number[] = [];
  const addresses: number[] = [];

  before(async function () {
    this.timeout(400_000);
    ({ core } = await shopPair(20));
    const session = new CoreSession({ format: 'elf', source: new FileSource(core) }, {});
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
      const session = new CoreSession({ format: 'elf', source: new DamagedSource(core, words) }, {});
      const helper = seed % 2 === 0 ? startCoreHelper() : undefined;
      const { graph, retainedSizes } = await heapFromCore(session, session.isolateFor({}), { helper });
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
