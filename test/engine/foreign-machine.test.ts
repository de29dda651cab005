import assert from 'node:assert/strict';
import { FileSource, readBytes } from '../../src/engine/dump/byte-source.ts';
import { ElfFile, elf } from '../../src/engine/dump/elf.ts';
import { type CoreSession, openCore, openDump } from '../../src/engine/session.ts';
import type { StackFrame } from '../../src/engine/stack/frame.ts';
import { recordCore } from '../support/cores.ts';
import { OverlaySource, type Patch } from '../support/overlay-source.ts';
import { releaseLines, releases } from '../support/releases.ts';

const LIBRARIES = '/usr/lib/';

/** A core whose notes name libraries in a directory that is not there, as on another machine. */
function withoutLibraries(path: string): OverlaySource {
  const source = new FileSource(path);
  const patches: Patch[] = [];
  for (const { type, offset, filesz } of new ElfFile(source).programHeaders) {
    if (type !== elf.PT_NOTE) continue;
    const notes = Buffer.from(readBytes(source, offset, filesz));
    for (let n = notes.indexOf(LIBRARIES); n >= 0; n = notes.indexOf(LIBRARIES, n + 1))
      patches.push({ position: offset + n, bytes: Buffer.from('/opt/lib/') });
  }
  return new OverlaySource(source, patches);
}

/** Frames of code whose file is at hand, or that has none. */
function known(frames: readonly StackFrame[]): string[] {
  return frames
    .filter((f) => !f.module || /\bnode$/.test(f.module.path) || f.functionName === '<signal handler called>')
    .map((f) => `${f.functionName} ${f.pc.toString(16)}`);
}

function stacks(session: CoreSession): Map<number, string[]> {
  return new Map(session.core.threads.map(({ tid }) => [tid, known(session.thread(tid).frames)]));
}

for (const line of releaseLines) {
  describe(`cores of Node ${releases[line]} without any library of their machine`, () => {
    for (const program of ['worker-blocked.js', 'spinning-interrupted.js', 'nested-callbacks.js'])
      it(`${program}: frames of Node and of scripts are those that the libraries give`, async () => {
        const { core, node } = await recordCore(line, program, { nodeFlags: [] });
        const whole = await openDump(core, { program: node });
        const expected = stacks(whole);
        whole.close();
        const source = withoutLibraries(core);
        const session = openCore({ format: 'elf', source }, core, { program: node });
        const found = stacks(session);
        const missing = session.info().modules.filter((m) => m.status !== 'matched');
        session.close();
        assert.ok(missing.some((m) => /libc\.so/.test(m.path)));
        assert.ok(found.size > 4);
        for (const [tid, names] of expected) {
          const fromStart = names.at(-1)?.startsWith('_start ') ? names.slice(0, -1) : names;
          assert.deepEqual(found.get(tid), fromStart);
        }
      });
  });
}
