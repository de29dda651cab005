import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { FileSource } from '../../src/engine/dump/byte-source.ts';
import { ElfCore } from '../../src/engine/dump/elf-core.ts';
import { loadModules } from '../../src/engine/modules/load.ts';
import { ModuleMap } from '../../src/engine/modules/module-map.ts';
import { type CoreSession, openDump } from '../../src/engine/session.ts';
import type { StackFrame } from '../../src/engine/stack/frame.ts';
import { MixedStacks } from '../../src/engine/stack/mixed-stack.ts';
import { registersOf } from '../../src/engine/unwind/architectures.ts';
import type { Value } from '../../src/engine/v8/inspect.ts';
import { V8Runtime } from '../../src/engine/v8/runtime.ts';
import { nativeAddon } from '../support/addon.ts';
import { type Recording, type RecordOptions, recordCore } from '../support/cores.ts';
import { OverlaySource } from '../support/overlay-source.ts';
import { type ReleaseLine, releaseLines, releases } from '../support/releases.ts';

const tiers: Readonly<Record<string, (line: ReleaseLine) => readonly string[]>> = {
  interpreted: (line) => ['--no-opt', '--no-sparkplug', ...(line >= 22 ? ['--no-maglev'] : [])],
  baseline: (line) => ['--no-opt', '--always-sparkplug', ...(line >= 22 ? ['--no-maglev'] : [])],
};

/** What a printed stack trace says of a frame; name and position as far as both sides tell them. */
interface Printed {
  readonly name: string;
  readonly position: string | undefined;
}

async function opened(
  line: ReleaseLine,
  program: string,
  options: RecordOptions,
  use: (session: CoreSession, recording: Recording) => void | Promise<void>,
): Promise<void> {
  const recording = await recordCore(line, program, options);
  const session = await openDump(recording.core, { program: recording.node });
  try {
    await use(session, recording);
  } finally {
    session.close();
  }
}

/** Variables of a frame's local scope: primitives as they are, objects by their description; none if unavailable. */
function locals(session: CoreSession, index: number): Record<string, unknown> {
  const { scopes } = session.frameInfo(session.core.pid!, index, mainFrames(session)[index]!, {
    depth: 0,
    limit: 100,
  });
  const local = scopes!.find((scope) => scope.kind === 'local')!;
  return Object.fromEntries(
    local.variables.map((v) => [v.name, v.unavailable === null ? (v.value ?? v.description) : undefined]),
  );
}

function mainFrames(session: CoreSession): readonly StackFrame[] {
  return session.thread(session.core.pid!).frames;
}

/** Frames that a stack trace would print: functions of scripts, and builtins that have a name. */
function visible(frames: readonly StackFrame[]): Printed[] {
  return frames
    .filter((f) => f.kind === 'js' || f.kind === 'builtin')
    .map((f) => ({
      name: lastPart(f.functionName ?? ''),
      position: f.js?.position && `${f.js.position.line}:${f.js.position.column}`,
    }));
}

/** "Timeout.timerCb [as _onTimeout]" and "new Base" as the bare function names. */
function lastPart(name: string): string {
  const bare = name.replace(/ \[as .*\]$/, '').replace(/^(new|async) /, '');
  return bare.slice(bare.lastIndexOf('.') + 1);
}

/** `name (place)` pairs, as --abort-on-uncaught-exception prints them, also without line ends (18). */
function printedOnAbort(stderr: string): Printed[] {
  const trace = stderr.slice(stderr.indexOf('FROM\n') + 5);
  return [...trace.matchAll(/([^()\n]+?) \(([^()]*)\)/g)].map((m) => printed(m[1]!, m[2]!));
}

/** Function and offset of WebAssembly's frames: "wasm://wasm/256bb09a:wasm-function[1]:0x31". */
function printedWasm(stderr: string): number[][] {
  return [...stderr.matchAll(/:wasm-function\[(\d+)\]:(0x[0-9a-f]+)/g)].map((m) => [
    Number(m[1]),
    Number(m[2]),
  ]);
}

/** Lines of an Error's stack, without those of suspended callers. */
function printedByError(stderr: string): Printed[] {
  return [...stderr.matchAll(/^ {4}at (?!async )(?:(.+?) \((.*)\)|(.*))$/gm)].map((m) =>
    printed(m[1] ?? '', m[2] ?? m[3]!),
  );
}

function printed(name: string, place: string): Printed {
  return { name: name === 'eval' ? '' : lastPart(name), position: /(\d+:\d+)$/.exec(place)?.[1] };
}

/** "line:column" of the place in `source` where `text` starts. */
function placeOf(source: string, text: string, shift = 0): string {
  const at = source.indexOf(text);
  assert.ok(at >= 0, `the program has no "${text}"`);
  const before = source.slice(0, at + shift).split('\n');
  return `${before.length}:${before.at(-1)!.length + 1}`;
}

function places(frames: readonly StackFrame[]): string[] {
  return frames
    .filter((f) => f.kind === 'js')
    .map((f) => `${f.functionName} ${f.js?.position?.line}:${f.js?.position?.column}`);
}

/** A primitive value for comparing; undefined for objects and what is absent. */
function primitive(session: CoreSession, frame: StackFrame, value: Value | undefined): unknown {
  assert.ok(value && frame.js);
  const preview = session.inspectorOf(frame.js.isolate).preview(value);
  return 'primitive' in preview ? preview.primitive : undefined;
}

for (const line of releaseLines) {
  describe(`stacks of Node ${releases[line]}`, () => {
    it('of an uncaught throw equal what Node printed', () =>
      opened(line, 'uncaught.js', {}, (session, recording) => {
        const expected = printedOnAbort(recording.stderr);
        assert.ok(expected.length >= 7, recording.stderr);
        assert.deepEqual(visible(mainFrames(session)), expected);
      }));

    for (const [tier, flags] of Object.entries(tiers)) {
      it(`through builtins that call back equal Error.stack, ${tier}`, () =>
        opened(line, 'nested-callbacks.js', { nodeFlags: flags(line) }, (session, recording) => {
          const frames = mainFrames(session);
          const expected = printedByError(recording.stderr);
          assert.ok(expected.length > 35, recording.stderr);
          const first = frames.findIndex((f) => f.functionName === 'die');
          assert.equal(frames[first]?.js?.tier, tier);
          // The Error was made one statement before the abort.
          assert.deepEqual(visible(frames.slice(first)).slice(1), expected.slice(1));
        }));
    }

    // Compiled at once, not by threads that a busy machine may leave waiting.
    const now = '--no-concurrent-recompilation';
    const optimizing: [string, string[]][] = [['turbofan', line >= 22 ? [now, '--no-maglev'] : [now]]];
    if (line >= 24) optimizing.push(['maglev', [now, '--maglev', '--no-turbofan']]);
    for (const [tier, nodeFlags] of optimizing) {
      it(`of optimized functions have the places and values of every call, ${tier}`, () =>
        opened(line, 'optimized-callers.js', { nodeFlags }, async (session, recording) => {
          const source = await readFile(recording.program, 'utf8');
          const frames = mainFrames(session);
          assert.deepEqual(places(frames).slice(0, 6), [
            `five ${placeOf(source, 'process.abort()', 8)}`,
            // A call of an element is placed at its arguments.
            `sink ${placeOf(source, 'steps[n % 5](n)', 12)}`,
            `inlinee ${placeOf(source, 'sink(doubled')}`,
            `hot ${placeOf(source, 'inlinee(i, 3)')}`,
            `outer ${placeOf(source, "hot(100, 'label')")}`,
            `timer ${placeOf(source, 'outer(1, 2)')}`,
          ]);
          const [sink, inlinee, hot] = ['sink', 'inlinee', 'hot'].map((name) =>
            frames.find((f) => f.functionName === name),
          ) as [StackFrame, StackFrame, StackFrame];
          assert.equal(sink.js?.tier, tier);
          // Maglev of 26 takes one level only.
          assert.ok(inlinee.js?.inlined || sink.js.inlined);
          const args = (f: StackFrame) => f.js!.args.map((v) => primitive(session, f, v));
          assert.deepEqual(args(sink), [4, 'three']);
          assert.deepEqual(args(inlinee), [4, 3]);
          assert.deepEqual(args(hot), [100, 'label']);
          const half = primitive(session, sink, sink.js!.register(1));
          assert.equal(half, 1);
          // The optimizer never allocated it, or it is on the heap: `local` shows the same.
          const local = session.inspectorOf(sink.js!.isolate).named(sink.js!.register(0));
          assert.deepEqual(
            local.map((p) => [p.name, primitive(session, sink, p.value)]),
            [
              ['n', 4],
              ['tag', 'three'],
            ],
          );
          assert.deepEqual(
            [0, 1, 2].map((r) => primitive(session, hot, hot.js!.register(r))),
            [225, 50, 4],
          );
        }));
    }

    it('go on at the last exit from JavaScript where the C library is not to be had', async () => {
      const recording = await recordCore(line, 'worker-blocked.js', { nodeFlags: [] });
      const real = new ElfCore(new FileSource(recording.core));
      const files = real.files.filter((f) => f.path === recording.node);
      const core: ElfCore = Object.create(real, { files: { value: files } });
      const { modules, memory } = loadModules(core, { program: recording.node });
      const runtime = V8Runtime.open(modules, memory, core);
      const stacks = new MixedStacks(core, memory, new ModuleMap(modules), runtime);
      const { frames } = stacks.stackOf(core.threads[0]!);
      assert.deepEqual(
        frames.filter((f) => f.kind === 'js').map((f) => f.functionName),
        ['mainAbort', 'listOnTimeout', 'processTimers'],
      );
      assert.ok(frames[1]?.guessed);
      assert.ok(frames.some((f) => f.functionName?.startsWith('node::Start(')));
      real.source.close();
    });

    const wasm = {
      first: 'wasm-callers.js',
      quiet: 'wasm-abort.js',
      hot: '../fidelity/programs/wasm-hot.js',
    };
    const wasmNames: Record<string, string[]> = {
      [wasm.first]: ['back', '$inner', '$run', 'start'],
      [wasm.quiet]: ['back', '$down', '$run', ''],
      [wasm.hot]: ['back', '$inner', '$func2', '$run', 'start'],
    };
    for (const [program, names] of Object.entries(wasmNames)) {
      it(`of WebAssembly between JavaScript have its functions, ${basename(program)}`, () => {
        const path = join(import.meta.dirname, '../programs', program);
        return opened(line, path, {}, (session, recording) => {
          const frames = mainFrames(session).filter((f) => f.kind === 'js' || f.kind === 'wasm');
          assert.deepEqual(
            frames.slice(0, names.length).map((f) => f.functionName),
            names,
            recording.stderr,
          );
          const places = frames.flatMap((f) => (f.wasm ? [[f.wasm.index, f.wasm.offset]] : []));
          const printed = printedWasm(recording.stderr);
          // 18 prints no stack when a program aborts.
          if (program === wasm.quiet)
            assert.deepEqual(places, [
              [1, 45],
              [2, 50],
            ]);
          else assert.deepEqual(places, printed);
          const all = mainFrames(session).map((f) => f.functionName);
          // A builtin of newer lines until V8 compiles a wrapper.
          assert.match(all[all.indexOf('back') + 1]!, /^(wasm-to-js|WasmToJsWrapperCSA)$/);
          assert.ok(mainFrames(session).every((f) => !f.guessed));
        });
      });
    }

    it('of a native addon that calls back go through it', async () => {
      const args = [await nativeAddon()];
      await opened(line, 'addon-callback.js', { nodeFlags: [], args }, (session) => {
        const frames = mainFrames(session);
        const visit = frames.findIndex((f) => f.functionName === 'visit');
        const start = frames.findIndex((f) => f.functionName === 'start');
        const between = frames.slice(visit + 1, start).filter((f) => f.module?.path.endsWith('.node'));
        // The addon has no unwind tables: behind it, the walk goes on where JavaScript left for it.
        assert.ok(visit >= 0 && start > visit && between.length > 0, `${visit}, ${start}, ${between.length}`);
        assert.equal(locals(session, visit).seen, 'Object');
        assert.equal(locals(session, start).width, 32);
        assert.ok(session.thread(session.core.pid!).complete);
      });
    });

    it('end where there is nothing but zeros, which is no frame', async () => {
      const recording = await recordCore(line, 'uncaught.js');
      const sound = new FileSource(recording.core);
      const before = new ElfCore(sound);
      const { sp } = registersOf(before, before.threads[0]!);
      const stack = loadModules(before, { program: recording.node }).memory.regionAt(sp)!;
      const zeros = Buffer.alloc(stack.end - stack.start);
      const core = new ElfCore(new OverlaySource(sound, [{ position: stack.offset, bytes: zeros }]));
      const { modules, memory } = loadModules(core, { program: recording.node });
      const stacks = new MixedStacks(
        core,
        memory,
        new ModuleMap(modules),
        V8Runtime.open(modules, memory, core),
      );
      const { frames, end, complete } = stacks.stackOf(core.threads[0]!);
      assert.ok(frames.every((f) => f.pc !== 0));
      assert.equal(complete, false);
      assert.notEqual(end, '');
      sound.close();
    });

    it('of main and of a worker are told apart, with names', () =>
      opened(line, 'worker-blocked.js', { nodeFlags: [] }, (session) => {
        const threads = session.threads();
        assert.equal(threads.find((t) => t.id === session.core.pid)?.name, 'main');
        assert.deepEqual(
          new Set(threads.map((t) => t.name)),
          new Set(['main', 'worker 1', 'V8 platform', 'inspector']),
        );
        assert.ok(visible(mainFrames(session)).some((f) => f.name === 'mainAbort'));
        const worker = threads.find((t) => t.name === 'worker 1')!;
        const { frames } = session.thread(worker.id);
        const blocked = frames.findIndex((f) => f.functionName === 'blocked');
        assert.equal(frames[blocked - 1]?.functionName, 'Atomics.wait');
        assert.notEqual(frames[blocked]?.js?.isolate, session.requireRuntime().isolateOf(session.core.pid!));
      }));

    const withTurbofan: typeof tiers = { ...tiers, turbofan: () => (line >= 22 ? ['--no-maglev'] : []) };
    for (const [tier, flags] of Object.entries(withTurbofan)) {
      it(`of a loop that a signal ended show the loop, ${tier}`, () =>
        opened(line, 'spinning.js', { nodeFlags: flags(line) }, async (session, recording) => {
          const lines = (await readFile(recording.program, 'utf8')).split('\n');
          const frames = mainFrames(session);
          const js = frames.filter((f) => f.kind === 'js');
          assert.deepEqual(
            js.slice(0, 2).map((f) => f.functionName),
            ['spin', 'caller'],
          );
          assert.equal(js[0]!.js!.tier, tier);
          const text = lines[js[0]!.js!.position!.line - 1]!;
          assert.match(text, /for \(;;\)|count|hits/);
          assert.deepEqual(
            js[0]!.js!.args.map((v) => primitive(session, js[0]!, v)),
            [1000, 'spin'],
          );
          assert.ok(frames.every((f) => !f.guessed));
          const { count, seen } = locals(session, frames.indexOf(js[0]!));
          assert.ok(
            Number.isInteger(count) && Number(count) >= 0 && Number(count) < 1000,
            `count is ${count}`,
          );
          assert.equal(seen, 'Object');
        }));
    }

    it('of an optimized loop that a signal handler interrupted have its variables', () =>
      opened(line, 'spinning-interrupted.js', { nodeFlags: [] }, (session) => {
        const frames = mainFrames(session);
        const index = frames.findIndex((f) => f.functionName === 'spin');
        assert.ok(frames.slice(0, index).some((f) => f.functionName === '<signal handler called>'));
        assert.match(String(frames[index]!.js!.tier), /turbofan|maglev/);
        const { i, list } = locals(session, index);
        assert.ok(Number.isInteger(i) && Number(i) >= 0 && Number(i) < 1000, `i is ${i}`);
        assert.equal(list, 'Array(4)');
      }));

    it('of optimized loops that a signal ended have their variables', () =>
      opened(line, 'spinning-values.js', { nodeFlags: [] }, (session) => {
        const index = mainFrames(session).findIndex((f) => f.functionName === 'spin');
        const tier = mainFrames(session)[index]!.js!.tier;
        assert.ok(tier === 'turbofan' || tier === 'maglev', tier);
        const { i, twice, list } = locals(session, index);
        assert.ok(Number.isInteger(i) && Number(i) >= 0 && Number(i) < 1000, `i is ${i}`);
        assert.equal(list, 'Array(4)');
        const before = i === 0 ? 999 : Number(i) - 1;
        // Where it is about to be written, V8 has forgotten it.
        if (twice !== undefined) assert.ok(twice === 2 * Number(i) || twice === 2 * before, `${i}, ${twice}`);
      }));

    it('of a recursion that ran off the stack have every call', () =>
      opened(
        line,
        'deep-recursion.js',
        { nodeFlags: ['--stack-size=64000', ...tiers.interpreted!(line)] },
        (session) => {
          const { frames, end } = session.thread(session.core.pid!);
          const depth = frames.filter((f) => f.functionName === 'down').length;
          assert.ok(depth > 20_000, `${depth} frames`);
          const outermost = frames.findLastIndex((f) => f.functionName === 'down');
          assert.equal(primitive(session, frames[outermost]!, frames[outermost]!.js!.args[0]), 0);
          assert.equal(primitive(session, frames[outermost - 1]!, frames[outermost - 1]!.js!.args[0]), 1);
          assert.equal(frames[outermost + 1]?.functionName, 'start');
          assert.match(end, /outermost/);
        },
      ));
  });
}
