import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { leakSuspects, type Suspect } from '../../src/engine/analyses/leaks/suspects.ts';
import { openGraph } from '../../src/engine/analyses/open-graph.ts';
import { recordCore } from '../support/cores.ts';
import { type ReleaseLine, releaseLines } from '../support/releases.ts';
import { recordedExit } from '../windows/recordings.ts';

const innocents = resolve(import.meta.dirname, '../heap/leaks/innocents.cjs');

async function firstSuspect(dump: string): Promise<Suspect> {
  const heap = await openGraph(dump);
  try {
    const [first] = leakSuspects(heap);
    assert.ok(first, 'there is no suspect');
    return first;
  } finally {
    heap.close();
  }
}

async function suspectOf(line: ReleaseLine, program: string, nodeFlags: string[]): Promise<Suspect> {
  return firstSuspect((await recordCore(line, program, { nodeFlags })).core);
}

/** What the first suspect's line says in the programs of both folders, and the line of Node that runs it. */
const lines: readonly (readonly [string, ReleaseLine, string])[] = [
  ['../heap/leaks/private-field.cjs', 18, 'this.#spans.push('],
  ['../heap/leaks/unbounded-lru.cjs', 20, 'this.entries.set('],
  ['../heap/leaks/finalizers.cjs', 20, 'registry.register('],
  ['../heap/leaks/listeners.cjs', 22, "bus.on('message'"],
  ['../heap/leaks/static-registry.cjs', 22, 'Metric.all.push('],
  ['../heap/leaks/undo-list.cjs', 22, 'editor.undo.last ='],
  ['../heap/leaks/routes.cjs', 24, 'this.stack.push('],
  ['../heap/leaks/string-cache.cjs', 24, 'rendered['],
  ['../heap/leaks/pending-promises.cjs', 24, 'ready;'],
  ['../heap/leaks/prototype-cache.cjs', 26, 'this.compiled['],
  ['../heap/leaks/module-export.mjs', 26, 'results.set('],
  ['../heap/leaks/global-array.cjs', 26, 'globalThis.requestLog.push('],
  ['leaks/deferred-queue.cjs', 24, 'this.pending.set('],
  ['leaks/linked-closures.cjs', 18, 'handler ='],
  ['leaks/nested-arrays.cjs', 20, 'tenant.events.push('],
  ['leaks/promise-race.cjs', 22, 'shutdown, '],
  ['leaks/server-log.cjs', 24, 'seen.push('],
  ['leaks/symbol-global.cjs', 26, 'globalThis[key].spans.push('],
];

describe('the first leak suspect of a core', () => {
  for (const [path, release, code] of lines) {
    const name = basename(path);
    it(`is at the line of ${name} that adds to it (Node ${release})`, async () => {
      const program = resolve(import.meta.dirname, path);
      const heapOf = { nodeFlags: [], args: ['20000'], inputs: [innocents] };
      const { core } = await recordCore(release, program, heapOf);
      const { title, explanation, line, column, kind } = await firstSuspect(core);
      const text = (await readFile(program, 'utf8')).split('\n')[line! - 1] ?? '';
      assert.ok(text.slice(column! - 1).startsWith(code), `${title}: ${text}`);
      assert.ok(title.includes(`${name}:${line}:${column})`));
      assert.match(explanation, /(fills it: .*…\)?|, adds to (it|something of that name))\.$/);
      assert.equal(kind === 'listeners', name === 'listeners.cjs');
    });
  }
});

describe('the first leak suspect of a process that filled its heap when it died', () => {
  for (const line of releaseLines) {
    it(`is the variable of a scope, also while the stack holds the same (Node ${line})`, async function () {
      this.timeout(120_000);
      const { title, line: place } = await suspectOf(line, 'die-memory.js', ['--max-old-space-size=30']);
      assert.match(title, /^kept \(.*die-memory\.js:4:12\) holds [\d,]+ × Object/);
      assert.equal(place, 4);
    });

    it(`is a variable of the function that runs, by its name (Node ${line})`, async function () {
      this.timeout(120_000);
      const suspect = await suspectOf(line, 'die-memory-local.js', ['--no-opt', '--no-sparkplug']);
      assert.match(
        suspect.title,
        /^(rows|list) \(.*die-memory-local\.js:\d+:\d+\) holds (20,000|19,99\d) × Object/,
      );
      assert.match(suspect.explanation, /variable (rows|list) of a function that is running/);
    });

    it(`is a variable of the function that runs, where optimized code does not name it (Node ${line})`, async function () {
      this.timeout(120_000);
      const suspect = await suspectOf(line, 'die-memory-local.js', []);
      assert.match(
        suspect.title,
        /^(rows|list|a variable of (fill|check)) \(.*die-memory-local\.js:\d+:\d+\) holds (20,000|19,99\d) × Object/,
      );
    });
  }

  it('is the variable of a scope in a minidump of Windows, too', async function () {
    this.timeout(120_000);
    const { title } = await firstSuspect(await recordedExit());
    assert.match(title, /^kept \(C:\\app\\die-memory\.js:6:12\) holds [\d,]+ × Object/);
  });

  for (const line of releaseLines) {
    it(`is told by the program’s text, where no closure of what fills it is left (Node ${line})`, async () => {
      const program = resolve(import.meta.dirname, '../ui/pictures/server.cjs');
      const text = (await readFile(program, 'utf8')).split('\n');
      const lineOf = (part: string) => text.findIndex((one) => one.includes(part)) + 1;
      const suspect = await suspectOf(line, program, ['--abort-on-uncaught-exception']);
      const filled = `${program}:${lineOf('sessions.set(')}:3`;
      assert.ok(suspect.title.startsWith(`sessions (${filled}) holds 60,000 × Object`), suspect.title);
      assert.ok(suspect.explanation.includes(`sessions.set(…) in login, ${filled}, adds to it.`));
      assert.ok(suspect.evidence.includes(`declared at ${program}:${lineOf('const sessions')}:7`));
      assert.ok(suspect.evidence.includes(`added to by sessions.set(…) in login (${filled})`));
    });
  }
});
