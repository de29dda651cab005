import assert from 'node:assert/strict';
import path from 'node:path';
import {
  absolute,
  baseName,
  type HostPaths,
  localCandidates,
  looksLikeDumpName,
  type Mapping,
  overriddenPath,
  scriptPath,
  skipFilesName,
} from '../../src/configuration/paths.ts';
import { scriptOf } from '../../webview/info-card/script-name.ts';

const posix: HostPaths = { path: path.posix, home: '/home/me' };
const win32: HostPaths = { path: path.win32, home: 'C:\\Users\\me' };

function mapping(given: Partial<Mapping>): Mapping {
  return {
    localRoot: undefined,
    remoteRoot: undefined,
    workspaceFolders: [],
    sourceMapPathOverrides: {},
    ...given,
  };
}

describe('paths', () => {
  describe('of the configuration', () => {
    it('are resolved against the base on POSIX', () => {
      assert.equal(absolute('core', '/work', posix), '/work/core');
      assert.equal(absolute('~/core', '/work', posix), '/home/me/core');
      assert.equal(absolute('/tmp/core', '/work', posix), '/tmp/core');
      assert.equal(absolute('~core', '/work', posix), '/work/~core');
    });

    it('are resolved against the base on Windows', () => {
      assert.equal(absolute('dumps\\core', 'D:\\work', win32), 'D:\\work\\dumps\\core');
      assert.equal(absolute('dumps/core', 'D:\\work', win32), 'D:\\work\\dumps\\core');
      assert.equal(absolute('~\\core', 'D:\\work', win32), 'C:\\Users\\me\\core');
      assert.equal(absolute('C:\\core', 'D:\\work', win32), 'C:\\core');
    });
  });

  describe('of scripts', () => {
    it('are the file that a URL names', () => {
      assert.equal(scriptPath('/app/a.js'), '/app/a.js');
      assert.equal(scriptPath('file:///app/a%20b.mjs'), '/app/a b.mjs');
      assert.equal(scriptPath('file:///C:/app/a.mjs'), 'C:\\app\\a.mjs');
      assert.equal(scriptPath('C:\\app\\a.js'), 'C:\\app\\a.js');
    });

    it('are not made of what names no local file', () => {
      for (const url of [
        'node:fs',
        'evalmachine.<anonymous>',
        '',
        'file://server/share/a.js',
        'file:////server/share/a.js',
        '//server/share/a.js',
        '\\\\server\\share\\a.js',
        'https://example.org/a.js',
        'file:///bad%zz.js',
        'file:///nul%00.js',
      ]) {
        assert.equal(scriptPath(url), undefined, url);
      }
    });

    it('have a name for skipFiles', () => {
      assert.equal(skipFilesName('node:internal/timers'), '<node_internals>/internal/timers');
      assert.equal(skipFilesName('C:\\app\\node_modules\\x\\a.js'), 'C:/app/node_modules/x/a.js');
    });

    it('have a base name in either flavour', () => {
      assert.equal(baseName('/app/a.js'), 'a.js');
      assert.equal(baseName('C:\\app\\a.js'), 'a.js');
      assert.equal(baseName('a.js'), 'a.js');
    });
  });

  describe('of local candidates', () => {
    it('start with the mapped root, then the path itself, then the workspace', () => {
      const found = localCandidates(
        '/srv/app/src/a.js',
        mapping({ localRoot: '/home/me/app', remoteRoot: '/srv/app', workspaceFolders: ['/ws'] }),
        posix,
      );
      assert.deepEqual(found.slice(0, 2), ['/home/me/app/src/a.js', '/srv/app/src/a.js']);
      assert.ok(found.includes('/ws/src/a.js'));
      assert.ok(found.includes('/ws/a.js'));
    });

    it('map a POSIX dump to a Windows host', () => {
      const found = localCandidates(
        '/srv/app/src/a.js',
        mapping({ localRoot: 'D:\\app', remoteRoot: '/srv/app' }),
        win32,
      );
      assert.equal(found[0], 'D:\\app\\src\\a.js');
      assert.ok(found.every((candidate) => candidate.startsWith('D:\\app\\')));
    });

    it('map a Windows dump to a POSIX host, whatever its case', () => {
      const found = localCandidates(
        'file:///C:/App/src/a.js',
        mapping({ localRoot: '/home/me/app', remoteRoot: 'c:\\app' }),
        posix,
      );
      assert.equal(found[0], '/home/me/app/src/a.js');
      assert.ok(found.every((candidate) => candidate.startsWith('/home/me/app/')));
    });

    it('never leave their root, reach a share, a device or a stream', () => {
      const given = mapping({ localRoot: 'D:\\app', remoteRoot: '/srv', workspaceFolders: ['D:\\ws'] });
      for (const url of [
        '/srv/../../etc/passwd',
        '//evil/share/a.js',
        '\\\\evil\\share\\a.js',
        '/srv/a\\..\\..\\b.js',
        '/srv/a.js:stream',
        'file://evil/share/a.js',
        '/srv/%5c%5cevil/./a.js',
      ]) {
        assert.deepEqual(localCandidates(url, given, win32), [], url);
      }
      assert.deepEqual(
        localCandidates('/srv/../../etc/passwd', mapping({ workspaceFolders: ['/ws'] }), posix),
        [],
      );
    });

    it('look for what a bundler names below the workspace', () => {
      const mapping = {
        localRoot: undefined,
        remoteRoot: undefined,
        workspaceFolders: ['/ws'],
        sourceMapPathOverrides: {},
      };
      assert.deepEqual(localCandidates('webpack://shop/./src/a.ts?1f2e', mapping, posix), [
        '/ws/src/a.ts',
        '/ws/a.ts',
      ]);
      assert.deepEqual(localCandidates('webpack://shop/../../etc/passwd', mapping, posix), []);
    });

    it('stay few for a deep path', () => {
      const deep = `/${'d/'.repeat(500)}a.js`;
      assert.ok(localCandidates(deep, mapping({ workspaceFolders: ['/a', '/b'] }), posix).length < 40);
    });
  });

  describe('with overrides', () => {
    it('take the longest pattern that matches', () => {
      const overrides = { 'webpack:///*': '/other/*', 'webpack:///./src/*': '/home/me/app/src/*' };
      assert.equal(overriddenPath('webpack:///./src/a.ts', overrides, posix), '/home/me/app/src/a.ts');
      assert.equal(overriddenPath('webpack:///lib/b.ts', overrides, posix), '/other/lib/b.ts');
      assert.equal(overriddenPath('/app/c.ts', overrides, posix), undefined);
    });

    it('know the names of bundles, and that ./ changes nothing', () => {
      const named = { 'webpack://shop/./*': '/shop/*', 'webpack://?:*/*': '/any/*' };
      assert.equal(overriddenPath('webpack://shop/src/a.ts', named, posix), '/shop/src/a.ts');
      assert.equal(overriddenPath('webpack://shop/./src/a.ts', named, posix), '/shop/src/a.ts');
      assert.equal(overriddenPath('webpack://other/src/a.ts', named, posix), '/any/src/a.ts');
      assert.equal(overriddenPath('webpack://other', named, posix), undefined);
    });

    it('write paths of the host', () => {
      assert.equal(
        overriddenPath('webpack:///src/a.ts', { 'webpack:///*': 'D:\\app\\*' }, win32),
        'D:\\app\\src\\a.ts',
      );
    });

    it('never leave their target', () => {
      assert.equal(overriddenPath('webpack:///../../x', { 'webpack:///*': '/app/*' }, posix), undefined);
    });
  });

  it('of scripts are found in a command line of Node', () => {
    const found = (line: string) => scriptOf(line.split(' '));
    assert.equal(found('node app.js --port 80'), 'app.js');
    assert.equal(found('node --inspect --require ./hook.cjs -r dotenv app.js'), 'app.js');
    assert.equal(found('node --import=tsx --conditions dev src/main.ts'), 'src/main.ts');
    assert.equal(found('node -e process.abort()'), undefined);
    assert.equal(found('node'), undefined);
    assert.equal(scriptOf(null), undefined);
  });

  it('of dumps are told by name', () => {
    for (const name of ['core', 'core.4711', 'node.core', 'a.heapsnapshot', 'a.heapsnapshot.gz'])
      assert.ok(looksLikeDumpName(name), name);
    for (const name of [
      'core.zst',
      'core.4711.gz',
      'node.core.zst',
      'core.node.1000.0a1b.4711.1764490000000000.zst',
    ])
      assert.ok(looksLikeDumpName(name), name);
    for (const name of [
      'core.js',
      'core.css',
      'score',
      'core.d',
      'hardcore',
      'core.1.txt',
      'core.tar.zst',
      'a.zst',
    ]) {
      assert.ok(!looksLikeDumpName(name), name);
    }
  });
});
