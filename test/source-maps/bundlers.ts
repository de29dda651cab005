import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { cached } from '../support/cache.ts';
import { npm } from '../support/run.ts';

const packages = ['webpack@5.112.2', '@swc/core@1.16.22', 'swc-loader@0.2.7'];

/** Compilers that only these tests need, installed into the cache; nothing of the project depends on them. */
async function requireFrom(): Promise<NodeJS.Require> {
  const folder = await cached('bundlers', packages.join(' '), async (aside) => {
    const flags = ['--ignore-scripts', '--no-save', '--no-audit', '--no-fund'];
    await npm(['install', '--prefix', aside, ...flags, ...packages], { cwd: aside });
  });
  return createRequire(join(folder, 'index.js'));
}

const typescript = { parser: { syntax: 'typescript' }, target: 'es2022' };

/** Compiles each file of `src` by itself; gives the script of main.ts. */
export async function withSwc(folder: string): Promise<string> {
  const swc = (await requireFrom())('@swc/core') as {
    transformFile(file: string, options: object): Promise<{ code: string; map: string }>;
  };
  for (const name of ['main', 'app']) {
    const { code, map } = await swc.transformFile(join(folder, `src/${name}.ts`), {
      swcrc: false,
      sourceMaps: true,
      sourceFileName: `src/${name}.ts`,
      module: { type: 'commonjs' },
      jsc: { ...typescript, rewriteRelativeImportExtensions: true },
    });
    await writeFile(join(folder, `${name}.js`), `${code}\n//# sourceMappingURL=${name}.js.map\n`);
    await writeFile(join(folder, `${name}.js.map`), map);
  }
  return join(folder, 'main.js');
}

/** One bundle, whose map names the sources webpack://shop/./src/… */
export async function withWebpack(folder: string): Promise<string> {
  const require = await requireFrom();
  const webpack = require('webpack') as (
    options: object,
    done: (error: Error | null, stats: { hasErrors(): boolean; toString(): string } | undefined) => void,
  ) => void;
  const loader = { loader: require.resolve('swc-loader'), options: { swcrc: false, jsc: typescript } };
  await new Promise<void>((done, failed) => {
    webpack(
      {
        context: folder,
        mode: 'development',
        devtool: 'source-map',
        target: 'node',
        entry: './src/main.ts',
        output: { path: join(folder, 'dist'), filename: 'main.js', uniqueName: 'shop' },
        module: { rules: [{ test: /\.ts$/, use: loader }] },
      },
      (error, stats) => {
        if (error || stats?.hasErrors()) failed(error ?? new Error(stats?.toString()));
        else done();
      },
    );
  });
  return join(folder, 'dist/main.js');
}
