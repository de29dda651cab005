import assert from 'node:assert/strict';
import { FileSource } from '../../src/engine/dump/byte-source.ts';
import { formatOf } from '../../src/engine/dump/detect.ts';
import { Guest } from '../../src/engine/emulation/guest.ts';
import { placeOf } from '../../src/engine/emulation/imported-functions.ts';
import type { Module } from '../../src/engine/modules/module.ts';
import { mallocAreas } from '../../src/engine/native-heap/malloc-areas.ts';
import { mallocBlocks } from '../../src/engine/native-heap/malloc-blocks.ts';
import { type MemoryReport, memoryReport } from '../../src/engine/native-heap/memory-report.ts';
import { isWritable, processRanges } from '../../src/engine/native-heap/process-ranges.ts';
import { WordWindow, wordOf } from '../../src/engine/native-heap/word-window.ts';
import { CoreSession, openDump } from '../../src/engine/session.ts';
import { recordedHeap } from '../arm64/recordings.ts';
import { json, printed } from '../cli/dayafter.ts';
import { check, memoryShape } from '../cli/shapes.ts';
import { recordCore } from '../support/cores.ts';
import { OverlaySource, type Patch } from '../support/overlay-source.ts';
import { releaseLines } from '../support/releases.ts';

const MAX_STEPS = 50_000_000;

/** glibc's own statistics of the dead process: its function runs on a copy of the core's memory. */
function statisticsOf({ core, modules }: CoreSession, libc: Module) {
  const guest = new Guest(
    modules.memory,
    placeOf(libc, core.instructionSet),
    core.threads[0]!.pointer,
    MAX_STEPS,
  );
  const entry = libc.addressOf('mallinfo2');
  assert.ok(entry, 'a C library from glibc 2.33 on');
  const result = guest.memory.allocate(80);
  guest.processor.call(entry, result);
  const field = (n: number) => guest.memory.pointer(result + 8 * n);
  return { arena: field(0), mapped: field(4), used: field(7), free: field(8) };
}

function blocksOf(session: CoreSession) {
  const words = new WordWindow(session.modules.memory);
  const { rest, data } = processRanges(session);
  const malloced = mallocAreas(words, rest, data);
  return { areas: malloced.areas, blocks: mallocBlocks(session.modules.memory, words, malloced) };
}

describe('native memory', () => {
  for (const line of releaseLines)
    it(`Node ${line}: malloc's blocks add up to what glibc itself counts`, async function () {
      this.timeout(120_000);
      const { core } = await recordCore(line, 'waiting.js');
      const session = await openDump(core);
      try {
        const libc = session.modules.modules.find(({ path }) => /\/libc\.so\.6$/.test(path))!;
        const told = statisticsOf(session, libc);
        const { areas, blocks } = blocksOf(session);
        const mapped = areas.filter(({ kind }) => kind === 'mapped');
        assert.equal(blocks.free - blocks.cached, told.free);
        assert.equal(
          mapped.reduce((sum, { start, end }) => sum + (end - start), 0),
          told.mapped,
        );
        // The states of arenas lie in their own first heap.
        const states = told.arena + told.mapped - blocks.system;
        assert.ok(states >= 0 && states < 0x900 * areas.length, String(states));
        const fences = blocks.system - blocks.used - blocks.free;
        assert.ok(fences >= 0 && fences <= 32 * areas.length, String(fences));
        assert.equal(blocks.used + blocks.cached + states + fences, told.used + told.mapped);
        assert.ok(blocks.count > 5000);
      } finally {
        session.close();
      }
    });

  it('C++ objects have their classes, and something leads to nearly all blocks', async function () {
    this.timeout(120_000);
    for (const line of [18, 22, 26] as const) {
      const { core } = await recordCore(line, 'waiting.js');
      const { malloc, parts, total } = await json<MemoryReport>('memory', core);
      const count = (pattern: RegExp) =>
        malloc!.classes.filter(({ name }) => pattern.test(name)).reduce((sum, c) => sum + c.count, 0);
      assert.equal(count(/^node::UDPWrap$/), 1);
      assert.equal(count(/^node::Environment$/), 1);
      assert.equal(count(/^node::cares_wrap::Query\w*Wrap/), 2);
      const share = malloc!.lost.size / malloc!.used;
      console.log(`      Node ${line}: ${malloc!.lost.count} of ${malloc!.blocks} blocks are lost`);
      assert.ok(share < 0.01, `${malloc!.lost.size} of ${malloc!.used} bytes are lost`);
      assert.equal(
        parts.reduce((sum, { size }) => sum + size, 0),
        total,
      );
    }
  });

  it('a block that nothing leads to any more is lost, with what it alone held', async function () {
    this.timeout(120_000);
    const { core } = await recordCore(24, 'waiting.js');
    const source = new FileSource(core);
    const clean = new CoreSession({ format: formatOf(source, core), source }, {});
    const { memory } = clean.modules;
    const words = new WordWindow(memory);
    const { blocks } = blocksOf(clean);
    const vtable = clean.requireRuntime().module.addressOf('_ZTVN4node7UDPWrapE')!;
    const block = blocks.starts.findIndex((start) => words.word(start) === vtable + 16);
    const [start, size] = [blocks.starts[block]!, blocks.sizes[block]!];
    const patches: Patch[] = [];
    for (const region of memory.regions)
      if (region.source && isWritable(region))
        words.scan(region.start, region.end, (low, high, a) => {
          const word = wordOf(low, high);
          if (word < start || word >= start + size || (a >= start && a < start + size)) return;
          patches.push({ position: region.offset + (a - region.start), bytes: Buffer.alloc(8) });
        });
    assert.ok(patches.length > 0);
    const lostIn = (session: CoreSession) => memoryReport(session).malloc!.lost;
    const before = lostIn(clean);
    const overlay = new OverlaySource(new FileSource(core), patches);
    const after = lostIn(new CoreSession({ format: formatOf(overlay, core), source: overlay }, {}));
    const isIt = ({ name }: { name: string | null }) => name === 'node::UDPWrap';
    assert.equal(before.groups.find(isIt), undefined);
    const group = after.groups.find(isIt)!;
    assert.deepEqual([group.count, group.blockSize], [1, size]);
    assert.equal(group.examples[0]!.address, `0x${start.toString(16)}`);
    assert.ok(after.count > before.count);
  });

  it('is a command; of AArch64, too', async function () {
    this.timeout(120_000);
    const { core } = await recordCore(24, 'waiting.js');
    check(await json('memory', core), memoryShape);
    const text = await printed('memory', core, '--limit', '3');
    assert.match(text, /^ +[\d.]+ MB +[\d.]+ MB not zero +V8 heap \(\d+\)\n/);
    assert.match(text, /malloc: [\d,]+ blocks, [\d.]+ MB, and [\d.]+ [kM]B kept for later\nby class\n/);
    const arm = await recordedHeap();
    const { malloc } = await json<MemoryReport>('memory', arm.core, '--program', arm.node);
    assert.ok(malloc!.classes.some(({ name }) => name === 'node::Environment'));
    assert.ok(malloc!.lost.size / malloc!.used < 0.02, `${malloc!.lost.size} of ${malloc!.used}`);
  });
});
