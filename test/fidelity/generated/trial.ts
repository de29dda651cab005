import { run } from '../../support/run.ts';
import type { Ending } from './context.ts';

/** How a process ends by `process.abort` or by V8's abort, which is a trap in some lines. */
const deaths = new Set<string | null>(['SIGABRT', 'SIGTRAP', 'SIGILL']);

const patience = 10_000;

/**
 * True if a program dies without a debugger, and soon. A few do not: what they throw becomes the rejection of a
 * promise, or they end before.
 */
export async function diesAsMeant(
  node: string,
  program: string,
  ending: Ending,
  flags: readonly string[],
): Promise<boolean> {
  const command = [node, ...flags, '--abort-on-uncaught-exception', program];
  try {
    const { signal, stderr } = await run('/bin/sh', ['-c', 'ulimit -c 0; exec "$@"', 'sh', ...command], {
      timeout: patience,
    });
    // At the rejection of a promise the debugger does not pause.
    return deaths.has(signal) && (ending === 'throw' || !/^\w*Error\b/m.test(stderr));
  } catch {
    return false;
  }
}
