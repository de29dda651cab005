import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { closuresByPosition } from '../../src/engine/analyses/closures.ts';
import { openGraph } from '../../src/engine/analyses/open-graph.ts';
import type { FrameInfo } from '../../src/engine/contract.ts';
import { openDump } from '../../src/engine/session.ts';
import { AdapterClient } from '../adapter/client.ts';
import { printed } from '../cli/dayafter.ts';
import { cacheFolder } from '../support/cache.ts';
import { recordCore } from '../support/cores.ts';
import { withSwc, withWebpack } from './bundlers.ts';

const project = resolve(import.meta.dirname, 'project');
const work = join(cacheFolder, 'source-maps');

interface Built {
  readonly script: string;
  /** True if names were changed, so that only the map has the real ones. */
  readonly minified: boolean;
}

async function fresh(name: string): Promise<string> {
  const folder = join(work, name);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await cp(project, join(folder, 'src'), { recursive: true });
  await writeFile(join(folder, 'package.json'), '{"type":"commonjs"}');
  return folder;
}

async function withEsbuild(name: string, sourcemap: 'inline' | 'linked', minify: boolean): Promise<Built> {
  const folder = await fresh(name);
  const outfile = join(folder, 'dist/main.js');
  await build({
    entryPoints: [join(folder, 'src/main.ts')],
    bundle: true,
    platform: 'node',
    sourcemap,
    minify,
    outfile,
    // Not the tsconfig.json of whatever folder the cache is in.
    tsconfigRaw: {},
  });
  return { script: outfile, minified: minify };
}

async function withTsc(): Promise<Built> {
  const folder = await fresh('tsc');
  const tsc = resolve('node_modules/typescript/bin/tsc');
  const options =
    '--ignoreConfig --sourceMap --module commonjs --moduleResolution bundler --rewriteRelativeImportExtensions --noCheck --target es2022 --outDir dist';
  const args = [tsc, ...options.split(' '), 'src/main.ts', 'src/app.ts'];
  execFileSync(process.execPath, args, { cwd: folder, stdio: 'pipe' });
  return { script: join(folder, 'dist/main.js'), minified: false };
}

/** Two built files in one, with an index map whose sections are their maps. */
async function asIndexMap(): Promise<Built> {
  const { script } = await withEsbuild('indexed', 'linked', false);
  const first = '// something before\nlet before = 1;\nvoid before;\n';
  const text = await readFile(script, 'utf8');
  const map = JSON.parse(await readFile(`${script}.map`, 'utf8'));
  const empty = { version: 3, sources: ['before.js'], names: [], mappings: 'AAAA' };
  const sections = [
    { offset: { line: 0, column: 0 }, map: empty },
    { offset: { line: 3, column: 0 }, map },
  ];
  await writeFile(script, first + text);
  await writeFile(`${script}.map`, JSON.stringify({ version: 3, sections }));
  return { script, minified: false };
}

async function storyOf(built: Built, roots: string[]): Promise<{ frames: FrameInfo[]; message: string }> {
  const { core } = await recordCore(22, built.script, { inputs: [] });
  const session = await openDump(core, { sourceRoots: roots.map((local) => ({ local })) });
  try {
    const tid = session.core.threads[0]!.tid;
    const { frames } = session.stack(tid);
    return {
      frames: frames.filter((f) => f.kind === 'js' && !f.source?.startsWith('node:')),
      message: session.info().death.message,
    };
  } finally {
    session.close();
  }
}

async function framesOf(built: Built, roots: string[]): Promise<FrameInfo[]> {
  return (await storyOf(built, roots)).frames;
}

/** `chargeCustomer(order)` becomes `(0, app_1.chargeCustomer)(order)`, whose call V8 places behind the name. */
const compiledCalls = ['tsc', 'swc', 'webpack'];

describe('source maps', function () {
  this.timeout(240_000);

  const builds: Record<string, () => Promise<Built>> = {
    'esbuild, inline': () => withEsbuild('inline', 'inline', false),
    'esbuild, beside the file': () => withEsbuild('beside', 'linked', false),
    'esbuild, minified': () => withEsbuild('minified', 'linked', true),
    tsc: withTsc,
    swc: async () => ({ script: await withSwc(await fresh('swc')), minified: false }),
    webpack: async () => ({ script: await withWebpack(await fresh('webpack')), minified: false }),
    'an index map': asIndexMap,
  };

  for (const [name, make] of Object.entries(builds)) {
    it(`give the original places of files built by ${name}`, async () => {
      const built = await make();
      const { frames, message } = await storyOf(built, [work]);
      const places = frames.map((f) => [
        f.original?.source.split('/').at(-1),
        f.original?.line,
        f.original?.column,
      ]);
      // The minifier makes one throw of the two, where the `if` was.
      assert.deepEqual(places.slice(0, 3), [
        built.minified ? ['app.ts', 8, 3] : ['app.ts', 9, 5],
        ['main.ts', 4, compiledCalls.includes(name) ? 45 : 31],
        ['main.ts', 8, 3],
      ]);
      assert.match(message, / It was thrown in chargeCustomer \(.*app\.ts:[89]:[35]\)\.$/);
      if (built.minified) {
        assert.deepEqual(
          frames.slice(0, 2).map((f) => f.original?.name),
          ['chargeCustomer', 'processOrders'],
        );
        assert.notEqual(frames[0]!.function, 'chargeCustomer');
      }
    });
  }

  it('name the places of functions in the heap, too', async () => {
    const built = await withEsbuild('minified', 'linked', true);
    const { core } = await recordCore(22, built.script, { inputs: [] });
    const placesIn = async (roots: string[]) => {
      const heap = await openGraph(core, { sourceRoots: roots.map((local) => ({ local })) });
      const found = closuresByPosition(heap).filter(({ source }) => source === built.script);
      heap.close();
      return found.map(({ original }) => original && `${original.source.split('/').at(-1)}:${original.line}`);
    };
    const places = await placesIn([work]);
    assert.ok(places.includes('app.ts:6'), String(places));
    assert.ok(places.includes('main.ts:3'), String(places));
    assert.deepEqual(new Set(await placesIn([])), new Set([null]));
    const text = await printed('closures', core, '--search', work, '--limit', '1000000');
    assert.match(text, / \S+app\.ts:6:\d+/);
  });

  it('are read only inside of the roots', async () => {
    const built = await withEsbuild('beside', 'linked', false);
    const frames = await framesOf(built, [project]);
    assert.equal(frames[0]!.original, null);
    assert.equal(frames[0]!.function, 'chargeCustomer');
  });

  it('that are broken cost only the mapping', async () => {
    const built = await withEsbuild('broken', 'linked', false);
    await writeFile(`${built.script}.map`, '{"version":3,"sources":[');
    const frames = await framesOf(built, [work]);
    assert.equal(frames[0]!.original, null);
    assert.equal(frames[0]!.line, 5);
  });

  it('of webpack lead to the workspace, by themselves and by sourceMapPathOverrides', async () => {
    const script = await withWebpack(await fresh('webpack'));
    const { core } = await recordCore(22, script, { inputs: [] });
    const moved = await fresh('moved');
    for (const configuration of [
      { __workspaceFolders: [join(work, 'webpack')] },
      {
        localRoot: join(work, 'webpack'),
        sourceMapPathOverrides: { 'webpack://shop/./src/*': `${moved}/src/*` },
      },
      { localRoot: join(work, 'webpack'), sourceMapPathOverrides: { 'webpack://?:*/*': `${moved}/*` } },
    ]) {
      const client = new AdapterClient();
      try {
        const stopped = await client.open({ dump: core, ...configuration });
        const [frame] = (await client.stackTrace(stopped.threadId!)).filter(
          (f) => f.name === 'chargeCustomer',
        );
        const folder = 'sourceMapPathOverrides' in configuration ? moved : join(work, 'webpack');
        assert.equal(frame?.source?.path, join(folder, 'src/app.ts'));
        assert.equal(frame.source.sourceReference ?? 0, 0);
        assert.equal(frame.line, 9);
      } finally {
        await client.close();
      }
    }
  });

  it('are what the editor shows: the workspace file, else the text that the map has', async () => {
    const built = await withEsbuild('inline', 'inline', false);
    const { core } = await recordCore(22, built.script);
    const client = new AdapterClient();
    try {
      const stopped = await client.open({ dump: core, __workspaceFolders: [work] });
      const [frame] = (await client.stackTrace(stopped.threadId!)).filter((f) => f.name === 'chargeCustomer');
      assert.equal(frame?.source?.path, join(work, 'inline/src/app.ts'));
      assert.equal(frame?.line, 9);
    } finally {
      await client.close();
    }
    await rm(join(work, 'inline/src'), { recursive: true });
    const other = new AdapterClient();
    try {
      const stopped = await other.open({ dump: core });
      const [frame] = (await other.stackTrace(stopped.threadId!)).filter((f) => f.name === 'chargeCustomer');
      assert.ok(frame?.source?.sourceReference);
      const { content } = await other.request<{ content: string }>('source', {
        source: frame.source,
        sourceReference: frame.source.sourceReference,
      });
      assert.equal(content, await readFile(join(project, 'app.ts'), 'utf8'));
    } finally {
      await other.close();
    }
  });
});
