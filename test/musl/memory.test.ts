import assert from 'node:assert/strict';
import { Fault } from '../../src/engine/absence.ts';
import { type Address, address } from '../../src/engine/address.ts';
import { Guest } from '../../src/engine/emulation/guest.ts';
import { placeOf } from '../../src/engine/emulation/imported-functions.ts';
import { allocatorOf } from '../../src/engine/native-heap/allocator.ts';
import { memoryReport } from '../../src/engine/native-heap/memory-report.ts';
import { type MuslGroup, muslGroups } from '../../src/engine/native-heap/musl-groups.ts';
import { muslMalloc } from '../../src/engine/native-heap/musl-malloc.ts';
import { processRanges } from '../../src/engine/native-heap/process-ranges.ts';
import { WordWindow } from '../../src/engine/native-heap/word-window.ts';
import { type CoreSession, openDump } from '../../src/engine/session.ts';
import { core, muslFolder, muslNode } from './recordings.ts';

const MAX_STEPS = 100_000_000;
/** struct malloc_context (src/malloc/mallocng/meta.h): a secret number; how many blocks there are of each size class. */
const USAGE = 464;

describe('native memory of a process on musl', () => {
  let session: CoreSession;
  let words: WordWindow;

  before(async function () {
    this.timeout(240_000);
    session = await openDump(core, { program: await muslNode(), search: [await muslFolder()] });
    words = new WordWindow(session.modules.memory);
  });

  after(() => session.close());

  it('blocks are those that musl itself takes for its own, with their sizes', () => {
    const allocator = allocatorOf(session.modules.memory, words, processRanges(session));
    assert.equal(allocator?.name, 'musl');
    const { blocks } = allocator!;
    const usable = usableSize(session);
    let used = 0;
    for (let i = 0; i < blocks.count; i++) {
      const told = usable(address(blocks.starts[i]!));
      assert.equal(told, blocks.inUse[i] === 1 ? blocks.sizes[i] : undefined, String(blocks.starts[i]));
      if (blocks.inUse[i] === 1) used++;
    }
    console.log(`      ${used} of ${used} blocks in use, ${blocks.count - used} free ones refused`);
    assert.ok(used > 5000 && blocks.count > used);
  });

  it('there are as many of each size class as musl counts', () => {
    const { all, data } = processRanges(session);
    const groups = muslGroups(words, all);
    const context = contextOf(session, groups, data);
    muslMalloc.sizeClasses.forEach((units, index) => {
      // What libraries had left of their pages is not counted.
      const own = groups.filter((g) => g.sizeClass === index && !isGiven(g, data));
      const told = Number(session.modules.memory.u64(address(context + USAGE + 8 * index)));
      assert.equal(
        own.reduce((sum, { count }) => sum + count, 0),
        told,
        `${units} units`,
      );
    });
  });

  it('nothing is lost in Node, and all of its objects are there', () => {
    const { malloc, parts, total, notes } = memoryReport(session);
    assert.equal(malloc!.allocator, 'musl');
    assert.deepEqual(notes, []);
    assert.equal(
      parts.reduce((sum, { size }) => sum + size, 0),
      total,
    );
    const count = (name: string) => malloc!.classes.find((c) => c.name === name)?.count;
    assert.equal(count('node::Environment'), 2);
    assert.equal(count('node::worker::Worker'), 1);
    assert.ok(malloc!.lost.size / malloc!.used < 0.01, `${malloc!.lost.size} of ${malloc!.used}`);
  });
});

/** musl's own malloc_usable_size, on a copy of the dead process's memory; undefined where it refuses. */
function usableSize({ modules, core: { instructionSet, threads } }: CoreSession) {
  const libc = modules.modules.find(({ path }) => /musl.*\/libc\.so$/.test(path))!;
  const entry = libc.addressOf('malloc_usable_size')!;
  return (block: Address): number | undefined => {
    const guest = new Guest(modules.memory, placeOf(libc, instructionSet), threads[0]!.pointer, MAX_STEPS);
    try {
      return guest.processor.call(entry, block);
    } catch (error) {
      if (error instanceof Fault) return undefined;
      throw error;
    }
  };
}

/** By the secret number that each area of metas begins with. */
function contextOf(
  { modules: { memory } }: CoreSession,
  groups: readonly MuslGroup[],
  data: readonly { start: number; end: number }[],
): number {
  const meta = memory.pointer(address(groups[0]!.start));
  const secret = memory.u64(address(meta - (meta % muslMalloc.area.bytes)));
  for (const { start, end } of data)
    for (let at = start; at + 8 <= end; at += 8) if (memory.u64(address(at)) === secret) return at;
  throw new Error('no secret');
}

/** What is left of a library's last page goes to malloc as one block; musl itself makes groups of one only of large ones. */
function isGiven(
  { start, count, stride, isMapped }: MuslGroup,
  data: readonly { start: number; end: number }[],
): boolean {
  if (count > 1 || isMapped) return false;
  return stride < 2000 || data.some((range) => start >= range.start && start < range.end);
}
