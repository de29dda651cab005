import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { cached } from '../support/cache.ts';
import { npm } from '../support/run.ts';

const version = '1.0.1705227';

/** The package's translations are made by its own build; the engine needs them for messages only. */
const withoutTranslations: Plugin = {
  name: 'without translations',
  setup(bundle) {
    bundle.onResolve({ filter: /\/i18n\/i18n\.js$|\/i18nImpl\.js$/ }, () => ({
      path: 'i18n',
      namespace: 'stub',
    }));
    bundle.onLoad({ filter: /.*/, namespace: 'stub' }, () => ({
      contents: `export const i18n = new Proxy({}, { get: () => (value) => String(value) });
export default i18n;`,
    }));
  },
};

/**
 * Chrome DevTools' own heap snapshot engine as one ES module that Node runs: taken from npm into the tests'
 * cache, bundled, and nothing else of the package kept. Resolves to the module's path.
 */
export async function devtoolsEngine(): Promise<string> {
  const wanted = `chrome-devtools-frontend@${version} bundled 2`;
  const folder = await cached('devtools-heap', wanted, async (aside) => {
    await npm(
      [
        'install',
        '--prefix',
        aside,
        '--ignore-scripts',
        '--no-save',
        '--no-audit',
        '--no-fund',
        `chrome-devtools-frontend@${version}`,
      ],
      { cwd: aside },
    );
    const worker = resolve(
      aside,
      'node_modules/chrome-devtools-frontend/front_end/entrypoints/heap_snapshot_worker',
    );
    if (!existsSync(worker))
      throw new Error(`chrome-devtools-frontend ${version} has no heap snapshot worker`);
    await build({
      stdin: {
        contents: `export { HeapSnapshotLoader } from './HeapSnapshotLoader.ts';
export { SecondaryInitManager } from './HeapSnapshot.ts';`,
        resolveDir: worker,
        loader: 'ts',
      },
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      // Node 20 has no Promise.withResolvers.
      banner: {
        js: `Promise.withResolvers ??= () => {
  const made = {};
  made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }));
  return made;
};`,
      },
      outfile: join(aside, 'engine.mjs'),
      logLevel: 'error',
      plugins: [withoutTranslations],
    });
    for (const name of await readdir(aside)) {
      if (name !== 'engine.mjs') await rm(join(aside, name), { recursive: true, force: true });
    }
  });
  return join(folder, 'engine.mjs');
}
