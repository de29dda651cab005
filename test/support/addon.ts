import { join } from 'node:path';
import { cached } from './cache.ts';
import { npm } from './run.ts';

/** A native addon that comes built, runs on every line (Node-API), and calls back into JavaScript. */
const addon = 'lightningcss@1.30.2';

/** Path of the addon's package, installed into the cache where it is not there yet. */
export async function nativeAddon(): Promise<string> {
  const folder = await cached('native-addon', addon, (aside) =>
    npm(['install', '--prefix', aside, '--ignore-scripts', '--no-save', '--no-audit', '--no-fund', addon], {
      cwd: aside,
    }),
  );
  return join(folder, 'node_modules/lightningcss');
}
