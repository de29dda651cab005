import assert from 'node:assert/strict';
import type { EventLoopsInfo, LoopHandleInfo } from '../../src/engine/contract.ts';
import { eventLoopsOf } from '../../src/engine/event-loop/event-loops.ts';
import { openDump } from '../../src/engine/session.ts';
import { percent, type Tally, tally } from '../oracle/tally.ts';
import { type Recording, recordCore } from '../support/cores.ts';
import { type ReleaseLine, releaseLines } from '../support/releases.ts';
import { stripped } from '../support/stripped.ts';

/** What test/programs/event-loop.cjs says. */
interface Told {
  readonly opened: Readonly<
    Record<string, { type: string; fd: number | null; referenced: boolean; detail?: string; bytes?: number }>
  >;
  readonly timers: readonly ToldTimer[];
  readonly handles: readonly string[];
  readonly requests: readonly string[];
  readonly resources: readonly string[];
  readonly worker: {
    readonly threadId: number;
    readonly fd: number;
    readonly timers: readonly ToldTimer[];
    readonly resources: readonly string[];
  };
  readonly child: number;
  readonly folder: string;
  readonly fd: number;
}

interface ToldTimer {
  readonly name: string;
  readonly dueIn: number;
  readonly repeat: number | null;
  readonly referenced: boolean;
}

/** Jobs of the thread pool that the program starts, of which Node does not tell; 26 reads files by one, too. */
const jobsOf = (line: ReleaseLine) => [
  ...Array<string>(4).fill('PBKDF2Job'),
  'Zlib',
  ...(line >= 26 ? ['ReadFileJob'] : []),
];
/** Names of resources as Node's classes have them: those of `process.getActiveResourcesInfo()` are of async_hooks. */
const classOfResource: Readonly<Record<string, string>> = {
  TCPSocketWrap: 'TCP',
  TCPServerWrap: 'TCP',
  PipeWrap: 'Pipe',
  PipeServerWrap: 'Pipe',
  UDPWrap: 'UDP',
  ProcessWrap: 'Process',
  FSEventWrap: 'FSEvent',
  TTYWrap: 'TTY',
  SignalWrap: 'Signal',
  SimpleWriteWrap: 'WriteWrap',
  ConnectWrap: 'TCPConnectWrap',
};

const recorded = (line: ReleaseLine) => recordCore(line, 'event-loop.cjs', { nodeFlags: [] });

async function loopsOf(core: string, program?: string): Promise<EventLoopsInfo> {
  const session = await openDump(core, program === undefined ? {} : { program });
  try {
    return eventLoopsOf(session);
  } finally {
    session.close();
  }
}

/** Counts which of the wanted are among the found, each found one once. */
function compare(found: readonly string[], wanted: readonly string[], counts: Tally): void {
  const left = [...found];
  for (const name of wanted) {
    const index = left.indexOf(name);
    counts.count(index >= 0);
    if (index >= 0) left.splice(index, 1);
  }
  for (const _ of left) counts.count(false);
}

function timerKeys(
  timers: readonly { dueIn: number | null; repeat: number | null; referenced: boolean | null }[],
) {
  return timers.map((t) => `${t.dueIn} ${t.repeat} ${t.referenced}`);
}

/** The handle of something that the program opened. */
function found(loops: EventLoopsInfo, told: Told, name: string): LoopHandleInfo {
  const { type, fd } = told.opened[name]!;
  const matches = loops.handles.filter(
    (h) => h.isolate === 0 && h.type === type && (fd === null || h.fd === fd),
  );
  const match = name === 'port' ? matches.find((h) => h.detail?.includes('messages go to')) : matches[0];
  assert.ok(match, `${name}: no ${type}${fd === null ? '' : ` with descriptor ${fd}`}`);
  return match;
}

describe('event loops of cores', () => {
  for (const line of releaseLines) {
    describe(`of Node ${line}`, () => {
      let recording: Recording;
      let told: Told;
      let loops: EventLoopsInfo;
      before(async function () {
        this.timeout(120_000);
        recording = await recorded(line);
        told = JSON.parse(recording.stdout);
        loops = await loopsOf(recording.core);
      });

      it('what Node said of itself is what the core says', () => {
        const counts = { handles: tally(), requests: tally(), timers: tally(), resources: tally() };
        const own = loops.handles.filter((h) => h.isolate === 0 && !h.internal && h.referenced);
        compare(
          own.map((h) => h.owner ?? h.type),
          told.handles,
          counts.handles,
        );
        const requests = loops.requests.filter((r) => r.isolate === 0);
        compare(
          requests.map((r) => r.type),
          [...told.requests, ...jobsOf(line)],
          counts.requests,
        );
        for (const [isolate, { timers, resources }] of [told, told.worker].entries()) {
          const theirs = loops.timers.filter((t) => t.isolate === isolate);
          // Node tells no promise's timers.
          const mine = theirs.filter(
            (t) => t.source === recording.program && !/^(await in|then) /.test(t.callback!),
          );
          compare(timerKeys(mine), timerKeys(timers), counts.timers);
          const handles = loops.handles.filter((h) => h.isolate === isolate && !h.internal && h.referenced);
          const all = [
            ...handles.map((h) => h.type),
            ...loops.requests
              .filter((r) => r.isolate === isolate && !r.detail?.startsWith('job of the thread pool'))
              .map((r) => r.type),
            ...theirs.filter((t) => t.referenced).map(() => 'Timeout'),
            ...loops.immediates.filter((t) => t.isolate === isolate && t.referenced).map(() => 'Immediate'),
          ];
          // The worker counts itself before its last timer is there.
          compare(
            all,
            resources.map((name) => classOfResource[name] ?? name),
            counts.resources,
          );
        }
        const shares = Object.entries(counts).map(
          ([name, t]) => `${name} ${percent(t).toFixed(1)} % of ${t.all}`,
        );
        console.log(`      Node ${line}: ${shares.join(', ')}`);
        for (const [name, t] of Object.entries(counts)) assert.equal(percent(t), 100, name);
      });

      it('each thing that was opened has its descriptor, its flags and its detail', () => {
        for (const [name, { type, fd, referenced, detail, bytes }] of Object.entries(told.opened)) {
          const handle = found(loops, told, name);
          assert.equal(handle.type, type);
          assert.equal(handle.fd, fd === null || fd < 0 ? null : fd, name);
          assert.equal(handle.referenced, referenced, name);
          assert.match(handle.address ?? '', /^0x[0-9a-f]+$/);
          if (bytes !== undefined) assert.equal(handle.bytesQueued, bytes);
          const text = `${handle.owner} ${handle.detail}`;
          if (detail !== undefined) assert.ok(text.includes(detail), `${name}: ${text}`);
        }
      });

      it('libuv counts as many handles and requests as there are', () => {
        for (const loop of loops.loops) {
          const alive = loops.handles.filter((h) => h.isolate === loop.isolate && h.active && h.referenced);
          assert.equal(alive.length, loop.activeHandles);
        }
        const requests = loops.requests.filter((r) => r.isolate === 0);
        assert.equal(loops.loops[0]!.activeRequests, requests.length);
        assert.deepEqual(loops.notes, []);
      });

      it('requests say what was asked for, and who waits', () => {
        const details = loops.requests.map((r) => `${r.type} ${r.detail} ${r.callback?.function}`);
        const wanted = [
          'GetAddrInfoReqWrap example.invalid, IPv4 onLookup',
          'GetNameInfoReqWrap 127.0.0.1:80 onService',
          `FSReqCallback read fd ${told.fd} onRead`,
          `FSReqCallback open ${told.folder}/not-there.txt onOpen`,
          `FSReqCallback rename ${told.folder}/old.txt to ${told.folder}/new.txt onRename`,
          line >= 26
            ? 'ReadFileJob job of the thread pool onReadFile'
            : `FSReqCallback open ${told.folder}/watched.txt onReadFile`,
          'Zlib job of the thread pool, of a Gzip onZipped',
          'PBKDF2Job job of the thread pool onKey',
        ];
        for (const text of wanted) assert.ok(details.includes(text), `${text} in\n${details.join('\n')}`);
        assert.ok(details.some((d) => d.startsWith(`FSReqPromise stat ${told.folder}/watched.txt`)));
        assert.ok(details.some((d) => /^TCPConnectWrap 127\.0\.0\.1:\d+/.test(d)));
      });

      it('timers say what they call, and what awaits them', () => {
        const texts = loops.timers.filter((t) => t.isolate === 0).map((t) => `${t.duration} ${t.callback}`);
        const wanted = [
          [70_000, 'namedTimeout'],
          [900_000, 'shortTimeout'],
          [50_000, 'namedTick'],
          [80_000, '(anonymous)'],
          [90_000, 'namedTimeout'],
          [110_000, 'await in awaitsPromised'],
          [120_000, 'await in awaitsPromisified'],
          [130_000, 'await in awaitsInterval'],
        ] as const;
        for (const [duration, name] of wanted)
          assert.ok(
            texts.some((t) => t.startsWith(`${duration} ${name} ${recording.program}:`)),
            `${duration} ${name} in\n${texts.join('\n')}`,
          );
        assert.ok(!texts.some((t) => t.includes('cleared')));
        assert.ok(loops.immediates.some((i) => i.callback?.startsWith('firstImmediate ')));
      });
    });
  }

  for (const line of [releaseLines[0]!, releaseLines[2]!, releaseLines.at(-1)!]) {
    it(`a stripped executable of Node ${line} tells the same`, async function () {
      this.timeout(120_000);
      const { core, node } = await recorded(line);
      const copy = await stripped(node);
      try {
        const [whole, bare] = [await loopsOf(core), await loopsOf(core, copy.path)];
        // Functions of native code have no names there.
        const named = ({ handles, ...rest }: EventLoopsInfo) => ({
          ...rest,
          handles: handles.map((h) => (h.internal ? { ...h, detail: null } : h)),
        });
        assert.deepEqual(named(bare), named(whole));
      } finally {
        await copy.remove();
      }
    });

    for (const place of ['timer', 'immediate', 'answer', 'blocked', 'idle'] as const) {
      it(`times are right where Node ${line} dies: ${place}`, async function () {
        this.timeout(120_000);
        const recording = await recordCore(line, 'event-loop-places.cjs', { nodeFlags: [], args: [place] });
        const loops = await loopsOf(recording.core);
        const told: { timers: ToldTimer[]; now: number } = JSON.parse(recording.stdout);
        const isTimer = place === 'timer' || place === 'blocked';
        const { timer, immediate } = loops.loops[0]!.running;
        assert.match(loops.notes.join(), place === 'answer' ? /counts 1 request less than are listed/ : /^$/);
        assert.equal(timer?.callback?.startsWith('dies '), isTimer ? true : undefined);
        assert.equal(immediate?.callback?.startsWith('dies '), place === 'immediate' ? true : undefined);
        assert.notEqual(loops.loops[0]!.now, null);
        // The loop of an idle process has turned since.
        const passed = loops.loops[0]!.now! - told.now;
        assert.ok(place === 'idle' ? passed >= 0 && passed < 5000 : passed === 0, `${passed} ms passed`);
        const wanted = told.timers.map((t) => ({ ...t, dueIn: t.dueIn - passed }));
        const mine = loops.timers.filter((t) => t.source === recording.program);
        assert.deepEqual(timerKeys(mine).sort(), timerKeys(wanted).sort());
        const waiting = loops.immediates.filter((i) => i.callback?.startsWith('waits '));
        assert.equal(waiting.length, { timer: 0, immediate: 1, answer: 0, blocked: 2, idle: 0 }[place]);
        assert.equal(
          mine.some((t) => t.dueIn! < 0),
          place === 'blocked',
        );
      });
    }
  }
});
