import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DayAfterError } from '../../src/engine/errors.ts';
import { demangle } from '../../src/engine/modules/demangle.ts';
import { foldedLines, framesOf } from '../../src/engine/profile/fold.ts';
import { openProfile } from '../../src/engine/profile/open-profile.ts';
import { type Profile, total } from '../../src/engine/profile/profile.ts';
import { transform } from '../../src/engine/profile/transform.ts';
import { releaseLines } from '../support/releases.ts';
import { cpuprofileStacks, heapprofileStacks, perfStacks, weigh } from './naive.ts';
import { pprofOf } from './pprof-bytes.ts';
import { recordPerf, recordProfiles } from './recordings.ts';
import { assertSameTable, tableOf, v8Name } from './support.ts';

const fixture = (name: string) => resolve(import.meta.dirname, 'fixtures', name);

function measure(profile: Profile, name: string) {
  const found = profile.measures.find((m) => m.name === name);
  assert.ok(found, `a measure ${name}`);
  return found;
}

const hasFunction = (profile: Profile, name: string) =>
  profile.frames.some((f) => f.name === name && /profile-(load|allocations)\.js$/.test(f.source));

for (const line of releaseLines) {
  describe(`profiles that Node ${line} records`, function () {
    this.timeout(300_000);
    let folder: string;

    before(async () => {
      folder = await recordProfiles(line);
    });

    it('CPU profile: self and total of every function', async () => {
      const file = join(folder, 'load.cpuprofile');
      const profile = await openProfile(file);
      const expected = weigh(cpuprofileStacks(readFileSync(file, 'utf8')));
      assertSameTable(tableOf(profile, measure(profile, 'time'), v8Name), expected);
      for (const name of ['spin', 'descend', 'even', 'allocate']) assert.ok(hasFunction(profile, name), name);
      assert.deepEqual(profile.notes, []);
    });

    it('the same without times: samples', async () => {
      const text = readFileSync(join(folder, 'load.cpuprofile'), 'utf8');
      const whole = JSON.parse(text);
      const file = join(folder, 'hits.cpuprofile');
      await writeFile(
        file,
        JSON.stringify({ nodes: whole.nodes, startTime: whole.startTime, endTime: whole.endTime }),
      );
      const profile = await openProfile(file);
      const hits = whole.nodes.reduce(
        (sum: number, node: { hitCount?: number }) => sum + (node.hitCount ?? 0),
        0,
      );
      assert.ok(hits > 10);
      assert.equal(total(measure(profile, 'samples')), hits);
    });

    it('heap profile: self and total of every function', async () => {
      const file = join(folder, 'load.heapprofile');
      const profile = await openProfile(file);
      const text = readFileSync(file, 'utf8');
      assertSameTable(tableOf(profile, measure(profile, 'size'), v8Name), weigh(heapprofileStacks(text)));
      assert.ok(total(measure(profile, 'size')) > 0);
      // V8 lists samples of nodes that it has taken out of the tree already.
      const lost = profile.notes.map((note) => Number(/^(\d+) samples name/.exec(note)?.[1] ?? 0));
      const told = lost.reduce((sum, count) => sum + count, total(measure(profile, 'samples')));
      assert.equal(told, JSON.parse(text).samples.length);
    });

    it('log of --prof: ticks of every function as Node’s own processor counts them', async () => {
      const profile = await openProfile(join(folder, 'load-v8.log'));
      const processed = JSON.parse(readFileSync(join(folder, 'load-v8.json'), 'utf8'));
      assert.equal(total(profile.measures[0]!), processed.ticks.length);
      // In garbage collection, and waiting, the innermost frame is that; Node's processor keeps the code there.
      const expected = new Map<string, number>();
      for (const tick of processed.ticks) {
        const code = processed.code[tick.s[0]];
        if (code?.type !== 'JS' || tick.vm === 1) continue;
        const key = `${code.name}|${code.kind === 'Opt' ? 'turbofan' : code.kind === 'Maglev' ? 'maglev' : 'other'}`;
        expected.set(key, (expected.get(key) ?? 0) + 1);
      }
      const actual = tableOf(profile, profile.measures[0]!, (f) => {
        const tier = f.tier === 'turbofan' || f.tier === 'maglev' ? f.tier : 'other';
        return `${f.name} ${f.source}:${f.line}:${f.column}|${tier}`;
      });
      assert.ok(expected.size > 0);
      for (const [key, ticks] of expected) assert.equal(actual.get(key)?.self ?? 0, ticks, key);
    });

    it('trace events: the CPU profile in them', async () => {
      const profile = await openProfile(join(folder, 'node_trace.1.log'));
      assert.equal(profile.format, 'Chrome trace, CPU profile');
      for (const name of ['spin', 'allocate']) assert.ok(hasFunction(profile, name), name);
      const events = JSON.parse(readFileSync(join(folder, 'node_trace.1.log'), 'utf8')).traceEvents;
      // --cpu-prof profiles the same thread at the same time once more: the larger of both is shown.
      const counts = new Map<string, number>();
      for (const { name, id, args } of events) {
        if (name !== 'ProfileChunk') continue;
        counts.set(id, (counts.get(id) ?? 0) + (args.data.cpuProfile?.samples?.length ?? 0));
      }
      const samples = Math.max(...counts.values());
      assert.ok(samples > 0);
      assert.equal(total(measure(profile, 'samples')), samples);
    });

    it('allocation traces of a heap snapshot: every trace’s bytes and objects', async () => {
      const file = join(folder, 'allocations.heapsnapshot');
      const profile = await openProfile(file);
      let bytes = 0;
      let objects = 0;
      const walk = ([tree]: [unknown[]]) => {
        for (let i = 0; i < tree.length; i += 5) {
          objects += tree[i + 2] as number;
          bytes += tree[i + 3] as number;
          walk([tree[i + 4] as unknown[]]);
        }
      };
      walk([JSON.parse(readFileSync(file, 'utf8')).trace_tree]);
      assert.equal(total(measure(profile, 'size')), bytes);
      assert.equal(total(measure(profile, 'objects')), objects);
      const folded = [...foldedLines(profile, profile.measures[0]!)].join('');
      assert.match(folded, /makeThings [^;]*;makeThing /);
    });

    it('perf script: self and total of every symbol', async () => {
      const file = (await recordPerf(line)) ?? fixture('perf-6.1-node-22.23.3.txt');
      const profile = await openProfile(file);
      const text = await readFile(file, 'utf8');
      assertPerf(profile, text);
    });
  });
}

/** Every symbol that perf prints, with self and total; tiers of a function together. */
function assertPerf(profile: Profile, text: string): void {
  const stacks = perfStacks(text);
  assert.equal(total(measure(profile, 'samples')), stacks.length);
  const expected = weigh(stacks.map(([frames, value]) => [frames.map(perfName), value]));
  const names = profile.frames.map((f) =>
    f.source === '' ? f.name : `${f.name} ${f.source}:${f.line}${f.column > 0 ? `:${f.column}` : ''}`.trim(),
  );
  const { values } = measure(profile, 'samples');
  const actual = weigh(
    Array.from(profile.samples.stack, (stack, i) => [
      framesOf(profile, stack).map((f) => names[f]!),
      values[i]!,
    ]),
  );
  assertSameTable(actual, expected);
  assert.ok(
    [...expected.keys()].some((name) => /\.js:\d/.test(name)),
    'JavaScript in the stacks',
  );
  const kernel = stacks.filter(([frames]) => frames.at(-1)!.includes('[kernel.kallsyms]')).length;
  const byKind = tableOf(profile, measure(profile, 'samples'), (f) => f.kind);
  assert.equal(byKind.get('kernel')?.self ?? 0, kernel);
}

/** "JS:*f /a.js:1:2 (/tmp/perf-1.map)" is "f /a.js:1:2"; code without a symbol is named by its file. */
function perfName(printed: string): string {
  const [, symbol, module] = /^(.*) \((.*)\)$/.exec(printed)!;
  if (symbol === '[unknown]') return module === '[unknown]' ? symbol : `[${module!.split('/').at(-1)}]`;
  const script = /^(?:JS|LazyCompile|Function|Script|Eval):(?:o[*+]|[*+]'|[~^*+])?(.*)$/.exec(symbol!);
  if (script) return script[1]!.trim();
  // perf leaves some names of templates as they are.
  return symbol!.startsWith('_Z') ? demangle(symbol!) : symbol!;
}

describe('profiles of other tools', () => {
  for (const version of ['18.20.8', '22.23.3', '26.10.0']) {
    it(`perf 6.1 over Node ${version}: JavaScript, V8, native and kernel frames told apart`, async () => {
      const file = fixture(`perf-6.1-node-${version}.txt`);
      const profile = await openProfile(file);
      assertPerf(profile, await readFile(file, 'utf8'));
      const kinds = new Set(profile.frames.map((f) => f.kind));
      for (const kind of ['own', 'native', 'kernel', 'node'] as const) assert.ok(kinds.has(kind), kind);
      const f = profile.frames.filter((frame) => frame.source === '/srv/app/load.js' && frame.name === 'f');
      assert.ok(f.some((frame) => frame.tier === 'turbofan'));
    });
  }

  it('perf without symbols: names come from the perf map beside the file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'dayafter-test-'));
    try {
      const text = [
        'node 4711 10.5:    1001001 cpu-clock:ppp: ',
        '\t    7f0000001010 [unknown] (/tmp/perf-4711.map)',
        '\t    7f0000002020 [unknown] ([unknown])',
        '\tffffffff81bde5e7 [unknown] ([unknown])',
        '\t          401000 main+0x10 (/usr/bin/node)',
        '',
      ];
      await writeFile(join(folder, 'perf.txt'), text.join('\n'));
      await writeFile(
        join(folder, 'perf-4711.map'),
        '7f0000001000 100 JS:*inner /a.js:3:5\n7f0000002000 100 Builtin:ArrayMap\n',
      );
      const profile = await openProfile(join(folder, 'perf.txt'));
      assert.deepEqual(profile.frames.map((f) => [f.name, f.kind]).sort(), [
        ['Builtin:ArrayMap', 'v8'],
        ['[unknown]', 'kernel'],
        ['inner', 'own'],
        ['main', 'native'],
      ]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('DTrace’s jstack: helper frames, mangled C++, kernel', async () => {
    const profile = await openProfile(fixture('dtrace-jstack.txt'));
    assert.equal(total(profile.measures[0]!), 49);
    const handle = profile.frames.find((f) => f.name === 'handle')!;
    assert.deepEqual([handle.source, handle.kind], ['/srv/api/server.js', 'own']);
    const respond = profile.frames.find((f) => f.name === 'restify.respond')!;
    assert.equal(respond.kind, 'dependency');
    assert.ok(profile.frames.some((f) => f.name === 'v8::internal::Heap::Scavenge()' && f.kind === 'gc'));
    assert.ok(profile.frames.some((f) => f.name === 'tsc_read' && f.kind === 'kernel'));
    assert.equal(tableOf(profile, profile.measures[0]!, (f) => f.name).get('handle')!.total, 49);
  });

  it('bpftrace’s stacks: kernel and user parts as one stack', async () => {
    const profile = await openProfile(fixture('bpftrace-ustack.txt'));
    const table = tableOf(transform(profile, { groupBy: 'function' }), profile.measures[0]!, (f) => f.name);
    assert.deepEqual(table.get('handle'), { self: 0, total: 36 });
    assert.deepEqual(table.get('__kmalloc'), { self: 31, total: 31 });
    assert.deepEqual(table.get('node'), { self: 0, total: 36 });
  });

  it('pprof, plain and gzipped: inlined functions, units, the default kind of value', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'dayafter-test-'));
    try {
      const bytes = pprofOf();
      for (const [name, content] of [
        ['p.pprof', bytes],
        ['p.pb.gz', gzipSync(bytes)],
      ] as const) {
        await writeFile(join(folder, name), content);
        const profile = await openProfile(join(folder, name));
        assert.deepEqual(
          profile.measures.map((m) => [m.name, m.unit]),
          [
            ['wall', 'microseconds'],
            ['sample', 'count'],
          ],
        );
        const lines = [...foldedLines(profile, profile.measures[0]!)];
        assert.deepEqual(lines, ['main /srv/a.js:10;outer /srv/a.js:20;inlined /srv/b.js:5 2.5\n']);
        assert.equal(total(profile.measures[1]!), 3);
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('pprof of @datadog/pprof: functions at their lines, garbage collection', async () => {
    const profile = await openProfile(fixture('pprof-datadog-5.20.0-node-22.23.3-time.pb.gz'));
    const spin = profile.frames.find((f) => f.name === 'spin')!;
    assert.deepEqual([spin.source, spin.line, spin.kind], ['/srv/app/load.js', 2, 'own']);
    assert.ok(profile.frames.some((f) => f.kind === 'gc'));
    assert.equal(profile.measures[0]!.unit, 'microseconds');
  });

  it('source maps: functions at their original places', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'dayafter-test-'));
    try {
      const built = join(folder, 'built.js');
      const { transform: compile } = await import('esbuild');
      const source =
        '// a comment\ntype T = number;\n\nexport function work(n: T): T {\n  return n + 1;\n}\n';
      const { code, map } = await compile(source, {
        loader: 'ts',
        format: 'cjs',
        sourcemap: true,
        sourcefile: 'original.ts',
      });
      await writeFile(built, `${code}//# sourceMappingURL=built.js.map\n`);
      await writeFile(`${built}.map`, map);
      const lines = code.split('\n');
      const line = lines.findIndex((text) => text.includes('function work'));
      const callFrame = {
        functionName: 'work',
        url: `file://${built}`,
        lineNumber: line,
        columnNumber: lines[line]!.indexOf('('),
      };
      const root = { functionName: '(root)', url: '', lineNumber: -1, columnNumber: -1 };
      const nodes = [
        { id: 1, callFrame: root, hitCount: 0, children: [2] },
        { id: 2, callFrame, hitCount: 5 },
      ];
      await writeFile(join(folder, 'm.cpuprofile'), JSON.stringify({ nodes, startTime: 0, endTime: 1 }));
      const profile = await openProfile(join(folder, 'm.cpuprofile'));
      assert.deepEqual(
        profile.frames.map((f) => [f.name, f.source, f.line]),
        [['work', `file://${join(folder, 'original.ts')}`, 4]],
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('trace whose chunks stand in another order than they were written', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'dayafter-test-'));
    try {
      const file = join(await recordProfiles(22), 'node_trace.1.log');
      const { traceEvents } = JSON.parse(await readFile(file, 'utf8'));
      await writeFile(join(folder, 't.json'), JSON.stringify(traceEvents.toReversed()));
      const [given, turned] = [await openProfile(file), await openProfile(join(folder, 't.json'))];
      for (const i of [0, 1])
        assertSameTable(
          tableOf(turned, turned.measures[i]!, v8Name),
          tableOf(given, given.measures[i]!, v8Name),
        );
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('trace without a CPU profile: events lie in those that are open', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'dayafter-test-'));
    try {
      const event = (ph: string, name: string, ts: number, dur?: number) => ({
        pid: 1,
        tid: 2,
        ph,
        name,
        ts,
        dur,
        cat: 'node',
      });
      const events = [
        event('X', 'task', 0, 100),
        event('B', 'inner', 10),
        event('E', 'inner', 40),
        event('X', 'leaf', 20, 5),
      ];
      await writeFile(join(folder, 't.json'), JSON.stringify(events));
      const profile = await openProfile(join(folder, 't.json'));
      const table = tableOf(profile, profile.measures[0]!, (f) => f.name);
      assert.deepEqual(table.get('task'), { self: 70, total: 100 });
      assert.deepEqual(table.get('inner'), { self: 25, total: 30 });
      assert.deepEqual(table.get('leaf'), { self: 5, total: 5 });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('says what is wrong with files that are none, cut off or damaged', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'dayafter-test-'));
    const fails = async (content: string | Buffer, code: string) => {
      await writeFile(join(folder, 'x'), content);
      await assert.rejects(
        openProfile(join(folder, 'x')),
        (error) => error instanceof DayAfterError && error.code === code,
      );
    };
    try {
      await fails('', 'EMPTY_FILE');
      await fails('What a nice day.\n', 'UNRECOGNIZED_FORMAT');
      const head =
        '{"nodes":[{"id":1,"callFrame":{"functionName":"(root)","url":"","lineNumber":-1,"columnNumber":-1},"hitCount":0}';
      await fails(head, 'TRUNCATED');
      await fails(`${head}],"samples":[1,,x]}`, 'CORRUPT_DUMP');
      await fails(gzipSync(head).subarray(0, 40), 'TRUNCATED');
      await fails(
        '{"snapshot":{"meta":{}},"nodes":[],"edges":[],"trace_tree":[],"strings":[]}',
        'NOT_APPLICABLE',
      );
      await fails(
        '{"$schema":"https://www.speedscope.app/file-format-schema.json","shared":{"frames":[]},"profiles":[{"type":"sampled","unit":"none","samples":[[7]],"weights":[1]}]}',
        'CORRUPT_DUMP',
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
