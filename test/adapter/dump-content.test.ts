import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { classify, contentOf } from '../../src/extension/dump-content.ts';
import { recordCore } from '../support/cores.ts';

describe('what a file is', () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dayafter-'));
  });

  after(() => rm(folder, { recursive: true, force: true }));

  it('is told of a real core, and of the executable that wrote it', async function () {
    this.timeout(300_000);
    const { core, node } = await recordCore(22, 'uncaught.js');
    assert.equal(await contentOf(core), 'core');
    assert.equal(await contentOf(node), 'executable');
  });

  it('is told of text, of other bytes and of nothing', async () => {
    const cases: [string, string | Uint8Array, string][] = [
      ['text', 'module.exports = 1;\n', 'text'],
      // A letter of two bytes across the end of what is read.
      ['umlauts', `x${'ä'.repeat(5000)}`, 'text'],
      ['bytes', Uint8Array.of(1, 2, 0, 4), 'binary'],
      ['latin', Uint8Array.of(0x41, 0xe4, 0x41), 'binary'],
      ['snapshot', '{"snapshot":{"meta":{', 'heapsnapshot'],
      ['empty', '', 'empty'],
      ['packed', gzipSync('x'), 'compressed'],
      ['stub', Uint8Array.of(0x7f, 0x45, 0x4c, 0x46), 'executable'],
    ];
    for (const [name, content, expected] of cases) {
      const file = join(folder, name);
      await writeFile(file, content);
      assert.equal(await contentOf(file), expected, name);
    }
  });

  it('is told of cores in the other byte order', () => {
    const head = new Uint8Array(20);
    head.set([0x7f, 0x45, 0x4c, 0x46, 2, 2]);
    head[17] = 4;
    assert.equal(classify(head), 'core');
  });

  it('does not wait for a pipe', async () => {
    if (process.platform === 'win32') return;
    const pipe = join(folder, 'core');
    await promisify(execFile)('mkfifo', [pipe]);
    assert.equal(await contentOf(pipe), 'binary');
  });
});
