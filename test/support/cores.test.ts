import assert from 'node:assert/strict';
import { open } from 'node:fs/promises';
import { recordCore } from './cores.ts';
import { releaseLines, releases } from './releases.ts';
import { run } from './run.ts';

describe('recorded cores', () => {
  for (const line of releaseLines) {
    it(`Node ${releases[line]} leaves a core of an uncaught throw`, async () => {
      const recording = await recordCore(line, 'uncaught.js');
      const version = await run(recording.node, ['--version']);
      assert.equal(version.stdout.trim(), `v${releases[line]}`);
      assert.match(recording.stderr, /TypeError: boom arg-string|Uncaught/);
      const file = await open(recording.core);
      const { buffer } = await file.read(Buffer.alloc(4), 0, 4, 0);
      await file.close();
      assert.equal(buffer.toString('latin1'), '\x7fELF');
    });
  }

  it('are not recorded twice', async () => {
    const first = await recordCore(22, 'uncaught.js');
    assert.deepEqual(await recordCore(22, 'uncaught.js'), first);
  });
});
