/** `locations`: where a function that a variable holds is defined. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Target } from './target.ts';

export async function location(
  target: Target,
  args: DebugProtocol.LocationsArguments,
): Promise<NonNullable<DebugProtocol.LocationsResponse['body']>> {
  const { url, line, column } = target.locations.get(args.locationReference);
  return { source: await target.sources.of(url), line, column };
}
