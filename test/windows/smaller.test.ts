import assert from 'node:assert/strict';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openGraph } from '../../src/engine/analyses/open-graph.ts';
import { FileSource, readBytes } from '../../src/engine/dump/byte-source.ts';
import { Minidump } from '../../src/engine/dump/minidump.ts';
import type { DayAfterError } from '../../src/engine/errors.ts';
import { CoreSession, openDump } from '../../src/engine/session.ts';
import { aspects, compare } from '../oracle/compare.ts';
import { OverlaySource, type Patch } from '../support/overlay-source.ts';
import { recordedReleases } from '../support/releases.ts';
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
      node = await windowsNode(recordedReleases[line]);
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
      const other = await windowsNode(recordedReleases[24]);
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

  describe('than they should', () => {
    /** As if the file's bytes at these positions were others, or it ended early. */
    function damaged(patches: readonly Patch[], size?: number): () => CoreSession {
      const source = new OverlaySource(new FileSource(whole.dump), patches, size);
      return () => new CoreSession({ format: 'minidump', source }, {});
    }

    /** Where the directory has the entry of a stream. */
    function entryOf(type: number): { readonly entry: number; readonly stream: number } {
      const source = new FileSource(whole.dump);
      const header = readBytes(source, 0, 32);
      const directory = readBytes(source, header.readUInt32LE(12), 12 * header.readUInt32LE(8));
      source.close();
      for (let o = 0; o < directory.length; o += 12)
        if (directory.readUInt32LE(o) === type)
          return { entry: header.readUInt32LE(12) + o, stream: directory.readUInt32LE(o + 8) };
      throw new Error(`there is no stream ${type}`);
    }

    const none = Buffer.alloc(4);
    const refused = (code: string, message: RegExp) => (error: DayAfterError) => {
      assert.equal(error.code, code);
      assert.match(error.message, message);
      return true;
    };

    it('as of other processors, are refused by name', () => {
      for (const [processor, name] of [
        [0, '32-bit x86'],
        [12, 'AArch64'],
      ] as const) {
        const patch = { position: entryOf(7).stream, bytes: Uint8Array.of(processor, 0) };
        assert.throws(damaged([patch]), refused('UNSUPPORTED_ARCHITECTURE', new RegExp(name)));
      }
    });

    it('as cut ones, are refused or tell what is missing', async () => {
      assert.throws(damaged([], 20), refused('TRUNCATED', /header/));
      assert.throws(damaged([], 40), refused('TRUNCATED', /streams/));
      const session = damaged([], (await stat(whole.dump)).size - 1_000_000)();
      const { notes } = session.info();
      session.close();
      assert.ok(
        notes.some((note) => /truncated: 1000000 bytes/.test(note)),
        notes.join('\n'),
      );
    });

    it('as ending inside of the executable, say that it is not there', () => {
      const { modules, segments, source } = new Minidump(new FileSource(whole.dump));
      const { start, end } = modules[0]!;
      const parts = segments.filter((s) => s.start >= start && s.end <= end);
      source.close();
      const session = damaged([], parts[1]!.offset + 1_000_000)();
      const { notes } = session.info();
      assert.throws(() => session.requireRuntime(), refused('EXECUTABLE_NOT_FOUND', /node\.exe/));
      session.close();
      assert.ok(
        notes.some((note) => /node\.exe is neither in the dump nor on this machine/.test(note)),
        notes.join('\n'),
      );
    });

    it('as without threads, are refused', () => {
      assert.throws(
        damaged([{ position: entryOf(3).entry, bytes: none }]),
        refused('CORRUPT_DUMP', /no thread/),
      );
    });

    it('as without memory, say how to take one that has it', () => {
      const patches = [9, 16].map((type) => ({ position: entryOf(type).entry, bytes: none }));
      const session = damaged(patches)();
      const { notes, process, threads } = session.info();
      assert.ok(
        notes.some((note) => /procdump -ma/.test(note)),
        notes.join('\n'),
      );
      assert.equal(process.executable, 'C:\\Program Files\\nodejs\\node.exe');
      assert.ok(threads.length > 3);
      assert.throws(() => session.requireRuntime(), refused('EXECUTABLE_NOT_FOUND', /node\.exe/));
      session.close();
    });
  });
});
