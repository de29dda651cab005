import assert from 'node:assert/strict';
import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { openGraph } from '../../src/engine/analyses/open-graph.ts';
import { openDump } from '../../src/engine/session.ts';
import { compareHeaps } from '../heap-core/compare.ts';
import { cacheFolder } from '../support/cache.ts';
import { recordCore } from '../support/cores.ts';
import { releaseLines } from '../support/releases.ts';
import { withStripped } from '../support/stripped.ts';

/** What dumps say with an executable: JavaScript's frames with their variables, by thread, and how the process died. */
async function told(core: string, program: string, search: readonly string[] = []) {
  const session = await openDump(core, { program, search });
  try {
    const stacks = session.core.threads.map(({ tid }) =>
      session
        .stack(tid, { depth: 1, limit: 20 })
        .frames.filter((f) => f.kind !== 'native')
        .map(({ module: _, ...frame }) => frame),
    );
    const info = session.info();
    const natives = session
      .stack(session.focusThread())
      .frames.filter((f) => f.kind === 'native')
      .map((f) => f.function);
    return { stacks, natives, death: info.death, isolates: info.isolates, notes: info.notes };
  } finally {
    session.close();
  }
}

describe('an executable whose symbols were stripped', () => {
  for (const line of releaseLines) {
    describe(`Node ${line}`, () => {
      for (const [program, nodeFlags] of [
        ['uncaught.js', undefined],
        ['worker-blocked.js', []],
      ] as const) {
        it(`tells all of JavaScript in the core of ${program}`, async () => {
          const { core, node } = await recordCore(line, program, nodeFlags && { nodeFlags });
          const whole = await told(core, node);
          const stripped = await withStripped(node, { moved: false }, (copy) => told(core, copy));
          assert.ok(whole.stacks.flat().length > 5);
          assert.deepEqual(stripped.stacks, whole.stacks);
          assert.deepEqual(stripped.isolates, whole.isolates);
          // That process.abort() was called is known by a native function.
          const message = program === 'uncaught.js' ? stripped.death.message : whole.death.message;
          assert.deepEqual({ ...stripped.death, message }, whole.death);
          assert.deepEqual(whole.notes, []);
          assert.equal(stripped.notes.length, 1);
          assert.match(stripped.notes[0]!, /symbols of .* were stripped: .*build-id [0-9a-f]{40}/);
        });
      }

      it('gives the same heap, but for native objects', async () => {
        const { core, node } = await recordCore(line, 'uncaught.js');
        const whole = await openGraph(core, { program: node });
        const stripped = await withStripped(node, { moved: false }, (copy) =>
          openGraph(core, { program: copy }),
        );
        const measures = compareHeaps(whole, stripped).filter(({ name }) =>
          /^(objects by|closures|strings|property|element|context)/.test(name),
        );
        whole.close();
        stripped.close();
        assert.equal(measures.length, 6);
        for (const { name, good, all } of measures) assert.equal(good, all, name);
      });
    });
  }

  it('may be laid out otherwise than the one that ran', async () => {
    const { core, node } = await recordCore(22, 'uncaught.js');
    const whole = await told(core, node);
    const moved = await withStripped(node, { moved: true }, (copy) => told(core, copy));
    assert.deepEqual(moved.stacks, whole.stacks);
  });

  it('gets its names back from a file of the same build that has them', async () => {
    const { core, node } = await recordCore(26, 'uncaught.js');
    const whole = await told(core, node);
    await mkdir(cacheFolder, { recursive: true });
    const folder = await mkdtemp(join(cacheFolder, 'symbols-'));
    try {
      await copyFile(node, join(folder, `${basename(node)}.debug`));
      await withStripped(node, { moved: false }, async (copy) => {
        const nameless = await told(core, copy);
        assert.ok(nameless.natives.includes(null));
        const named = await told(core, copy, [folder]);
        assert.deepEqual(named, whole);
      });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
