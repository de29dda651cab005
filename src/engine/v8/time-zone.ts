import { attemptOr } from '../absence.ts';
import { address } from '../address.ts';
import type { V8Runtime } from './runtime.ts';

const ENVIRONMENT = 1 << 17;
const RSP = 19;

/**
 * The IANA time zone of the dumped process by its TZ variable, which stands among the environment strings at
 * the top of the main thread's stack. Undefined if it had none: this machine's zone is then used.
 */
export function processTimeZone(runtime: V8Runtime): string | undefined {
  const { core, memory } = runtime;
  const main = core.threads.find((t) => t.tid === core.pid);
  const rsp = main && address(Number(main.registers.readBigUInt64LE(8 * RSP)));
  const stack = rsp === undefined ? undefined : memory.regionAt(rsp);
  if (!stack) return undefined;
  const start = address(Math.max(stack.start, stack.end - ENVIRONMENT));
  const bytes = attemptOr(Buffer.alloc(0), () => memory.bytes(start, stack.end - start));
  const at = bytes.lastIndexOf('\0TZ=');
  if (at < 0) return undefined;
  const zone = bytes.toString('latin1', at + 4, bytes.indexOf(0, at + 1)).replace(/^:/, '');
  return isZone(zone) ? zone : undefined;
}

function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: zone });
    return zone !== '';
  } catch {
    return false;
  }
}
