/**
 * `npm run bench:flame [-- <megabytes>]`: our flame graph against speedscope, in one Chromium, on files of 300
 * MB: time from the file to the first picture, peak memory of the renderer; and how long pictures of a graph
 * with a million frames take. Needs a build.
 */
import { spawn } from 'node:child_process';
import { createReadStream, readFileSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, resolve } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { cached } from '../test/support/cache.ts';
import { npm } from '../test/support/run.ts';
import { launchChromium } from '../test/support/workbench.ts';
import { largeCpuProfile, largeFolded, manyFrames } from './flame-files.ts';

const dist = resolve(import.meta.dirname, '../dist');
const speedscopeVersion = '1.25.0';
const patience = 600_000;

interface Result {
  /** Milliseconds from the file to the first picture. */
  readonly picture: number | null;
  /** Of these, milliseconds in the reader's process. */
  readonly reading: number;
  readonly renderer: Spent;
  readonly reader: Spent;
}

/** What a process took: peak bytes, and seconds of processor time, which a busy machine changes less. */
interface Spent {
  readonly bytes: number;
  readonly seconds: number;
}

const nothing: Spent = { bytes: 0, seconds: 0 };

/** Runs in the page: pans and zooms with the wheel, a picture each time. */
const panAndZoom = `(async () => {
  const canvas = document.querySelector('canvas');
  const { left, top, width, height } = canvas.getBoundingClientRect();
  const viewer = window.flameViewer;
  const draw = [];
  const frame = [];
  let before = 0;
  for (let i = 0; i < 240; i++) {
    const zoom = i % 120 < 60;
    canvas.dispatchEvent(new WheelEvent('wheel', {
      bubbles: true, cancelable: true, clientX: left + width * 0.37, clientY: top + height / 2,
      deltaY: zoom ? (i % 240 < 120 ? -12 : 12) : 6, deltaX: zoom ? 0 : 25, ctrlKey: zoom,
    }));
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    draw.push(viewer.drawTimes[0]);
    const now = performance.now();
    if (before > 0) frame.push((now - before) / 2);
    before = now;
  }
  return { draw, frame, boxes: viewer.boxCount };
})()`;

/** Runs in the page: hands the columns over as the extension does. */
const send = (url: string) => `(async () => {
  const bytes = new Uint8Array(await (await fetch(${JSON.stringify(url)})).arrayBuffer());
  window.sent = performance.now();
  window.postMessage({ type: 'profile', file: 'profile', packed: bytes }, '*', [bytes.buffer]);
})()`;

const megabytes = Number(process.argv[2] ?? 300);
const server = await serve();
const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
try {
  for (const file of [await largeCpuProfile(megabytes * 1e6), await largeFolded(megabytes * 1e6)]) {
    console.log(`${extname(file).slice(1)}, ${Math.round(statSync(file).size / 1e6)} MB`);
    const ours = await measure((browser, page) => openOurs(browser, page, file));
    report('dayafter', ours);
    const theirs = await measure((browser, page) => openSpeedscope(browser, page, file));
    report('speedscope', theirs);
    if (theirs.picture !== null && ours.picture !== null)
      console.log(
        `  ${(theirs.picture / ours.picture).toFixed(1)} times as fast, ${(theirs.renderer.seconds / (ours.reader.seconds + ours.renderer.seconds)).toFixed(1)} times less processor time, ${((ours.renderer.bytes / theirs.renderer.bytes) * 100).toFixed(0)}% of the renderer's memory, ${(((ours.renderer.bytes + ours.reader.bytes) / theirs.renderer.bytes) * 100).toFixed(0)}% with the reader's\n`,
      );
  }
  await redraws(await manyFrames(1_100_000));
} finally {
  server.close();
}

async function measure(open: (browser: Browser, page: Page) => Promise<Result>): Promise<Result> {
  const browser = await launchChromium();
  try {
    return await open(browser, await browser.newPage({ viewport: { width: 1400, height: 900 } }));
  } finally {
    await browser.close();
  }
}

function report(name: string, { picture, reading, renderer, reader }: Result): void {
  const time = picture === null ? 'no picture' : `${(picture / 1000).toFixed(2)} s to the picture`;
  const part =
    reading > 0 ? ` (${(reading / 1000).toFixed(2)} s of it in the reader's process: ${spent(reader)})` : '';
  console.log(`  ${name.padEnd(11)} ${time}${part}, renderer ${spent(renderer)}`);
}

/** As VS Code does it: the reader is a process, its columns come to the page in a message. */
async function openOurs(browser: Browser, page: Page, file: string): Promise<Result> {
  const packed = `${file}.flame`;
  const started = performance.now();
  const reader = await read(file, packed);
  const reading = performance.now() - started;
  await page.goto(`${base}/viewer`);
  await page.evaluate(send(`${base}/file${packed}`));
  await page.waitForFunction('window.flameReady !== undefined', undefined, { timeout: patience });
  return { picture: performance.now() - started, reading, renderer: await rendererOf(browser), reader };
}

async function openSpeedscope(browser: Browser, page: Page, file: string): Promise<Result> {
  let crashed = false;
  page.on('crash', () => {
    crashed = true;
  });
  await page.goto(`${base}/speedscope/index.html`);
  const started = performance.now();
  await page.setInputFiles('input[type=file]', file);
  try {
    // The flame graph's canvases stand in the place of the landing page, once everything is read and laid out.
    await page.waitForFunction(
      'document.querySelectorAll("canvas").length >= 2 && /speedscope$/.test(document.title) && document.title !== "speedscope"',
      undefined,
      { timeout: patience },
    );
    return {
      picture: performance.now() - started,
      reading: 0,
      renderer: await rendererOf(browser),
      reader: nothing,
    };
  } catch (error) {
    if (!crashed) console.log(`  speedscope: ${String(error).split('\n')[0]}`);
    return {
      picture: null,
      reading: 0,
      renderer: crashed ? nothing : await rendererOf(browser),
      reader: nothing,
    };
  }
}

/** Runs the command line's reader; resolves to what it took. */
function read(file: string, packed: string): Promise<Spent> {
  const child = spawn(process.execPath, [join(dist, 'cli.js'), 'flame', file, '-o', packed], {
    stdio: 'inherit',
  });
  let last = nothing;
  const timer = setInterval(() => {
    const now = spentBy(child.pid!);
    // Once it has ended only the times are left of it.
    if (now.bytes > 0) last = now;
  }, 20);
  return new Promise((done, failed) => {
    child.on('error', failed);
    child.on('close', (code) => {
      clearInterval(timer);
      if (code === 0) done(last);
      else failed(new Error(`the reader ended with ${code}`));
    });
  });
}

async function redraws(file: string): Promise<void> {
  const browser = await launchChromium();
  try {
    const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
    const packed = `${file}.flame`;
    await read(file, packed);
    await page.goto(`${base}/viewer`);
    await page.evaluate(send(`${base}/file${packed}`));
    await page.waitForFunction('window.flameReady !== undefined', undefined, { timeout: patience });
    const first = await page.evaluate('window.flameReady - window.sent');
    const { seconds } = await rendererOf(browser);
    console.log(
      `a graph of a million frames: first picture ${Math.round(Number(first))} ms after parsing (${seconds.toFixed(1)} s of processor time since the page began)`,
    );
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    const threadTime = async () => {
      const { metrics } = await session.send('Performance.getMetrics');
      return metrics.find((m) => m.name === 'TaskDuration')!.value;
    };
    const before = await threadTime();
    const times = (await page.evaluate(panAndZoom)) as { draw: number[]; frame: number[]; boxes: number };
    console.log(
      `  ${times.boxes} boxes; drawing: ${spread(times.draw)}; between pictures: ${spread(times.frame)}`,
    );
    const each = (1000 * ((await threadTime()) - before)) / times.draw.length;
    console.log(`  ${each.toFixed(1)} ms of the page's processor time for each picture, all in all`);
  } finally {
    await browser.close();
  }
}

function spread(times: number[]): string {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)]!.toFixed(1);
  return `median ${at(0.5)} ms, 95% ${at(0.95)} ms, longest ${at(1)} ms`;
}

/** Of the renderer that took the most memory. */
async function rendererOf(browser: Browser): Promise<Spent> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  const all = processInfo.filter((p) => p.type === 'renderer').map((p) => spentBy(p.id));
  return all.reduce((a, b) => (b.bytes > a.bytes ? b : a), nothing);
}

function spentBy(pid: number): Spent {
  try {
    const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    // proc(5): utime and stime are the 14th and 15th fields, in hundredths of a second; the 2nd is in brackets.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
    return {
      bytes: peak ? Number(peak[1]) * 1024 : 0,
      seconds: (Number(fields[11]) + Number(fields[12])) / 100,
    };
  } catch {
    return nothing;
  }
}

function spent({ bytes, seconds }: Spent): string {
  return `${mb(bytes)}, ${seconds.toFixed(1)} s of processor time`;
}

function mb(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}

async function serve(): Promise<Server> {
  const folder = await cached(`speedscope-${speedscopeVersion}`, speedscopeVersion, (aside) =>
    npm(
      [
        'install',
        '--prefix',
        aside,
        '--ignore-scripts',
        '--no-save',
        '--no-audit',
        `speedscope@${speedscopeVersion}`,
      ],
      {
        cwd: aside,
      },
    ),
  );
  const release = join(folder, 'node_modules/speedscope/dist/release');
  const types: Record<string, string> = {
    '.html': 'text/html',
    '.js': 'text/javascript',
    '.css': 'text/css',
  };
  const page = `<!DOCTYPE html><meta charset="utf-8"><link rel="stylesheet" href="/dist/flame-style.css">
<script>window.acquireVsCodeApi = () => ({ postMessage() {}, getState() {}, setState() {} });</script>
<body><div id="flame"></div><script src="/dist/flame.js"></script>`;
  const created = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url!, 'http://localhost').pathname);
    if (path === '/viewer') {
      response.setHeader('content-type', 'text/html');
      response.end(page);
      return;
    }
    const file = path.startsWith('/file/')
      ? path.slice('/file'.length)
      : path.startsWith('/dist/')
        ? join(dist, 'webview', path.slice('/dist/'.length))
        : join(release, path.slice('/speedscope/'.length));
    response.setHeader('content-type', types[extname(file)] ?? 'application/octet-stream');
    createReadStream(file)
      .on('error', () => {
        response.statusCode = 404;
        response.end();
      })
      .pipe(response);
  });
  await new Promise<void>((done) => created.listen(0, '127.0.0.1', done));
  return created;
}
