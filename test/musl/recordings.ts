import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decompress } from 'fzstd';
import { cached, cacheFolder } from '../support/cache.ts';
import { npm } from '../support/run.ts';

/**
 * A core that `npm run record:musl` made: Node 26.0 as it is built for Alpine Linux, with musl as its C library, in an
 * executable with an application inside (pnpm's, which is not run).
 *
 *     checkout.core.zst    programs/checkout.cjs: the process aborted in a callback, while a worker waited
 *     libc.so.zst          musl 1.2.3 as the process ran with it (MIT licence)
 */
export const recordingsFolder = join(import.meta.dirname, 'recordings');

export const core = join(recordingsFolder, 'checkout.core.zst');

const VERSION = '11.21.0';

/** The executable with Node inside. It runs on Alpine Linux; its cores can be read anywhere. */
export async function muslNode(): Promise<string> {
  const wanted = `@pnpm/linuxstatic-x64@${VERSION}`;
  const quiet = ['--ignore-scripts', '--no-save', '--no-audit', '--no-fund'];
  const target = ['--force', '--os', 'linux', '--cpu', 'x64', '--libc', 'musl'];
  const folder = await cached(`musl-node-${VERSION}`, wanted, (aside) =>
    npm(['install', '--prefix', aside, ...quiet, ...target, wanted], { cwd: aside }),
  );
  return join(folder, 'node_modules/@pnpm/linuxstatic-x64/pnpm');
}

/** A folder that has musl's libc.so. */
export async function muslFolder(): Promise<string> {
  const folder = join(cacheFolder, 'musl');
  const file = join(folder, 'libc.so');
  if (!existsSync(file)) {
    mkdirSync(folder, { recursive: true });
    const aside = `${file}.${process.pid}`;
    writeFileSync(aside, decompress(await readFile(join(recordingsFolder, 'libc.so.zst'))));
    renameSync(aside, file);
  }
  return folder;
}
