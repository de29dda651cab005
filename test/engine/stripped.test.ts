import assert from 'node:assert/strict';
import { copyFile } from 'node:fs/promises';
import { openGraph } from '../../src/engine/analyses/open-graph.ts';
import { openDump } from '../../src/engine/session.ts';
import { compareHeaps } from '../heap-core/compare.ts';
import { recordCore } from '../support/cores.ts';
import { releaseLines, releaseNode } from '../support/releases.ts';
import { type Stripped, stripped } from '../support/stripped.ts';
import { deaths } from './ways-to-die.ts';

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
    const { death, isolates, notes } = session.info();
    const natives = session
      .stack(session.focusThread())
      .frames.filter((f) => f.kind === 'native')
      .map((f) => f.function);
    return { stacks, natives, death, isolates, notes };
  } finally {
    session.close();
  }
}

describe('an executable whose symbols were stripped', () => {
  for (const line of releaseLines) {
    describe(`Node ${line}`, () => {
      let node: string;
      let bare: Stripped;

      before(async () => {
        node = await releaseNode(line);
        bare = await stripped(node);
      });
      after(() => bare?.remove());

      for (const [program, nodeFlags] of [
        ['uncaught.js', undefined],
        ['worker-blocked.js', []],
      ] as const) {
        it(`tells all of JavaScript in the core of ${program}`, async () => {
          const { core } = await recordCore(line, program, nodeFlags && { nodeFlags });
          const whole = await told(core, node);
          const found = await told(core, bare.path);
          assert.ok(whole.stacks.flat().length > 5);
          assert.deepEqual(found.stacks, whole.stacks);
          assert.deepEqual(found.isolates, whole.isolates);
          assert.deepEqual(whole.notes, []);
          assert.equal(found.notes.length, 1);
          assert.match(found.notes[0]!, /symbols of .* were stripped: .*build-id [0-9a-f]{40}/);
        });
      }

      for (const { title, program, options } of deaths) {
        it(`tells the same death: ${title}`, async () => {
          const { core } = await recordCore(line, program, await options?.(line));
          const whole = await told(core, node);
          const found = await told(core, bare.path);
          assert.equal(found.death.kind, whole.death.kind);
          assert.deepEqual(found.death.exception, whole.death.exception);
          assert.deepEqual(found.stacks, whole.stacks);
        });
      }

      it('gives the same heap', async () => {
        const { core } = await recordCore(line, 'uncaught.js');
        const whole = await openGraph(core, { program: node });
        const found = await openGraph(core, { program: bare.path });
        const measures = compareHeaps(whole, found).filter(({ name }) =>
          /^(objects by|closures|strings|property|element|context|retained|all nodes|all bytes|edges of Node)/.test(
            name,
          ),
        );
        whole.close();
        found.close();
        assert.equal(measures.length, 10);
        for (const { name, good, all } of measures) assert.equal(good, all, name);
      });
    });
  }

  it('may be laid out otherwise than the one that ran', async () => {
    const { core, node } = await recordCore(22, 'uncaught.js');
    const moved = await stripped(node, { moved: true });
    try {
      assert.deepEqual((await told(core, moved.path)).stacks, (await told(core, node)).stacks);
    } finally {
      await moved.remove();
    }
  });

  it('gets its names back from a file of the same build that has them', async () => {
    const { core, node } = await recordCore(26, 'uncaught.js');
    const bare = await stripped(node);
    const symbols = await stripped(node);
    try {
      await copyFile(node, `${symbols.path}.debug`);
      assert.ok((await told(core, bare.path)).natives.includes(null));
      assert.deepEqual(
        await told(core, bare.path, [symbols.path.replace(/[^/]*$/, '')]),
        await told(core, node),
      );
    } finally {
      await Promise.all([bare.remove(), symbols.remove()]);
    }
  });
});
