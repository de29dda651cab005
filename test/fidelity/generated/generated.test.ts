import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compileFunction } from 'node:vm';
import { headerOf } from '../../oracle/oracle.ts';
import { cached } from '../../support/cache.ts';
import { releaseLines } from '../../support/releases.ts';
import { measure } from '../measure.ts';
import type { FidelityProgram } from '../programs.ts';
import { generateProgram } from './program.ts';

/**
 * 21: a getter, a generator, private methods and a derived class, optimized for a method that is replaced at the end.
 * 30: asynchronous functions that await each other, one of them an async generator.
 */
const seeds = [21, 30];

describe('fidelity: generated programs', () => {
  it('are the same for the same seed, and others for others', () => {
    const texts = Array.from({ length: 50 }, (_, seed) => generateProgram(seed + 1).text);
    assert.equal(new Set(texts).size, texts.length);
    assert.deepEqual(
      texts.map((_, seed) => generateProgram(seed + 1).text),
      texts,
    );
  });

  it('are valid JavaScript', () => {
    for (let seed = 1; seed <= 500; seed++) {
      const { text } = generateProgram(seed);
      assert.doesNotThrow(() => compileFunction(text, ['require']), `seed ${seed}`);
    }
  });

  for (const line of releaseLines) {
    for (const seed of seeds) {
      it(`Node ${line}, seed ${seed}: cores show what the live debugger shows`, async () => {
        const { scores, misses } = await measure(line, await savedProgram(seed));
        assert.deepEqual(misses, []);
        assert.ok(scores.variables.all > 0);
        if (generateProgram(seed).isAsync) assert.ok(scores.async.all > 0);
      });
    }
  }
});

/** The program of a seed in a file of the cache, by its text: what was recorded of other texts is not taken for its. */
async function savedProgram(seed: number): Promise<FidelityProgram> {
  const { text } = generateProgram(seed);
  const hash = createHash('sha256').update(text).digest('hex');
  const name = `generated-${seed}.cjs`;
  const folder = await cached(`generated/${hash.slice(0, 16)}`, hash, (aside) =>
    writeFile(join(aside, name), text),
  );
  return { name, path: join(folder, name), header: headerOf(text) };
}
