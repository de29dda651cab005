/** Files of hundreds of megabytes for the flame graph's bench, multiplied from a real recording. */
import { execFileSync } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync, readFileSync, type WriteStream } from 'node:fs';
import { join, resolve } from 'node:path';
import { cacheFolder } from '../test/support/cache.ts';
import { releaseNode } from '../test/support/releases.ts';

const folder = join(cacheFolder, 'bench-flame');
const program = resolve(import.meta.dirname, 'programs/flame-load.js');

interface Node {
  id: number;
  callFrame: { functionName: string; url: string; lineNumber: number };
  children?: number[];
}

interface CpuProfile {
  nodes: Node[];
  startTime: number;
  endTime: number;
  samples: number[];
  timeDeltas: number[];
}

async function recorded(): Promise<CpuProfile> {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'recorded.cpuprofile');
  if (!existsSync(file)) {
    const node = await releaseNode(22);
    const args = ['--cpu-prof', '--cpu-prof-interval', '100', '--cpu-prof-dir', folder];
    execFileSync(node, [...args, '--cpu-prof-name', 'recorded.cpuprofile', program]);
  }
  return JSON.parse(readFileSync(file, 'utf8')) as CpuProfile;
}

/** A .cpuprofile of about `size` bytes: the tree and the samples again and again, under other ids. */
export async function largeCpuProfile(size: number): Promise<string> {
  const file = join(folder, `large-${size}.cpuprofile`);
  if (existsSync(file)) return file;
  const profile = await recorded();
  const [root, ...others] = profile.nodes as [Node, ...Node[]];
  const bytes =
    JSON.stringify(others).length +
    JSON.stringify(profile.samples).length * 1.6 +
    JSON.stringify(profile.timeDeltas).length;
  const copies = Math.ceil(size / bytes);
  const span = profile.nodes.length + 1;
  const out = createWriteStream(file);
  const children: number[] = [];
  for (let c = 0; c < copies; c++) for (const child of root.children ?? []) children.push(child + c * span);
  await write(out, `{"nodes":[${JSON.stringify({ ...root, children })}`);
  for (let c = 0; c < copies; c++) {
    const shifted = others.map((node) => ({
      ...node,
      id: node.id + c * span,
      ...(node.children && { children: node.children.map((child) => child + c * span) }),
    }));
    await write(out, `,${JSON.stringify(shifted).slice(1, -1)}`);
  }
  const length = (profile.endTime - profile.startTime) * copies;
  await write(out, `],"startTime":0,"endTime":${length},"samples":[`);
  for (let c = 0; c < copies; c++)
    await write(
      out,
      `${c === 0 ? '' : ','}${profile.samples.map((s) => (s === root.id ? s : s + c * span)).join(',')}`,
    );
  await write(out, '],"timeDeltas":[');
  for (let c = 0; c < copies; c++) await write(out, `${c === 0 ? '' : ','}${profile.timeDeltas.join(',')}`);
  await write(out, ']}');
  await ended(out);
  return file;
}

/** Folded stacks of about `size` bytes: the recorded stacks under changing outermost frames, as of many requests. */
export async function largeFolded(size: number): Promise<string> {
  const file = join(folder, `large-${size}.folded`);
  if (existsSync(file)) return file;
  const profile = await recorded();
  const byId = new Map(profile.nodes.map((node) => [node.id, node]));
  const parent = new Map<number, number>();
  for (const node of profile.nodes) for (const child of node.children ?? []) parent.set(child, node.id);
  const stacks = profile.samples.map((sample) => {
    const names: string[] = [];
    for (let id: number | undefined = sample; id !== undefined; id = parent.get(id)) {
      const { functionName, url, lineNumber } = byId.get(id)!.callFrame;
      if (functionName !== '(root)') names.push(`${functionName || '(anonymous)'} ${url}:${lineNumber + 1}`);
    }
    return names.reverse().join(';');
  });
  const once = stacks.reduce((sum, stack) => sum + stack.length + 16, 0);
  const out = createWriteStream(file);
  for (let c = 0; c < Math.ceil(size / once); c++)
    await write(
      out,
      stacks.map((stack, i) => `route-${c % 50};${stack} ${1 + ((i * 7 + c) % 9)}\n`).join(''),
    );
  await ended(out);
  return file;
}

/** Folded stacks that make a graph of `frames` boxes. */
export async function manyFrames(frames: number): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `frames-${frames}.folded`);
  if (existsSync(file)) return file;
  const out = createWriteStream(file);
  const depth = 20;
  // Of every stack the innermost half is its own, the outer half is shared more and more.
  const stacks = Math.round(frames / 11);
  for (let i = 0; i < stacks; i++) {
    const names: string[] = [];
    for (let d = 0; d < depth; d++)
      names.push(`function${d}_${d < 10 ? Math.floor(i / 2 ** (16 - d)) % 997 : (i * 7 + d) % 5003}`);
    await write(out, `${names.join(';')} ${1 + (i % 13)}\n`);
  }
  await ended(out);
  return file;
}

function write(out: WriteStream, text: string): Promise<void> {
  return new Promise((done) => (out.write(text) ? done() : out.once('drain', done)));
}

function ended(out: WriteStream): Promise<void> {
  return new Promise((done, failed) => out.on('error', failed).end(done));
}
