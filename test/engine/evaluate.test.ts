import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DayAfterError } from '../../src/engine/errors.ts';
import type { Environment } from '../../src/engine/evaluate/environment.ts';
import { evaluate } from '../../src/engine/evaluate/evaluate.ts';
import { MadeInspector } from '../../src/engine/evaluate/made-inspector.ts';
import { openDump } from '../../src/engine/session.ts';
import { cacheFolder } from '../support/cache.ts';
import { coreEnvironment } from '../support/core-environment.ts';
import { recordCore } from '../support/cores.ts';
import { releaseLines } from '../support/releases.ts';
import { canonical } from './evaluate-canonical.ts';
import { composed, expressions } from './evaluate-expressions.ts';

/** What Node gave for an expression: a value, or the name and message of an error. */
interface Given {
  readonly value?: string;
  readonly error?: string;
  readonly message?: string;
}

const all = [...expressions, ...composed(1500, 20240229)];

describe('expressions evaluated on a core and by Node itself', () => {
  let file: string;

  before(async () => {
    await mkdir(cacheFolder, { recursive: true });
    file = join(cacheFolder, 'evaluate-expressions.json');
    await writeFile(file, JSON.stringify(all));
  });

  for (const line of releaseLines) {
    it(`agree on Node ${line}`, async () => {
      const recording = await recordCore(line, 'evaluate.js', {
        args: [file],
        inputs: [file],
        nodeFlags: [],
      });
      const given = JSON.parse(recording.stdout) as Given[];
      const session = await openDump(recording.core, { program: recording.node });
      try {
        const environment = coreEnvironment(session);
        const misses = all.flatMap((expression, i) => miss(expression, given[i]!, environment));
        assert.ok(misses.length === 0, `${misses.length} of ${all.length} differ:\n${misses.join('\n')}`);
      } finally {
        session.close();
      }
    });
  }
});

/** What is wrong with our result, as a list of at most one line. */
function miss(expression: string, given: Given, environment: Environment): string[] {
  const node = given.error ? `${given.error}: ${given.message}` : given.value!;
  const inspector = new MadeInspector(environment.inspector);
  let ours: string;
  try {
    ours = canonical(inspector, evaluate(expression, environment), 5);
    if (given.error === undefined && alike(ours, given.value!)) return [];
  } catch (error) {
    if (!(error instanceof DayAfterError)) throw error;
    if (given.error !== undefined && error.code === 'BAD_EXPRESSION') return [];
    ours = `${error.code}: ${error.message}`;
  }
  return [`${expression}\n      node: ${node}\n      ours: ${ours}`];
}

/** Equal; of numbers the last digit may differ, since V8's pow() is not the same in all lines. */
function alike(a: string, b: string): boolean {
  return a === b || Math.abs(Number(a) - Number(b)) <= Number.EPSILON * Math.abs(Number(a));
}
