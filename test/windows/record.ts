/**
 * `npm run record:windows [-- line…]`: records the minidumps that the tests read, anew. Needs, on Debian and as root:
 * apt-get install debootstrap gcc-mingw-w64-x86-64-win32 zstd
 */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { headerOf } from '../oracle/oracle.ts';
import { record as recordOracle } from '../oracle/record.ts';
import { type ReleaseLine, recordedReleases, releaseLines } from '../support/releases.ts';
import { run as runProgram } from '../support/run.ts';
import { run } from '../support/system-folder.ts';
import { loadedImage } from './loaded-image.ts';
import { type Machine, machine, places } from './machine.ts';
import { pack, SharedPages } from './pages.ts';
import { fullLine, recordingsFolder, sharedPages } from './recordings.ts';
import { compileForWindows, system } from './system.ts';
import { windowsNode } from './windows-node.ts';

/** How a program is recorded: leaves `core` in the machine's folder `out`. */
type Way = (machine: Machine, program: string, flags: readonly string[]) => Promise<void>;

/** Milliseconds. */
const patience = 5 * 60_000;
const programs: readonly { readonly path: string; readonly way: Way; readonly everyLine?: true }[] = [
  { path: '../arm64/programs/tiers.js', way: withOracle, everyLine: true },
  { path: '../heap-core/programs/natives.cjs', way: withSnapshot },
  { path: 'programs/spinning.js', way: fromOutside },
  { path: 'programs/die-native.js', way: alone },
  { path: 'programs/die-memory.js', way: alone },
];

const wanted = process.argv.slice(2).map(Number) as ReleaseLine[];
const aside = mkdtempSync(join(tmpdir(), 'dayafter-windows-'));
const dumps: { readonly name: string; readonly line: ReleaseLine; readonly path: string }[] = [];
mkdirSync(recordingsFolder, { recursive: true });
try {
  for (const line of wanted.length > 0 ? wanted : releaseLines) {
    console.log(`Node ${recordedReleases[line]}`);
    for (const { path, way, everyLine } of programs)
      if (everyLine || line === fullLine) await recordProgram(line, resolve(import.meta.dirname, path), way);
  }
  await keepDumps();
} finally {
  rmSync(aside, { recursive: true, force: true });
}

async function recordProgram(line: ReleaseLine, source: string, way: Way): Promise<void> {
  const file = basename(source);
  const name = file.replace(/\.\w+$/, '');
  const folder = join(aside, `${name}-${line}`);
  const out = join(folder, 'out');
  const made = machine(system(), folder, await windowsNode(recordedReleases[line]));
  cpSync(resolve(import.meta.dirname, 'programs'), folder, { recursive: true });
  cpSync(source, join(folder, file));
  cpSync(resolve(import.meta.dirname, '../oracle/pause.cjs'), join(folder, 'oracle/pause.cjs'));
  cpSync(system().recorder, join(folder, 'recorder.exe'));
  compileForWindows(join(folder, 'addon.c'), ['-shared', '-s', '-o', join(folder, 'addon.node')]);
  await way(made, `${places.app}\\${file}`, headerOf(readFileSync(source, 'utf8')).flags);
  if (!existsSync(join(out, 'core'))) throw new Error(`${name} left no dump`);
  dumps.push({ name, line, path: join(out, 'core') });
  const target = join(recordingsFolder, `${name}-${line}`);
  if (way === withSnapshot) compress(join(out, 'isolate-0.heapsnapshot'), `${target}.heapsnapshot.zst`);
  if (way === withOracle)
    writeFileSync(`${target}.json.gz`, gzipSync(readFileSync(join(out, 'recording.json')), { level: 9 }));
  console.log(`  ${name}`);
}

function withOracle(
  { folder, recordedNode }: Machine,
  program: string,
  flags: readonly string[],
): Promise<void> {
  return recordOracle({
    ...{ node: recordedNode, program, folder: join(folder, 'out'), flags },
    ...{ debug: true, patience },
  });
}

function withSnapshot({ recordedNode }: Machine, program: string, flags: readonly string[]): Promise<void> {
  const dying = ['--require', `${places.app}\\abort.cjs`];
  return finish(recordedNode, [...flags, ...dying, program, `${places.app}\\out\\isolate-0.heapsnapshot`]);
}

function fromOutside({ interrupted }: Machine, program: string, flags: readonly string[]): Promise<void> {
  return finish(interrupted, [...flags, program]);
}

function alone({ recordedNode }: Machine, program: string, flags: readonly string[]): Promise<void> {
  return finish(recordedNode, [...flags, program]);
}

async function finish(command: string, args: readonly string[]): Promise<void> {
  const { code, stderr } = await runProgram(command, args, { timeout: patience });
  if (code !== 0) throw new Error(`${args.join(' ')} ended with status ${code}\n${stderr.slice(0, 4000)}`);
}

/** What dumps share is found only where all are there; dumps of single lines make do with what is kept. */
async function keepDumps(): Promise<void> {
  const imageOf = async (line: ReleaseLine) => loadedImage(await windowsNode(recordedReleases[line]));
  const pages = new SharedPages();
  if (wanted.length === 0)
    for (const { line, path } of dumps) pages.add(readFileSync(path), await imageOf(line));
  const shared = wanted.length === 0 ? pages.bytes : await sharedPages();
  if (wanted.length === 0) keep('shared', shared);
  for (const { name, line, path } of dumps)
    keep(`${name}-${line}`, pack(readFileSync(path), [await imageOf(line), shared]));
}

function keep(name: string, pages: Buffer): void {
  const file = join(aside, name);
  writeFileSync(`${file}.pages`, pages);
  compress(`${file}.pages`, join(recordingsFolder, `${name}.pages.zst`));
}

function compress(file: string, as: string): void {
  run('zstd', ['-19', '--quiet', '--force', file, '-o', as]);
}
