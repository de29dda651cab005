import assert from 'node:assert/strict';
import { copyFile, mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openDump } from '../../src/engine/session.ts';
import { cached } from '../support/cache.ts';
import { record } from '../support/cores.ts';
import { releaseNode, releases } from '../support/releases.ts';
import { run } from '../support/run.ts';

const LINE = 26;
const source = join(import.meta.dirname, '../programs/single-executable.cjs');

/** Node with an application inside, and the core that it left: their build-id lies where cores do not reach. */
async function application(): Promise<{ core: string; executable: string }> {
  const folder = await cached(`single-executable-${LINE}`, `1 ${releases[LINE]}`, async (aside) => {
    await copyFile(source, join(aside, 'shop.cjs'));
    const config = { main: 'shop.cjs', output: 'shop', disableExperimentalSEAWarning: true };
    await writeFile(join(aside, 'sea.json'), JSON.stringify(config));
    const built = await run(await releaseNode(LINE), ['--build-sea', 'sea.json'], { cwd: aside });
    assert.equal(built.code, 0, built.stderr);
    // Where it ran is where it is looked for.
    const place = join(aside, '..', `single-executable-${LINE}-shop`);
    await mkdir(place, { recursive: true });
    await rename(join(aside, 'shop'), join(place, 'shop'));
    const env = { NODE_OPTIONS: '--abort-on-uncaught-exception' };
    await record(join(place, 'shop'), source, { nodeFlags: [], env }, aside);
  });
  return { core: join(folder, 'core'), executable: join(`${folder}-shop`, 'shop') };
}

describe('a single executable application', () => {
  it('is opened with nothing but its core, where it lies on this machine', async function () {
    this.timeout(120_000);
    const { core, executable } = await application();
    const session = await openDump(core);
    const { process, death, modules } = session.info();
    const { frames } = session.thread(session.focusThread());
    const own = frames.findIndex((f) => f.functionName === 'total');
    const variables = session.scopes(session.focusThread(), own)[0]!.variables.map((v) => v.name);
    session.close();
    assert.equal(process.nodeVersion, `v${releases[LINE]}`);
    assert.equal(modules.find((m) => m.path === executable)?.status, 'unverified');
    assert.match(death.message, /threw Error: order 7 is too dear.* It was thrown in total \(.*shop\.cjs:8:/);
    assert.deepEqual(variables, ['rate', 'sum']);
  });

  it('is used instead of another program that was named, with a word on that', async () => {
    const { core, executable } = await application();
    const other = await releaseNode(LINE);
    const session = await openDump(core, { program: other });
    const { modules, notes } = session.info();
    session.close();
    assert.equal(modules.find((m) => m.path === executable)?.status, 'unverified');
    const word = `${other} is not the build that ran (it begins otherwise): ${executable} is used instead`;
    assert.ok(notes.includes(word), String(notes));
  });

  it('is not read from a file that begins otherwise, whatever its name', async () => {
    const { core, executable } = await application();
    await rename(executable, `${executable}.kept`);
    try {
      await copyFile(await releaseNode(LINE), executable);
      const session = await openDump(core);
      const { modules, notes } = session.info();
      session.close();
      assert.equal(modules.find((m) => m.path === executable)?.status, 'mismatched');
      assert.ok(
        notes.some((note) => /is not the build that ran \(it begins otherwise\): not used/.test(note)),
      );
    } finally {
      await rename(`${executable}.kept`, executable);
    }
  });
});
