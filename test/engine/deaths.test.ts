import assert from 'node:assert/strict';
import { openDump } from '../../src/engine/session.ts';
import { recordCore } from '../support/cores.ts';
import { finding } from '../support/findings.ts';
import { releaseLines } from '../support/releases.ts';
import { deaths } from './ways-to-die.ts';

describe('ways to die', () => {
  for (const line of releaseLines) {
    for (const death of deaths) {
      it(`Node ${line}: ${death.title}`, async function () {
        this.timeout(240_000);
        const { core, stderr } = await recordCore(line, death.program, await death.options?.(line));
        const session = await openDump(core);
        try {
          const told = session.death();
          finding('Ways to die', death.title, line, told.kind === death.kind ? 1 : 0, 1);
          assert.equal(told.kind, death.kind, told.message);
          assert.equal(told.exception?.className, death.exception?.className);
          if (death.exception) assert.match(told.exception!.message, death.exception.message);
          assert.match(told.message, death.says);
          if (death.kind === 'out-of-memory') {
            // V8 dies of a full heap in three places, each with words of its own.
            const words = /FATAL ERROR: (.+) Allocation failed - JavaScript heap out of memory/.exec(stderr);
            assert.ok(told.message.includes(` with "${words?.[1]}".`), `${told.message}\n${words?.[0]}`);
            // Code of the program asks for so many bytes; the array that grows is asked for by V8 itself.
            const { frames } = session.stack(session.focusThread());
            const asked = frames.some((f) => /Runtime_AllocateIn/.test(f.function ?? ''));
            assert.equal(/of 880 bytes/.test(told.message), asked, told.message);
          }
          // Also in the middle of a garbage collection, and of a worker that starts or ends.
          for (const { heap } of session.info().isolates) assert.notEqual(heap.used, null);
          if (death.kind === 'unhandled-rejection') {
            const { internal } = session.inspect(told.promise!, { depth: 1, limit: 100 });
            assert.deepEqual(
              internal.slice(0, 2).map(({ value, className }) => value ?? className),
              ['rejected', 'AppError'],
            );
          } else assert.equal(told.promise, null);
          const captured = session.captured(session.focusThread())?.frames.slice(0, 2);
          assert.deepEqual(
            captured?.map((f) => `${f.function} ${f.line}:${f.column}`),
            death.captured,
          );
        } finally {
          session.close();
        }
      });
    }
  }
});
