import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Worker, type WorkerOptions } from 'node:worker_threads';

/**
 * Starts a module as a thread. `from` is the caller's `import.meta.url`: bundles have `bundled` beside
 * themselves; run from the sources, `source` is loaded as the caller was.
 */
export function startWorker(
  from: string,
  bundled: string,
  source: string,
  options: WorkerOptions = {},
): Worker {
  if (!from.endsWith('.ts')) return new Worker(new URL(bundled, from), options);
  const entry = JSON.stringify(new URL(source, from).href);
  const tsx = pathToFileURL(createRequire(from).resolve('tsx/package.json'));
  const api = JSON.stringify(new URL('dist/esm/api/index.mjs', tsx).href);
  return new Worker(`import(${api}).then((tsx) => (tsx.register(), import(${entry})))`, {
    ...options,
    eval: true,
  });
}
