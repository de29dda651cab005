import assert from 'node:assert/strict';
import { createReadStream } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Browser } from 'playwright-core';
import { foldedLines, foldedName, framesOf } from '../../src/engine/profile/fold.ts';
import { openProfile } from '../../src/engine/profile/open-profile.ts';
import { type Frame, frameLabel, type Profile, total } from '../../src/engine/profile/profile.ts';
import { speedscopeFile } from '../../src/engine/profile/speedscope-file.ts';
import { type NaiveTable, weigh } from '../profile/naive.ts';
import { pprofOf } from '../profile/pprof-bytes.ts';
import { recordProfiles } from '../profile/recordings.ts';
import { assertSameTable } from '../profile/support.ts';
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

  /** What speedscope understood of a file, saved by it as a file of its own. */
  async function saved(file: string): Promise<string> {
    const page = await browser.newPage({ acceptDownloads: true });
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/index.html`);
    await page.setInputFiles('input[type=file]', file);
    await page.waitForFunction(
      'document.title !== "speedscope" && document.querySelectorAll("canvas").length > 1',
    );
    const download = page.waitForEvent('download');
    await page.keyboard.press('Control+s');
    const text = await readFile((await (await download).path())!, 'utf8');
    await page.close();
    return text;
  }

  const speedscopes = async (file: string): Promise<NaiveTable> =>
    weigh(stacksOf(JSON.parse(await saved(file)) as SpeedscopeFile));

  async function assertSameCpuProfile(file: string): Promise<void> {
    const profile = await openProfile(file);
    const theirs = await speedscopes(file);
    assertSameTable(weigh(asSpeedscopeCounts(profile, await readFile(file, 'utf8'))), theirs);
    assert.ok(theirs.size > 5);
  }

  it('CPU profile', () => assertSameCpuProfile(join(folder, 'load.cpuprofile')));

  it('CPU profile in a trace', async () => {
    const { traceEvents } = JSON.parse(await readFile(join(folder, 'node_trace.1.log'), 'utf8'));
    const { id } = traceEvents.find((event: { name: string }) => event.name === 'Profile');
    const file = join(folder, 'one.trace.json');
    await writeFile(
      file,
      JSON.stringify({
        traceEvents: traceEvents.filter((event: { id?: string }) => (event.id ?? id) === id),
      }),
    );
    await assertSameCpuProfile(file);
  });

  it('heap profile', async () => {
    const file = join(folder, 'load.heapprofile');
    const profile = await openProfile(file);
    // speedscope counts the lines of heap profiles from 0, and leaves the root out.
    const ours = weigh(
      stacksWith(profile, (f) => `${f.name || '(anonymous)'}:${f.line - 1}`).filter(
        ([frames]) => frames[0] !== '(root):-1',
      ),
    );
    const theirs = await speedscopes(file);
    for (const key of [...theirs.keys()]) if (key.startsWith('(root):')) theirs.delete(key);
    assertSameTable(ours, rename(theirs, /:0$/, ':-1', ours));
    assert.ok(theirs.size > 1);
  });

  it('folded stacks that we write', async () => {
    const profile = await openProfile(join(folder, 'load-v8.log'));
    const file = join(folder, 'load.folded');
    await writeFile(file, [...foldedLines(profile, profile.measures[0]!)].join(''));
    const ours = weigh(stacksWith(profile, foldedName));
    const theirs = await speedscopes(file);
    assertSameTable(ours, rename(theirs, /:0$/, '', ours));
    const again = await openProfile(file);
    assert.equal(total(again.measures[0]!), total(profile.measures[0]!));
  });

  it('pprof', async () => {
    const file = join(folder, 'load.pprof');
    await writeFile(file, gzipSync(pprofOf()));
    const profile = await openProfile(file);
    const theirs = await speedscopes(file);
    // speedscope keeps nanoseconds, and leaves inlined functions out.
    const ours = weigh(
      stacksWith(profile, (f) => f.name).map(([frames, value]) => [
        frames.filter((name) => name !== 'inlined'),
        value * 1000,
      ]),
    );
    const named = new Map([...theirs].map(([key, weights]) => [key.replace(/:\d+$/, ''), weights]));
    assertSameTable(ours, named);
    assert.deepEqual([...named.keys()], ['outer', 'main']);
  });

  for (const [kind, scale] of [
    ['time', 1000],
    ['heap', 1],
  ] as const) {
    it(`pprof of @datadog/pprof, ${kind}`, async () => {
      const file = resolve(
        import.meta.dirname,
        `../profile/fixtures/pprof-datadog-5.20.0-node-22.23.3-${kind}.pb.gz`,
      );
      const profile = await openProfile(file);
      const ours = stacksWith(profile, (f) => f.name || '(anonymous)').map(
        ([frames, value]): [string[], number] => [frames, value * scale],
      );
      const theirs = stacksOf(JSON.parse(await saved(file)) as SpeedscopeFile).map(
        ([frames, value]): [string[], number] => [frames.map((name) => name.replace(/:\d+$/, '')), value],
      );
      assertSameTable(weigh(ours), weigh(theirs));
      assert.ok(weigh(ours).get('allocate')!.self > 0);
    });
  }

  it('its own file: what it saves we read alike, and what we write it reads alike', async () => {
    const profile = await openProfile(join(folder, 'load.cpuprofile'));
    const file = join(folder, 'load.speedscope.json');
    await writeFile(file, [...speedscopeFile(profile, 'load')].join(''));
    const text = await saved(file);
    const [times] = (JSON.parse(text) as SpeedscopeFile).profiles;
    const named = (f: Frame) => `${frameLabel(f)}:${f.line}`;
    const ours = weigh(stacksWith(profile, named));
    const shared = JSON.parse(text).shared;
    const written = weigh(stacksOf({ shared, profiles: [times!] }, false));
    assertSameTable(ours, written);
    await writeFile(file, text);
    const again = await openProfile(file);
    const thread = again.threads.findIndex((name) => name.endsWith('time'));
    assertSameTable(ours, weigh(stacksWith(again, named, thread)));
  });
});

/** Stacks of a profile's samples by names, outermost first. */
function stacksWith(profile: Profile, name: (frame: Frame) => string, thread = -1): [string[], number][] {
  const names = profile.frames.map(name);
  const stacks: [string[], number][] = [];
  profile.samples.stack.forEach((stack, i) => {
    if (thread >= 0 && profile.samples.thread[i] !== thread) return;
    stacks.push([framesOf(profile, stack).map((f) => names[f]!), profile.measures[0]!.values[i]!]);
  });
  return stacks;
}

/**
 * speedscope puts garbage collection and the program on top of what ran before, and leaves out idle time and
 * the last sample, which for us lasts until the profile's end.
 */
function asSpeedscopeCounts(profile: Profile, text: string): [string[], number][] {
  const deltas = [...text.matchAll(/"timeDeltas":\[([-\d,]*)\]/g)].flatMap(([, list]) =>
    list!.split(',').map(Number),
  );
  const sampled = deltas.slice(1).reduce((sum, delta) => sum + delta, 0);
  const afterwards = total(profile.measures[0]!) - sampled;
  assert.ok(afterwards >= 0);
  let open: string[] = [];
  const stacks = stacksWith(profile, (f) => `${f.name || '(anonymous)'}:${f.line}`);
  return stacks.map(([frames, value], i): [string[], number] => {
    const top = frames.at(-1)!;
    if (/^\((garbage collector|program)\)/.test(top)) {
      const at = open.indexOf(top);
      open = at < 0 ? [...open, top] : open.slice(0, at + 1);
    } else open = top.startsWith('(idle)') ? [] : frames;
    return [open, i === stacks.length - 1 ? value - afterwards : value];
  });
}

/** Keys that `pattern` changes into a name that the other side knows. */
function rename(table: NaiveTable, pattern: RegExp, by: string, known: NaiveTable): NaiveTable {
  return new Map(
    [...table].map(([key, weights]) => {
      const changed = key.replace(pattern, by);
      return [known.has(changed) ? changed : key, weights];
    }),
  );
}

/** Stacks of all profiles of a file, by function and line. */
function stacksOf(file: SpeedscopeFile, shortens = true): [string[], number][] {
  const names = file.shared.frames.map(
    (f) => `${shortens ? f.name.replace(/^\(anonymous.*\)$/, '(anonymous)') : f.name}:${f.line ?? 0}`,
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
