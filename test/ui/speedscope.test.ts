import assert from 'node:assert/strict';
import { createReadStream } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import type { Browser } from 'playwright-core';
import { foldedLines } from '../../src/engine/profile/fold.ts';
import { openProfile } from '../../src/engine/profile/open-profile.ts';
import { frameLabel } from '../../src/engine/profile/profile.ts';
import { type NaiveTable, weigh } from '../profile/naive.ts';
import { recordProfiles } from '../profile/recordings.ts';
import { tableOf } from '../profile/support.ts';
import { cached } from '../support/cache.ts';
import { npm } from '../support/run.ts';
import { launchChromium } from '../support/workbench.ts';

const version = '1.25.0';

interface SpeedscopeFile {
  shared: { frames: { name: string; line?: number }[] };
  profiles: {
    type: string;
    unit: string;
    samples: number[][];
    weights: number[];
    events: { type: 'O' | 'C'; at: number; frame: number }[];
  }[];
}

/** speedscope itself reads the files, in Chromium; what it saves again is what it understood. */
describe('profiles as speedscope reads them', () => {
  let server: Server;
  let browser: Browser;
  let folder: string;

  before(async function () {
    this.timeout(300_000);
    folder = await recordProfiles(22);
    const place = await cached(`speedscope-${version}`, version, (aside) =>
      npm(
        [
          'install',
          '--prefix',
          aside,
          '--ignore-scripts',
          '--no-save',
          '--no-audit',
          `speedscope@${version}`,
        ],
        {
          cwd: aside,
        },
      ),
    );
    server = await serve(join(place, 'node_modules/speedscope/dist/release'));
    browser = await launchChromium();
  });

  after(async () => {
    await browser?.close();
    server?.close();
  });

  async function speedscopes(file: string): Promise<NaiveTable> {
    const page = await browser.newPage({ acceptDownloads: true });
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/index.html`);
    await page.setInputFiles('input[type=file]', file);
    await page.waitForFunction(
      'document.title !== "speedscope" && document.querySelectorAll("canvas").length > 1',
    );
    const saved = page.waitForEvent('download');
    await page.keyboard.press('Control+s');
    const text = await readFile((await (await saved).path())!, 'utf8');
    await page.close();
    return weigh(stacksOf(JSON.parse(text) as SpeedscopeFile));
  }

  function assertAlike(ours: NaiveTable, theirs: NaiveTable, ignored: RegExp): number {
    let compared = 0;
    for (const [name, { self }] of ours) {
      if (ignored.test(name) || self === 0) continue;
      const other = theirs.get(name)?.self ?? 0;
      assert.ok(
        Math.abs(other - self) <= 1e-6 * Math.max(1, self),
        `self of ${name}: ${self}, speedscope's ${other}`,
      );
      compared++;
    }
    return compared;
  }

  it('CPU profile', async () => {
    const file = join(folder, 'load.cpuprofile');
    const profile = await openProfile(file);
    const raw = JSON.parse(await readFile(file, 'utf8'));
    const ours = tableOf(profile, profile.measures[0]!, (f) => `${f.name || '(anonymous)'}:${f.line}`);
    const theirs = await speedscopes(file);
    // speedscope leaves idle time out, and the time of the last sample, which ends with the profile here.
    const last = raw.nodes.find((node: { id: number }) => node.id === raw.samples.at(-1)).callFrame
      .functionName;
    const name = last === '' ? '(anonymous)' : last.replace(/[()]/g, '\\$&');
    assert.ok(assertAlike(ours, theirs, new RegExp(`^\\(idle\\)|^${name}:`)) > 3);
  });

  it('heap profile', async () => {
    const file = join(folder, 'load.heapprofile');
    const profile = await openProfile(file);
    // speedscope counts the lines of heap profiles from 0.
    const ours = tableOf(profile, profile.measures[0]!, (f) => f.name || '(anonymous)');
    const theirs = await speedscopes(file);
    const named: NaiveTable = new Map();
    for (const [key, { self }] of theirs) {
      const name = key.replace(/:\d+$/, '');
      named.set(name, { self: (named.get(name)?.self ?? 0) + self, total: 0 });
    }
    assert.ok(assertAlike(ours, named, /^\(root\)/) > 1);
  });

  it('folded stacks that we write', async () => {
    const profile = await openProfile(join(folder, 'load-v8.log'));
    const file = join(folder, 'load.folded');
    await writeFile(file, [...foldedLines(profile, profile.measures[0]!)].join(''));
    const folded = await openProfile(file);
    const theirs = await speedscopes(file);
    const table = weigh(
      (await readFile(file, 'utf8'))
        .trim()
        .split('\n')
        .map((line) => [
          line
            .slice(0, line.lastIndexOf(' '))
            .split(';')
            .map((name) => `${name}:0`),
          Number(line.slice(line.lastIndexOf(' '))),
        ]),
    );
    assert.ok(assertAlike(table, theirs, /^$/) > 3);
    assert.equal(
      folded.measures[0]!.values.reduce((a, b) => a + b),
      profile.measures[0]!.values.reduce((a, b) => a + b),
    );
    assert.ok(folded.frames.some((f) => frameLabel(f).includes('spin')));
  });
});

/** Stacks of all profiles of a file, by function and line. */
function stacksOf(file: SpeedscopeFile): [string[], number][] {
  const names = file.shared.frames.map(
    (f) => `${f.name.replace(/^\(anonymous.*\)$/, '(anonymous)')}:${f.line ?? 0}`,
  );
  const stacks: [string[], number][] = [];
  for (const profile of file.profiles) {
    if (profile.type === 'sampled') {
      profile.samples.forEach((sample, i) => {
        stacks.push([sample.map((frame) => names[frame]!), profile.weights[i]!]);
      });
      continue;
    }
    const open: string[] = [];
    let before = 0;
    for (const { type, at, frame } of profile.events) {
      stacks.push([[...open], at - before]);
      before = at;
      if (type === 'O') open.push(names[frame]!);
      else open.pop();
    }
  }
  return stacks;
}

async function serve(folder: string): Promise<Server> {
  const types: Record<string, string> = {
    '.html': 'text/html',
    '.js': 'text/javascript',
    '.css': 'text/css',
  };
  const created = createServer((request, response) => {
    const { pathname } = new URL(request.url!, 'http://localhost');
    response.setHeader('content-type', types[extname(pathname)] ?? 'application/octet-stream');
    createReadStream(join(folder, pathname))
      .on('error', () => response.writeHead(404).end())
      .pipe(response);
  });
  await new Promise<void>((done) => created.listen(0, '127.0.0.1', done));
  return created;
}
