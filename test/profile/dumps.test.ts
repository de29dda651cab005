import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { unpack } from '../../src/engine/profile/pack.ts';
import type { Profile } from '../../src/engine/profile/profile.ts';
import { printed } from '../cli/dayafter.ts';
import { recordCore } from '../support/cores.ts';
import { recordProfiles } from './recordings.ts';

describe('flame graphs of dumps', () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dayafter-test-'));
  });

  after(() => rm(folder, { recursive: true }));

  /** What the editor gets. */
  async function packed(...argv: string[]): Promise<Profile> {
    const file = join(folder, 'profile.flame');
    await printed('flame', ...argv, '-o', file);
    return unpack(new Uint8Array(await readFile(file)));
  }

  for (const line of [18, 26] as const) {
    it(`Node ${line}: async functions that wait for each other, each chain once`, async function () {
      this.timeout(120_000);
      const { core } = await recordCore(line, 'async-chains.js');
      const folded = await printed('flame', core, '--of', 'async', '--fold');
      assert.deepEqual(
        folded
          .replaceAll(/ \S*\//g, ' ')
          .trim()
          .split('\n')
          .sort(),
        [
          'handle async-chains.js:24;Promise.all;loadOrders async-chains.js:20;rows async-chains.js:16;query async-chains.js:7 5',
          'handle async-chains.js:24;Promise.all;loadUser async-chains.js:12;query async-chains.js:7 5',
          'poll async-chains.js:28 1',
        ],
      );
      const profile = await packed(core, '--of', 'async');
      assert.deepEqual(profile.dump, { subject: 'async', subjects: ['stacks', 'async', 'retained'] });
    });
  }

  it('retained bytes: all bytes of a snapshot, also of a packed one', async () => {
    const file = join(await recordProfiles(22), 'allocations.heapsnapshot');
    const text = await readFile(file, 'utf8');
    const { snapshot, nodes } = JSON.parse(text) as {
      snapshot: { meta: { node_fields: string[] } };
      nodes: number[];
    };
    const fields = snapshot.meta.node_fields;
    let bytes = 0;
    for (let i = fields.indexOf('self_size'); i < nodes.length; i += fields.length) bytes += nodes[i]!;
    const document = JSON.parse(await printed('flame', file, '--of', 'retained', '--json'));
    assert.deepEqual([document.unit, document.total], ['bytes', bytes]);

    const zipped = join(folder, 'a.gz');
    await writeFile(zipped, gzipSync(text, { level: 1 }));
    const profile = await packed(zipped);
    assert.deepEqual(profile.dump, { subject: 'retained', subjects: ['retained', 'allocations'] });
    assert.equal(
      profile.measures[0]!.values.reduce((sum, value) => sum + value, 0),
      bytes,
    );
  });
});
