import { cp, link, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder } from './cache.ts';
import { run } from './run.ts';

/** A fresh folder for VS Code to open, inside the cache. */
export class Workspace {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async create(): Promise<Workspace> {
    const parent = join(cacheFolder, 'workspaces');
    await mkdir(parent, { recursive: true });
    return new Workspace(await mkdtemp(join(parent, 'w-')));
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  async write(name: string, text: string): Promise<string> {
    const path = this.path(name);
    await mkdir(join(path, '..'), { recursive: true });
    await writeFile(path, text);
    return path;
  }

  /** Adds a file under a name of its own, as a link where that can be: cores are large. */
  async add(file: string, name: string): Promise<string> {
    const path = this.path(name);
    await link(file, path).catch(async () => {
      const copied = await run('cp', ['--sparse=always', file, path]).catch(() => undefined);
      if (copied?.code !== 0) await cp(file, path);
    });
    return path;
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}
