/** `locations`: where a function that a variable holds is defined. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { DayAfterError } from '../engine/errors.ts';
import type { Target } from './target.ts';

export async function location(
  target: Target,
  args: DebugProtocol.LocationsArguments,
): Promise<NonNullable<DebugProtocol.LocationsResponse['body']>> {
  const { url, line, column } = target.locations.get(args.locationReference);
  const source = await target.sources.of(url, undefined);
  if (!source) throw new DayAfterError('NO_SUCH_SCRIPT', `the dump holds no script ${url}`);
  return { source, line, column };
}
