import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDump } from '../../src/engine/session.ts';
import { type AsyncGroup, describeGroup, suspendedGroups } from '../../src/engine/waiting/async-groups.ts';
import { dayafter, json, printed } from '../cli/dayafter.ts';
import { asyncShape, check } from '../cli/shapes.ts';
import { cacheFolder } from '../support/cache.ts';
import { type Recording, recordCore } from '../support/cores.ts';
import { type Release, releaseLines } from '../support/releases.ts';
import { stripped } from '../support/stripped.ts';

const NOTHING = 'what nothing can settle any more';
const held = (place: string) => `a call of ${place}`;
const ring = 'each other, in a ring';
const turn = 'its turn: what it awaits is settled';

/** By the comments that mark the stops of waiting.js: how many stand there, and why. */
const expected: readonly (readonly [
  count: number,
  stops: readonly string[],
  state: AsyncGroup['state'],
  awaiting: string | null,
])[] = [
  [100, ['map', 'inner', 'outer'], 'awaiting', held('waiting.get(…).resolve')],
  [30, ['timer'], 'awaiting', 'a timer'],
  [20, ['timers/promises'], 'awaiting', 'a timer'],
  [10, ['event'], 'awaiting', held('bus._events.ready[…].listener')],
  [9, ['pushed'], 'awaiting', held('pushed[…]')],
  [8, ['ready'], 'ready', turn],
  [7, ['forgotten'], 'awaiting', NOTHING],
  [6, ['own'], 'awaiting', NOTHING],
  [5, ['all'], 'awaiting', `Promise.all: ${held('bus._events.error[…].listener')}, a timer`],
  [4, ['race'], 'awaiting', 'a timer'],
  [3, ['plain yield'], 'yielded', null],
  [3, ['then'], 'awaiting', held('waiting.get(…).resolve')],
  [2, ['dns'], 'awaiting', 'DNS'],
  [2, ['not started'], 'not started', null],
  [2, ['shared'], 'awaiting', held('shared.resolve')],
  [1, ['port'], 'awaiting', held('port1[Symbol(kEvents)].get(…).next.listener')],
  [1, ['async yield'], 'yielded', null],
  [1, ['async not started'], 'not started', null],
  [1, ['async generator', 'for await'], 'awaiting', 'a timer'],
  [1, ['async generator'], 'awaiting', 'a timer'],
  [1, ['atomics'], 'awaiting', 'a promise that native code holds'],
  [1, ['second page'], 'awaiting', 'an async function that waits itself'],
  [1, ['in Node', 'file'], 'awaiting', 'the file system'],
  [1, ['ring right', 'ring left', 'ring right'], 'awaiting', ring],
];

describe('suspended functions', () => {
  for (const line of releaseLines)
    it(`Node ${line}: all of them, at their places, with what they wait for`, async function () {
      this.timeout(120_000);
      const recording = await record(line);
      compare(recording, await groupsOf(recording.core));
    });

  it('a module that awaits a promise that is gone waits for nothing', async function () {
    this.timeout(120_000);
    for (const line of releaseLines) {
      const { core } = await recordCore(line, 'abandoned.mjs', { nodeFlags: [] });
      const session = await openDump(core);
      const { groups } = await suspendedGroups(session);
      const own = groups.filter(({ hops }) => hops[0]?.frame?.url?.endsWith('/abandoned.mjs'));
      session.close();
      assert.deepEqual(
        own.map(({ awaiting, promise }) => [awaiting, promise]),
        [[NOTHING, null]],
        `Node ${line}`,
      );
    }
  });

  it('the same of an executable without symbols', async function () {
    this.timeout(120_000);
    const recording = await record(22);
    const copy = await stripped(recording.node);
    try {
      compare(recording, await groupsOf(recording.core, copy.path));
    } finally {
      await copy.remove();
    }
  });

  it('has the variables of the first of a group, and the way to what it waits for', async function () {
    this.timeout(120_000);
    const { core } = await record(24);
    const [first] = await groupsOf(core);
    const locals = first!.frames.map(
      ({ scopes }) => scopes![0]!.variables.find((v) => v.name === 'key')!.value,
    );
    assert.deepEqual(new Set(locals).size, 1);
    assert.match(String(locals[0]), /^k\d+$/);
    assert.equal(first!.path.at(-2)!.node.name, 'Object');
    assert.equal(first!.path.at(-1)!.edge, '.resolve');
    assert.match(first!.promise!, /^0x[0-9a-f]+$/);
  });

  it('is a command, in JSON and in words', async function () {
    this.timeout(120_000);
    const { core } = await record(22);
    const document = await json<{ groups: unknown[] }>('async', core);
    check(document, asyncShape);
    assert.equal(document.groups.length, expected.length);
    assert.match(
      await printed('async', core, '--groups', '1', '--locals'),
      /^100 × awaiting a call of waiting\.get\(…\)\.resolve\n {5}onMap \S*waiting\.js:\d+:3\n {7}local \(onMap\)\n[\s\S]*… and 23 more groups/,
    );
    assert.equal(await printed('async', core), await printed('async', core), 'the same each time');
    for (const [option, code] of [
      ['--isolate', 'NO_SUCH_ISOLATE'],
      ['--thread', 'NO_SUCH_THREAD'],
    ] as const) {
      const { status, out } = await dayafter('async', core, option, '7', '--json');
      assert.deepEqual([status, JSON.parse(out).error.code], [1, code]);
    }
  });

  it('tells workers apart', async function () {
    this.timeout(120_000);
    const { core } = await recordCore(26, 'waiting-worker.js');
    const groups = await groupsOf(core);
    assert.deepEqual(
      groups.map(({ count, isolate, frames }) => [count, isolate, frames[0]!.function]).sort(),
      [
        [3, 0, 'here'],
        [4, 1, 'there'],
      ],
    );
  });
});

async function record(line: Release): Promise<Recording> {
  // Who opens it for reading waits for a writer.
  const fifo = join(cacheFolder, 'waiting.fifo');
  mkdirSync(cacheFolder, { recursive: true });
  if (!existsSync(fifo)) execFileSync('mkfifo', [fifo]);
  return recordCore(line, 'waiting.js', { args: [fifo] });
}

async function groupsOf(core: string, program?: string): Promise<AsyncGroup[]> {
  const session = await openDump(core, program === undefined ? {} : { program });
  try {
    const { groups, notes } = await suspendedGroups(session);
    assert.deepEqual(notes, []);
    return groups.map((group) => describeGroup(session, group, { depth: 1, limit: 10 }));
  } finally {
    session.close();
  }
}

function compare({ program }: Recording, groups: readonly AsyncGroup[]): void {
  const lines = readFileSync(program, 'utf8').split('\n');
  const told = groups.map(({ count, state, awaiting, frames }) => [
    count,
    frames.map((frame) => {
      if (frame.source !== program) return frame.source === null ? frame.function : 'in Node';
      const text = lines[frame.line! - 1]!;
      const [, code, stop] = /^(.*) \/\/ (.*)$/.exec(text) ?? [];
      // A generator that was not started stands before its body.
      const at = code?.slice(frame.column! - 1) ?? '';
      assert.match(at, /^(await|yield|page of|\([^)]*\) \{|\) \{)/, `${text} at ${frame.column}`);
      return stop;
    }),
    state,
    awaiting,
  ]);
  // A ring begins where the heap has its first object.
  for (const row of told) {
    const stops = row[1] as string[];
    if (row[3] === ring && stops[0] === 'ring left')
      stops.splice(0, 3, 'ring right', 'ring left', 'ring right');
  }
  const order = (rows: readonly (readonly unknown[])[]) => rows.map((row) => JSON.stringify(row)).sort();
  assert.deepEqual(order(told), order(expected));
}
