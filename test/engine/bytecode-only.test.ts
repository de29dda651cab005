import assert from 'node:assert/strict';
import { openDump } from '../../src/engine/session.ts';
import { recordCore } from '../support/cores.ts';
import { releaseLines } from '../support/releases.ts';

describe('functions without a text', () => {
  for (const line of releaseLines) {
    it(`Node ${line}: have numbers for names of what they hold`, async function () {
      this.timeout(240_000);
      const { core } = await recordCore(line, 'bytecode-only.js');
      const session = await openDump(core);
      try {
        const { tid } = session.core.threads[0]!;
        const { frames } = session.stack(tid, { depth: 1, limit: 100 });
        const shipped = frames.filter(({ source }) => source?.endsWith('shipped.jsc'));
        assert.deepEqual(
          shipped.map((f) => f.function),
          ['push', 'run'],
        );
        const [push, run] = shipped.map(({ scopes }) => scopes!.find(({ kind }) => kind === 'local')!);
        assert.equal(push!.note, 'the script came as bytecode, without its text');
        const parameters = [push!, run!].map(({ variables }) => variables.find(({ name }) => name === 'a0')!);
        assert.equal(parameters[0]!.className, 'Object');
        assert.equal(parameters[1]!.value, 3);
        const held = push!.variables.map(({ value }) => value);
        assert.ok(held.includes(3) && held.includes('full at 3'), JSON.stringify(held));
        assert.ok(run!.variables.some(({ name, className }) => /^r\d+$/.test(name) && className === 'Queue'));
      } finally {
        session.close();
      }
    });
  }
});
