import { environmentOf } from './environment.ts';
import type { V8Runtime } from './runtime.ts';

/**
 * The IANA time zone of the dumped process by its TZ variable. Undefined if it had none, or none that is
 * known here: this machine's zone is then used.
 */
export function processTimeZone(runtime: V8Runtime): string | undefined {
  const zone = environmentOf(runtime)
    .find(([name]) => name === 'TZ')?.[1]
    .replace(/^:/, '');
  return zone !== undefined && isZone(zone) ? zone : undefined;
}

function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: zone });
    return zone !== '';
  } catch {
    return false;
  }
}
