import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

const projectRoot = resolve(import.meta.dirname, '../..');

/** Where tests keep what they install and record: `.cache` of the project, or DAYAFTER_CACHE. */
export const cacheFolder = resolve(process.env.DAYAFTER_CACHE || join(projectRoot, '.cache'));

const stampFile = 'dayafter-stamp.json';

/**
 * The folder `name` of the cache, filled by `fill` where it is not there yet or was filled under another
 * `stamp`. Filled aside and renamed, so that two processes may ask at once: the later one's work is dropped.
 */
export async function cached(
  name: string,
  stamp: string,
  fill: (folder: string) => Promise<void>,
): Promise<string> {
  const folder = join(cacheFolder, name);
  if (await hasStamp(folder, stamp)) return folder;
  const aside = `${folder}.new-${process.pid}-${Date.now()}`;
  await mkdir(aside, { recursive: true });
  try {
    await fill(aside);
    await writeFile(join(aside, stampFile), JSON.stringify({ stamp }));
    await replace(folder, aside, stamp);
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
  return folder;
}

async function replace(folder: string, aside: string, stamp: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      await rename(aside, folder);
      return;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
      if (await hasStamp(folder, stamp)) return;
      if (attempt === 3) throw error;
      const old = `${folder}.old-${process.pid}-${Date.now()}`;
      await rename(folder, old).catch(() => undefined);
      await rm(old, { recursive: true, force: true });
    }
  }
}

async function hasStamp(folder: string, stamp: string): Promise<boolean> {
  try {
    return JSON.parse(await readFile(join(folder, stampFile), 'utf8')).stamp === stamp;
  } catch {
    return false;
  }
}
