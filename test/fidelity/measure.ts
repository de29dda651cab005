import { openDump } from '../../src/engine/session.ts';
import { type Comparison, compare, scriptFrames } from '../oracle/compare.ts';
import { oracle } from '../oracle/oracle.ts';
import type { Release } from '../support/releases.ts';
import type { FidelityProgram } from './programs.ts';

/** Records a program with a release line of Node and compares its core with the recording. */
export async function measure(release: Release, program: FidelityProgram): Promise<Comparison> {
  const { core, node, recording } = await oracle(release, program.path);
  if (recording === null) throw new Error(`${program.name} has no recording to compare with`);
  const session = await openDump(core, { program: node });
  try {
    const comparison = compare(recording, session);
    return { ...comparison, misses: [...comparison.misses, ...wrongTiers(session, program)] };
  } finally {
    session.close();
  }
}

/** Functions that did not reach the tier that the program is about. */
function wrongTiers(session: Awaited<ReturnType<typeof openDump>>, program: FidelityProgram): string[] {
  const { tier, tierOf } = program.header;
  if (tier === undefined) return [];
  const frames = scriptFrames(session, session.core.threads[0]!.tid);
  return tierOf.flatMap((name) => {
    const found = frames.find(({ frame }) => frame.functionName === name)?.frame.js?.tier;
    return found === tier ? [] : [`tier: ${name}: wanted ${tier}, core ${found}`];
  });
}
