import assert from 'node:assert/strict';
import type { DumpInfo, StackInfo, VariableInfo } from '../../src/engine/contract.ts';
import { type Recording, recordCore } from '../support/cores.ts';
import { releaseLines, releases } from '../support/releases.ts';
import { dayafter, json } from './dayafter.ts';
import { check, infoShape, stackShape, variableShape } from './shapes.ts';

/** "name file:line:column" of Node's own trace, innermost first. Node 18 prints it without line breaks. */
function traceOf(stderr: string): string[] {
  const trace = stderr.slice(stderr.indexOf('FROM'));
  return [...trace.matchAll(/([^()\n]+) \(([^()\n]+:\d+:\d+)\)/g)].map(([, name, place]) => {
    return `${name!
      .replace(/ \[as .*\]$/, '')
      .split('.')
      .at(-1)} ${place}`;
  });
}

describe('the command line', () => {
  for (const line of releaseLines) {
    describe(`on a core of Node ${line}`, () => {
      let recording: Recording;
      before(async function () {
        this.timeout(300_000);
        recording = await recordCore(line, 'uncaught.js');
      });

      it('info tells what died, and why', async () => {
        const info = await json<DumpInfo>('info', recording.core);
        check(info, infoShape);
        assert.equal(info.process.nodeVersion, `v${releases[line]}`);
        assert.equal(info.process.pid, recording.pid);
        assert.deepEqual(info.process.argv?.at(-1), recording.program);
        assert.equal(info.death.kind, 'uncaught-exception');
        assert.equal(info.death.exception?.className, 'TypeError');
        assert.equal(info.death.exception?.message, 'boom arg-string');
        assert.ok(info.threads.find((t) => t.crashed && t.name === 'main'));
        assert.ok(info.isolates[0]!.heap.spaces.some((s) => s.name === 'old_space' && s.used! > 0));
        assert.deepEqual(info.notes, []);
      });

      it("stack has Node's own trace in it, down to the start of the process", async () => {
        const { threads } = await json<{ threads: StackInfo[] }>('stack', recording.core);
        check({ threads }, stackShape);
        const main = threads.find((t) => t.crashed)!;
        const ours = main.frames
          .filter((f) => f.kind === 'js')
          .map((f) => `${f.function!.split('.').at(-1)} ${f.source}:${f.line}:${f.column}`);
        const trace = traceOf(recording.stderr);
        assert.ok(trace.length >= 7, recording.stderr);
        assert.deepEqual(ours.slice(0, trace.length), trace);
        assert.ok(main.frames.some((f) => f.kind === 'builtin' && f.function === 'Array.map'));
        assert.match(main.frames.at(-1)!.function ?? '', /_start/);
      });

      it('stack --locals names arguments and locals', async () => {
        const { threads } = await json<{ threads: StackInfo[] }>(
          'stack',
          recording.core,
          '--locals',
          '--depth',
          '3',
        );
        check({ threads }, stackShape);
        const inner = threads.find((t) => t.crashed)!.frames.find((f) => f.function === 'inner')!;
        const local = inner.scopes!.find((s) => s.kind === 'local')!;
        const named = new Map(local.variables.map((v) => [v.name, v]));
        assert.equal(named.get('a')?.value, 'arg-string');
        assert.equal(named.get('b')?.value, 12);
        assert.equal(named.get('local')?.description, 'Object');
        const deep = named.get('local')!.properties.find((p) => p.name === 'deep')!;
        assert.equal(deep.properties[0]?.description, 'Array(3)');
      });

      it('inspect shows globals, paths, addresses and locals of a frame', async () => {
        const at = (expression: string, ...more: string[]) =>
          json<{ value: VariableInfo }>('inspect', recording.core, expression, ...more).then((r) => r.value);
        const sessions = await at('sessions', '--depth', '2');
        check(sessions, variableShape);
        assert.equal(sessions.description, 'Array(1000)');
        assert.equal(sessions.truncated, '900 of 1000 elements left out');
        const user = await at('sessions[7].user');
        assert.equal(user.properties.find((p) => p.name === 'name')?.value, 'user7');
        assert.equal((await at('sessions[7].big')).value, '123456789012345678901234567890n');
        assert.equal((await at(`${user.address}.name`)).value, 'user7');
        const { threads } = await json<{ threads: StackInfo[] }>('stack', recording.core);
        const frame = threads[0]!.frames.findIndex((f) => f.function === 'middle');
        assert.equal((await at('y', '--frame', String(frame))).value, 12);
      });

      it("source gives the program's text, byte for byte", async () => {
        const { scripts } = await json<{ scripts: { url: string; length: number }[] }>(
          'source',
          recording.core,
        );
        assert.ok(scripts.some((s) => s.url === recording.program));
        const { text } = await json<{ text: string }>('source', recording.core, recording.program);
        const { readFile } = await import('node:fs/promises');
        assert.equal(text, await readFile(recording.program, 'utf8'));
      });

      it('says the same twice', async () => {
        const first = await dayafter('stack', recording.core, '--json', '--locals');
        assert.equal((await dayafter('stack', recording.core, '--json', '--locals')).out, first.out);
      });
    });
  }

  it('answers usage errors with status 2, and help with 0', async () => {
    assert.equal((await dayafter('nonsense')).status, 2);
    assert.equal((await dayafter('stack')).status, 2);
    assert.equal((await dayafter('stack', 'x', '--thread', 'y')).status, 2);
    assert.equal((await dayafter()).status, 2);
    assert.equal((await dayafter('--help')).status, 0);
    assert.equal((await dayafter('stack', '--help')).status, 0);
  });

  it('gives named errors as JSON on stdout with status 1', async () => {
    const { status, out } = await dayafter('info', '/nonexistent/core', '--json');
    assert.equal(status, 1);
    assert.equal(JSON.parse(out).error.code, 'FILE_NOT_FOUND');
  });
});
