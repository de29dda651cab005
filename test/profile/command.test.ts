import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dayafter } from '../cli/dayafter.ts';
import { recordCore } from '../support/cores.ts';

describe('dayafter flame', () => {
  let folder: string;
  let newer: string;
  let older: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dayafter-test-'));
    newer = join(folder, 'newer.folded');
    older = join(folder, 'older.folded');
    await writeFile(newer, 'main;JS:*work /srv/a.js:3:5 7\nmain;</script><img src=x> 2\n');
    await writeFile(older, 'main;JS:~work /srv/a.js:9:5 4\nmain;gone 3\n');
  });

  after(() => rm(folder, { recursive: true }));

  it('prints the contract’s JSON', async () => {
    const { status, out } = await dayafter('flame', newer, '--json');
    const document = JSON.parse(out);
    assert.equal(status, 0);
    assert.deepEqual([document.unit, document.total], ['samples', 9]);
    const stacks = document.stacks.map(({ frames, weight }: { frames: number[]; weight: number }) => [
      frames.map((i) => document.frames[i].name).join(';'),
      weight,
    ]);
    assert.deepEqual(stacks, [
      ['main;work', 7],
      ['main;</script><img src=x>', 2],
    ]);
    const work = document.frames.find((f: { name: string }) => f.name === 'work');
    assert.deepEqual([work.source, work.line, work.kind, work.tier], ['/srv/a.js', 3, 'own', 'turbofan']);
  });

  it('folds, and compares older with newer', async () => {
    assert.equal(
      (await dayafter('flame', newer, '--fold')).out,
      'main;work /srv/a.js:3 7\nmain;</script><img src=x> 2\n',
    );
    const { out } = await dayafter('flame', newer, '--diff', older, '--fold');
    assert.deepEqual(out.trim().split('\n').sort(), [
      'main;</script><img src=x> 0 2',
      'main;gone 3 0',
      'main;work 4 7',
    ]);
    assert.match((await dayafter('flame', newer, '--diff', older)).out, /vanished\s+gone/);
  });

  it('writes a page that holds all it needs, and nothing of the profile as markup', async () => {
    const page = join(folder, 'page.html');
    assert.equal((await dayafter('flame', newer, '-o', page)).status, 0);
    const html = await readFile(page, 'utf8');
    assert.ok(!html.includes('<img'));
    assert.match(html, /Content-Security-Policy" content="default-src 'none'; script-src 'sha256-/);
    assert.ok(!/(src|href)="/.test(html.replace(/<script>[\s\S]*<\/script>/, '')));
    await dayafter('flame', newer, '-o', `${page}.html`);
    assert.equal(await readFile(`${page}.html`, 'utf8'), html);
  });

  it('writes folded and speedscope files, and refuses endings that it does not know', async () => {
    const file = join(folder, 'out.speedscope.json');
    await dayafter('flame', newer, '-o', file);
    assert.equal(JSON.parse((await dayafter('flame', file, '--json')).out).total, 9);
    const refused = await dayafter('flame', newer, '-o', join(folder, 'x.pdf'), '--json');
    assert.equal(refused.status, 1);
    assert.equal(JSON.parse(refused.out).error.code, 'NOT_APPLICABLE');
  });

  it('puts all thread stacks of cores into one graph', async function () {
    this.timeout(300_000);
    const { core } = await recordCore(22, 'uncaught.js');
    const stacks = JSON.parse((await dayafter('stack', core, '--json')).out);
    const one = JSON.parse((await dayafter('flame', core, '--json')).out);
    assert.deepEqual([one.unit, one.total], ['count', stacks.threads.length]);
    const frames = stacks.threads[0].frames.filter((f: { kind: string }) => f.kind === 'js');
    for (const { function: name } of frames)
      assert.ok(
        one.frames.some((f: { name: string | null }) => f.name === (name || null)),
        name,
      );
    const two = JSON.parse((await dayafter('flame', core, core, '--json')).out);
    assert.equal(two.total, 2 * one.total);
    const refused = await dayafter('flame', newer, '--of', 'retained', '--json');
    assert.equal(JSON.parse(refused.out).error.code, 'NOT_APPLICABLE');
  });
});
