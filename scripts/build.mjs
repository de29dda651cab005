/**
 * Bundles everything that ships into dist/: the extension, the debug adapter, the command line and the
 * webview's script and style.
 *
 *     node scripts/build.mjs [--production] [--watch]
 */
import { rmSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build, context } from 'esbuild';
import { writePackageTexts } from './package-texts.mjs';

const production = process.argv.includes('--production');
const watch = process.argv.includes('--watch');
const root = fileURLToPath(new URL('..', import.meta.url));

/** @type {import('esbuild').BuildOptions} */
const common = {
  absWorkingDir: root,
  bundle: true,
  minify: production,
  sourcemap: production ? false : 'linked',
  legalComments: production ? 'none' : 'inline',
  logLevel: 'warning',
  charset: 'utf8',
  define: { 'process.env.NODE_ENV': production ? '"production"' : '"development"' },
};

/** CommonJS packages inside an ES module call `require` for Node's own modules. */
const requireBanner = `import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);`;

/** VS Code 1.96 runs the adapter and the analysis on Node 20. @type {import('esbuild').BuildOptions} */
const nodeModule = {
  ...common,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  mainFields: ['module', 'main'],
};

/** @type {import('esbuild').BuildOptions[]} */
const bundles = [
  {
    ...common,
    entryPoints: { extension: 'src/extension/extension.ts' },
    outdir: 'dist',
    outExtension: { '.js': '.cjs' },
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    external: ['vscode'],
  },
  {
    ...nodeModule,
    entryPoints: {
      adapter: 'src/adapter/main.ts',
      cli: 'src/cli/main.ts',
      'heap-process': 'src/heap-process/main.ts',
      'heap-thread': 'src/heap-process/thread.ts',
      'core-thread': 'src/engine/heap-graph/core-thread.ts',
    },
    outdir: 'dist',
    // What a command does not need is not even parsed by it.
    splitting: true,
    chunkNames: 'chunk-[hash]',
    banner: { js: requireBanner },
  },
  {
    ...nodeModule,
    entryPoints: { 'heap-worker': 'src/engine/snapshot/worker.ts' },
    outdir: 'dist',
  },
  {
    ...common,
    entryPoints: {
      'info-card': 'webview/info-card/main.ts',
      'info-card-style': 'webview/info-card/style.css',
      flame: 'webview/flame/main.ts',
      'flame-style': 'webview/flame/style.css',
      heap: 'webview/heap/main.ts',
      'heap-style': 'webview/heap/style.css',
    },
    outdir: 'dist/webview',
    platform: 'browser',
    target: 'es2022',
    format: 'iife',
  },
];

rmSync(new URL('../dist', import.meta.url), { recursive: true, force: true });
if (watch) {
  for (const bundle of bundles) await (await context(bundle)).watch();
  console.log('Watching for changes…');
} else {
  const built = await Promise.all(bundles.map((bundle) => build({ ...bundle, metafile: true })));
  if (production)
    writePackageTexts(
      root,
      built.flatMap(({ metafile }) => Object.keys(metafile.inputs)),
    );
  await chmod(new URL('../dist/cli.js', import.meta.url), 0o755);
}
