import assert from 'node:assert/strict';
import {
  appendFile,
  chmod,
  copyFile,
  mkdir,
  mkdtemp,
  open,
  rm,
  stat,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { address } from '../../src/engine/address.ts';
import { readBytes } from '../../src/engine/dump/byte-source.ts';
import { type ErrorCode, errorCodes } from '../../src/engine/errors.ts';
import { type CoreSession, openDump } from '../../src/engine/session.ts';
import { bundle } from '../support/bundle.ts';
import { cacheFolder } from '../support/cache.ts';
import { record, recordCore } from '../support/cores.ts';
import { unexplained } from '../support/difference.ts';
import { defaultLimits, type Limits, runLimited } from '../support/limited.ts';
import { releaseNode } from '../support/releases.ts';
import { run } from '../support/run.ts';

/** Offset of a map's prototype in V8 12.4 (src/objects/map.tq: after the map word, 8 bytes of sizes, flags). */
const PROTOTYPE_OF_MAP = 24;

interface Answer {
  readonly code: number | null;
  readonly json: Record<string, unknown>;
  readonly error: { readonly code: ErrorCode; readonly message: string; readonly hint: string | null };
}

describe('bad input', () => {
  let cli: string;
  let folder: string;
  let core: string;

  before(async function () {
    this.timeout(300_000);
    cli = await bundle(resolve(import.meta.dirname, '../../src/cli/main.ts'), 'cli');
    await mkdir(cacheFolder, { recursive: true });
    folder = await mkdtemp(join(cacheFolder, 'bad-input-'));
    ({ core } = await recordCore(22, 'uncaught.js'));
  });

  after(() => rm(folder, { recursive: true, force: true }));

  /** Runs a command with --json in a child process: whatever happens, it is an answer within the limits. */
  async function dayafter(args: readonly string[], limits: Partial<Limits> = {}): Promise<Answer> {
    const ended = await runLimited([cli, ...args, '--json'], { ...defaultLimits, ...limits });
    const shown = `dayafter ${args.join(' ')}: ${ended.stdout.slice(0, 500)} ${ended.stderr.slice(-2000)}`;
    assert.equal(ended.exceeded, undefined, shown);
    assert.equal(ended.signal, null, shown);
    assert.ok(ended.code === 0 || ended.code === 1, shown);
    assert.match(ended.stdout, /^\{/, shown);
    const json = JSON.parse(ended.stdout);
    if (ended.code === 1) {
      assert.ok(errorCodes.includes(json.error.code), shown);
      assert.ok(json.error.message.length > 0, shown);
    }
    return { code: ended.code, json, error: json.error };
  }

  async function assertRefused(args: readonly string[], code: ErrorCode, limits: Partial<Limits> = {}) {
    const answer = await dayafter(args, limits);
    assert.equal(answer.code, 1, JSON.stringify(answer.json).slice(0, 500));
    assert.equal(answer.error.code, code, answer.error.message);
    return answer.error;
  }

  async function file(name: string, content: string | Uint8Array): Promise<string> {
    const path = join(folder, name);
    await writeFile(path, content);
    return path;
  }

  /** A copy of the core, as sparse as the core itself. */
  async function copyOfCore(name: string): Promise<string> {
    const path = join(folder, name);
    const { code, stderr } = await run('cp', ['--sparse=always', core, path]);
    assert.equal(code, 0, stderr);
    return path;
  }

  describe('files that are no cores of Node', () => {
    for (const command of ['info', 'stack', 'source']) {
      it(`${command} refuses an empty file, a text file, an executable and a folder`, async () => {
        await assertRefused([command, await file('core.empty', '')], 'EMPTY_FILE');
        await assertRefused([command, await file('core.text', 'not a core\n')], 'UNRECOGNIZED_FORMAT');
        await assertRefused([command, await releaseNode(22)], 'NOT_A_CORE');
        await assertRefused([command, folder], 'UNRECOGNIZED_FORMAT');
        await assertRefused([command, join(folder, 'absent')], 'FILE_NOT_FOUND');
      });
    }

    it('does not wait for a named pipe to be written', async () => {
      const pipe = join(folder, 'core.pipe');
      await run('mkfifo', [pipe]);
      await assertRefused(['info', pipe], 'UNRECOGNIZED_FORMAT');
    });

    it('refuses random bytes, and headers without a body', async () => {
      const noise = Buffer.from(Array.from({ length: 9000 }, (_, i) => (i * 7919) % 251));
      await assertRefused(['info', await file('core.noise', noise)], 'UNRECOGNIZED_FORMAT');
      const head = readHead(await openDump(core));
      for (const length of [4, 20, 63, 64, 100]) {
        const { code } = await dayafter(['info', await file(`core.head${length}`, head.subarray(0, length))]);
        assert.equal(code, 1);
      }
    });

    it('refuses the core of another program by name', async () => {
      await record(
        '/bin/bash',
        await file('abort.sh', 'kill -ABRT $$\n'),
        { nodeFlags: [] },
        join(folder, 'bash'),
      );
      const { message } = await assertRefused(['info', join(folder, 'bash/core')], 'NOT_NODE');
      assert.match(message, /bash/);
    });

    it('refuses 32-bit cores and cores of other machines', async () => {
      const head = readHead(await openDump(core));
      const narrow = Buffer.from(head);
      narrow[4] = 1;
      await assertRefused(['info', await file('core.32', narrow)], 'UNSUPPORTED_ARCHITECTURE');
      const sparc = Buffer.from(head);
      sparc.writeUInt16LE(43, 18);
      await assertRefused(['info', await file('core.sparc', sparc)], 'UNSUPPORTED_ARCHITECTURE');
    });

    it('refuses damaged archives', async () => {
      const cut = Buffer.from('28b52ffd04588900', 'hex');
      const { code } = await dayafter(['info', await file('core.zst', cut)]);
      assert.equal(code, 1);
      const gzip = Buffer.from('1f8b0800000000000003ff', 'hex');
      assert.equal((await dayafter(['info', await file('core.gz', gzip)])).code, 1);
    });
  });

  it('refuses an unsupported version of Node by name', async function () {
    this.timeout(300_000);
    const recording = await recordCore('16.20.2', 'uncaught.js');
    const { message } = await assertRefused(['info', recording.core], 'UNSUPPORTED_NODE_VERSION');
    assert.match(message, /Node 16/);
  });

  it('says how to get at a core that only its owner may read', async () => {
    // Root may read everything: then another user tries.
    const uid = process.getuid?.() === 0 ? { uid: 65534 } : {};
    const place = await readableCopy(cli);
    try {
      const ended = await runLimited([place.cli, 'info', place.secret, '--json'], {
        ...defaultLimits,
        ...uid,
      });
      const { error } = JSON.parse(ended.stdout);
      assert.equal(error.code, 'PERMISSION_DENIED', ended.stdout);
      assert.match(error.hint, /0600/);
    } finally {
      await rm(place.folder, { recursive: true, force: true });
    }
  });

  describe('a core that is cut', () => {
    for (const percent of [10, 50, 90]) {
      it(`at ${percent} %: what is there is read, what is missing is said`, async () => {
        const path = await copyOfCore(`core.cut${percent}`);
        const { size } = await stat(path);
        await truncate(path, Math.floor((size * percent) / 100));
        await assertPartlyRead(path, /truncated/);
      });
    }

    it('before its isolate says so where that is asked for', async () => {
      const path = await copyOfCore('core.cut-early');
      await truncate(path, 1 << 20);
      for (const args of [
        ['summary', path],
        ['objects', path],
        ['inspect', path, 'sessions'],
      ]) {
        const { hint } = await assertRefused(args, 'NO_ISOLATE');
        assert.match(hint ?? '', /truncated/);
      }
    });

    it('is read while it is still being written', async () => {
      const path = await copyOfCore('core.growing');
      const { size } = await stat(path);
      await truncate(path, Math.floor(size / 3));
      let writing = true;
      const source = await open(core);
      const writer = (async () => {
        for (let at = (await stat(path)).size; writing && at < size * 0.9; at += 65536) {
          const { buffer, bytesRead } = await source.read(Buffer.alloc(65536), 0, 65536, at);
          await appendFile(path, buffer.subarray(0, bytesRead));
        }
        await source.close();
      })();
      try {
        await assertPartlyRead(path, /truncated/);
      } finally {
        writing = false;
        await writer;
      }
    });
  });

  it('zero pages change no value without a note', async () => {
    const session = await openDump(core);
    const object = await addressOf('sessions[3]');
    const position = filePosition(session, object - (object % 4096));
    session.close();
    const path = await copyOfCore('core.zeros');
    const handle = await open(path, 'r+');
    await handle.write(Buffer.alloc(4096), 0, 4096, position);
    await handle.close();

    const args = ['sessions', '--depth', '4', '--limit', '1000'] as const;
    const clean = await dayafter(['inspect', core, ...args]);
    const got = await dayafter(['inspect', path, ...args]);
    assert.equal(got.code, 0, got.error?.message);
    assert.match(JSON.stringify(got.json), /"unavailable":"[^"]+"/);
    assert.deepEqual(unexplained(clean.json, got.json).slice(0, 5), []);

    // Numbers and texts that are lost look like others: of many lost pages, an answer is all that is asked.
    const many = await open(path, 'r+');
    const { size } = await many.stat();
    const page = Buffer.alloc(4096);
    for (let at = Math.floor(size / 8 / 4096) * 4096; at < size; at += 4096 * 64)
      await many.write(page, 0, page.length, at);
    await many.close();
    for (const command of ['info', 'stack', 'source']) await dayafter([command, path]);
    await dayafter(['inspect', path, 'sessions', '--depth', '4']);
  });

  describe('the executable', () => {
    it('is asked for where it is missing, refused where it is another build, and used where it is named', async function () {
      this.timeout(300_000);
      const own = join(folder, 'own-node');
      await copyFile(await releaseNode(22), own);
      const place = join(folder, 'missing');
      await record(own, resolve(import.meta.dirname, '../programs/uncaught.js'), {}, place);
      await rm(own);
      const lonely = join(place, 'core');

      const info = await dayafter(['info', lonely]);
      assert.equal(info.code, 0);
      assert.match(JSON.stringify(info.json.notes), /own-node/);
      assert.equal(moduleOf(info, 'own-node').status, 'missing');
      await assertRefused(['stack', lonely], 'EXECUTABLE_NOT_FOUND');
      await assertRefused(['inspect', lonely, 'sessions'], 'EXECUTABLE_NOT_FOUND');

      const wrong = ['--program', await releaseNode(20)];
      const wrongInfo = await dayafter(['info', lonely, ...wrong]);
      assert.equal(moduleOf(wrongInfo, 'own-node').status, 'mismatched');
      const { message } = await assertRefused(['stack', lonely, ...wrong], 'EXECUTABLE_MISMATCH');
      assert.match(message, /build-id|build/);

      const right = await dayafter(['stack', lonely, '--program', await releaseNode(22)]);
      assert.match(JSON.stringify(right.json), /"inner"/);
    });

    it('that was named is not passed over without a word', async function () {
      this.timeout(300_000);
      for (const [file, why] of [
        [await releaseNode(20), /is not the build that ran .*: .*node is used instead/],
        [core, /is not the build that ran|cannot be read as an ELF file/],
        [join(folder, 'nothing'), /cannot be read as an ELF file: .*node is used instead/],
      ] as const)
        for (const command of ['info', 'stack']) {
          const { code, json } = await dayafter([command, core, '--program', file]);
          assert.equal(code, 0);
          assert.match(JSON.stringify(json.notes), why);
        }
      const right = await dayafter(['info', core, '--program', await releaseNode(22)]);
      assert.doesNotMatch(JSON.stringify(right.json.notes), /not the build/);
    });

    function moduleOf(answer: Answer, name: string): { status: string } {
      const modules = answer.json.modules as { path: string; status: string }[];
      const found = modules.find((m) => m.path.endsWith(name));
      assert.ok(found, name);
      return found;
    }
  });

  describe('a corrupt heap', () => {
    it('shows a pointer into nowhere as unavailable', async () => {
      const { path, at } = await damaged('core.wild', 'sessions[3].user', (word) => word + 0x7000_0000_0000);
      await assertRefused(['inspect', path, at], 'NO_SUCH_OBJECT');
      const { json } = await dayafter(['inspect', path, 'sessions[3]', '--depth', '3']);
      const text = JSON.stringify(json);
      assert.match(text, /"unavailable":"[^"]+"/);
      assert.doesNotMatch(text, /user3/);
    });

    it('ends at an object that is its own map', async () => {
      const { path, at } = await damaged('core.cycle', 'sessions[3].user', (_, own) => own + 1);
      await assertRefused(['inspect', path, at], 'NO_SUCH_OBJECT');
      const args = ['sessions', '--depth', '6', '--limit', '10'] as const;
      const clean = await dayafter(['inspect', core, ...args]);
      const got = await dayafter(['inspect', path, ...args]);
      assert.equal(got.code, 0, got.error?.message);
      assert.deepEqual(unexplained(clean.json, got.json).slice(0, 5), []);
      assert.match(JSON.stringify(got.json), /"unavailable":"[^"]+"/);
      const stack = await dayafter(['stack', path, '--locals', '--depth', '3', '--limit', '20']);
      assert.equal(stack.code, 0, stack.error?.message);
    });

    it('ends at a chain of prototypes that bites its tail', async () => {
      const map = await mapOf('sessions[3].user');
      // The second word of a map's fields is its prototype: here it becomes an object of that very map.
      const own = await addressOf('sessions[3].user');
      const path = await patched('core.prototypes', map + PROTOTYPE_OF_MAP, own + 1);
      for (const args of [
        ['inspect', path, 'sessions', '--depth', '6', '--limit', '10'],
        ['inspect', path, 'sessions[3].user.nowhere'],
        ['inspect', path, 'sessions[3].user instanceof Map'],
        ['stack', path, '--locals', '--depth', '3', '--limit', '20'],
      ]) {
        const { code, json } = await dayafter(args);
        if (code !== 0) assert.fail(JSON.stringify(json));
      }
    });

    /** A copy of the core in which the first word of an object, its map, is another one. */
    async function damaged(name: string, expression: string, change: (word: number, own: number) => number) {
      const own = await addressOf(expression);
      const path = await patched(name, own, change((await mapOf(expression)) + 1, own));
      return { path, at: `0x${own.toString(16)}` };
    }

    /** Where the map of an object lies. */
    async function mapOf(expression: string): Promise<number> {
      const at = await addressOf(expression);
      const session = await openDump(core);
      const position = filePosition(session, at);
      const word = Number(readBytes(session.core.source, position, 8).readBigUInt64LE());
      session.close();
      return word - 1;
    }
  });

  it('a stack that loops ends, and says so', async () => {
    const session = await openDump(core);
    const { tid } = session.core.threads[0]!;
    const frame = session.thread(tid).frames.find((f) => f.js !== undefined && f.fp !== undefined);
    assert.ok(frame?.fp !== undefined);
    session.close();
    const path = await patched('core.loop', frame.fp, frame.fp);
    const { code, json } = await dayafter(['stack', path, '--thread', String(tid)]);
    assert.equal(code, 0);
    const [thread] = json.threads as [{ frames: unknown[]; end: string }];
    assert.ok(thread.frames.length < 1000);
    assert.match(thread.end, /loop|does not|not further|outward|above|below|same/);
  });

  /** Every command answers; what `stack` shows is as on the whole core or has a note. */
  async function assertPartlyRead(path: string, note: RegExp): Promise<void> {
    const info = await dayafter(['info', path]);
    if (info.code === 0) assert.match(JSON.stringify(info.json.notes), note);
    else assert.equal(info.error.code, 'TRUNCATED', info.error.message);
    for (const args of [['stack', '--locals'], ['inspect', 'sessions[7]', '--depth', '3'], ['source']]) {
      const [command, ...rest] = args as [string, ...string[]];
      const clean = await dayafter([command, core, ...rest]);
      const got = await dayafter([command, path, ...rest]);
      assert.equal(clean.code, 0, clean.error?.message);
      assert.deepEqual(unexplained(clean.json, got.json).slice(0, 5), []);
    }
  }

  async function addressOf(expression: string): Promise<number> {
    const { json } = await dayafter(['inspect', core, expression]);
    return Number((json.value as { address: string }).address);
  }

  /** A copy of the core with another word at one address of the process. */
  async function patched(name: string, at: number, word: number): Promise<string> {
    const session = await openDump(core);
    const position = filePosition(session, at);
    session.close();
    const path = await copyOfCore(name);
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(BigInt(word));
    const handle = await open(path, 'r+');
    await handle.write(bytes, 0, bytes.length, position);
    await handle.close();
    return path;
  }

  function filePosition(session: CoreSession, runtime: number): number {
    const at = address(runtime);
    const segment = session.core.segments.find((s) => at >= s.start && at < s.start + s.filesz);
    assert.ok(segment, `0x${runtime.toString(16)} is not in the core`);
    return segment.offset + (at - segment.start);
  }

  function readHead(session: CoreSession): Buffer {
    const head = readBytes(session.core.source, 0, 65536);
    session.close();
    return head;
  }

  /** The command line where any user can read it, beside a file that nobody can. */
  async function readableCopy(bundled: string) {
    const place = await mkdtemp('/tmp/dayafter-test-');
    await chmod(place, 0o755);
    const copy = join(place, 'cli.mjs');
    await copyFile(bundled, copy);
    const secret = join(place, 'core.1');
    await writeFile(secret, 'x');
    await chmod(secret, 0);
    return { folder: place, cli: copy, secret };
  }
});
