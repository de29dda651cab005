import assert from 'node:assert/strict';
import path from 'node:path';
import { SkipFiles } from '../../src/adapter/skip-files.ts';
import { ConfigurationError, readAttachConfiguration } from '../../src/configuration/attach.ts';

describe('skipFiles', () => {
  it('skip Node’s own scripts and node_modules by default', () => {
    const skip = new SkipFiles(undefined);
    assert.equal(skip.skips('node:internal/timers'), true);
    assert.equal(skip.skips('/app/node_modules/express/lib/router.js'), true);
    assert.equal(skip.skips('file:///app/node_modules/a/index.mjs'), true);
    assert.equal(skip.skips('C:\\app\\node_modules\\a\\index.js'), true);
    assert.equal(skip.skips('/app/server.js'), false);
  });

  it('take files back in with !, the later pattern deciding', () => {
    const skip = new SkipFiles(['**/node_modules/**', '!**/node_modules/@ours/**']);
    assert.equal(skip.skips('/app/node_modules/a/index.js'), true);
    assert.equal(skip.skips('/app/node_modules/@ours/a/index.js'), false);
    assert.equal(skip.skips('node:fs'), false);
  });

  it('skip nothing where the list is empty', () => {
    assert.equal(new SkipFiles([]).skips('/app/node_modules/a/index.js'), false);
  });
});

describe('the debug configuration', () => {
  const host = { path: path.posix, home: '/home/me' };
  const read = (raw: Record<string, unknown>) => readAttachConfiguration(raw, '/ws', host);

  it('has absolute paths and its defaults', () => {
    const read1 = read({ dump: 'core', searchPaths: ['bin'], sysroot: '~/root', remoteRoot: '/app' });
    assert.equal(read1.dump, '/ws/core');
    assert.deepEqual(read1.searchPaths, ['/ws/bin']);
    assert.equal(read1.sysroot, '/home/me/root');
    assert.equal(read1.remoteRoot, '/app');
    assert.equal(read1.program, undefined);
    assert.equal(read1.skipFiles, undefined);
  });

  it('knows other debuggers’ names, its own coming first', () => {
    assert.equal(read({ coreFilePath: 'c' }).dump, '/ws/c');
    assert.equal(read({ coreFile: 'a', dump: 'd' }).dump, '/ws/d');
  });

  it('says what is missing or wrong', () => {
    for (const raw of [
      {},
      { dump: 1 },
      { dump: 'core', program: 5 },
      { dump: 'core', skipFiles: [1] },
      { dump: 'core', sourceMapPathOverrides: { a: 1 } },
    ]) {
      assert.throws(() => read(raw), ConfigurationError, JSON.stringify(raw));
    }
  });
});
