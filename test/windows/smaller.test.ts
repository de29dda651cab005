import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openGraph } from '../../src/engine/analyses/open-graph.ts';
import type { DayAfterError } from '../../src/engine/errors.ts';
import { openDump } from '../../src/engine/session.ts';
import { aspects, compare } from '../oracle/compare.ts';
import { releases } from '../support/releases.ts';
import { recordedTiers } from './recordings.ts';
import { writeSmaller } from './smaller.ts';
import { windowsNode } from './windows-node.ts';

const line = 22;

describe('minidumps of Windows that hold less', () => {
  let folder: string;
  let whole: Awaited<ReturnType<typeof recordedTiers>>;

  before(async function () {
    this.timeout(120_000);
    folder = await mkdtemp(join(tmpdir(), 'dayafter-smaller-'));
    whole = await recordedTiers(line);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  async function scoresOf(dump: string, program?: string) {
    const session = await openDump(dump, { program });
    const { scores } = compare(whole.recording, session);
    const { notes } = session.info();
    session.close();
    return { shares: aspects.map((aspect) => [aspect, scores[aspect].right, scores[aspect].all]), notes };
  }

  describe('than the images', () => {
    let dump: string;
    let node: string;

    before(async function () {
      this.timeout(240_000);
      dump = join(folder, 'without-images.dmp');
      writeSmaller(whole.dump, dump, { images: true });
      node = await windowsNode(releases[line]);
    });

    it('give the same with the node.exe that ran', async () => {
      const { shares } = await scoresOf(dump, node);
      assert.deepEqual(shares, (await scoresOf(whole.dump)).shares);
    });

    it("give Node's own objects with it", async function () {
      this.timeout(120_000);
      const heap = await openGraph(dump, { program: node });
      const { gaps } = heap.graph;
      heap.close();
      assert.deepEqual(gaps, []);
    });

    it('ask for it', async () => {
      const session = await openDump(dump);
      const { notes, modules } = session.info();
      const { frames } = session.thread(session.focusThread());
      session.close();
      assert.ok(
        notes.some((note) => /node\.exe is neither in the dump nor on this machine/.test(note)),
        notes.join('\n'),
      );
      assert.equal(modules[0]?.status, 'missing');
      assert.match(modules[0]?.buildId ?? '', /^[0-9a-f]{33}$/);
      assert.ok(frames.length > 0 && frames.every((f) => f.kind === 'native'));
      const refused = await openGraph(dump).catch((error: DayAfterError) => error.code);
      assert.equal(refused, 'EXECUTABLE_NOT_FOUND');
    });

    it('do not take that of another build', async function () {
      this.timeout(240_000);
      const other = await windowsNode(releases[24]);
      const session = await openDump(dump, { program: other });
      const { notes, modules } = session.info();
      session.close();
      assert.equal(modules[0]?.status, 'mismatched');
      assert.ok(
        notes.some((note) => note.startsWith(`${other} is not the build that ran`)),
        notes.join('\n'),
      );
    });
  });

  it('than what memory may be used for give the same', async () => {
    const dump = join(folder, 'without-protections.dmp');
    writeSmaller(whole.dump, dump, { protections: true });
    assert.deepEqual((await scoresOf(dump)).shares, (await scoresOf(whole.dump)).shares);
  });
});
