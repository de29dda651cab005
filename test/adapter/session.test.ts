import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { adapterIds, engineIds } from '../../src/adapter/errors.ts';
import { type Recording, recordCore } from '../support/cores.ts';
import { releaseLines } from '../support/releases.ts';
import { AdapterClient, RequestFailed } from './client.ts';

type Frame = DebugProtocol.StackFrame;
type Variable = DebugProtocol.Variable;

async function failure(promise: Promise<unknown>): Promise<RequestFailed> {
  const error = await promise.then(
    () => undefined,
    (reason) => reason,
  );
  assert.ok(error instanceof RequestFailed, `it should have failed: ${String(error)}`);
  return error;
}

function find(variables: readonly Variable[], name: string): Variable {
  const found = variables.find((variable) => variable.name === name);
  assert.ok(found, `${name} is not among ${variables.map((variable) => variable.name).join(', ')}`);
  return found;
}

describe('the debug adapter', function () {
  this.timeout(120_000);

  after(() => AdapterClient.endAll());

  for (const line of releaseLines) {
    describe(`on a core of Node ${line}`, () => {
      let recording: Recording;
      let client: AdapterClient;
      let stopped: DebugProtocol.StoppedEvent['body'];
      let frames: Frame[];

      before(async () => {
        recording = await recordCore(line, 'order.js');
        client = new AdapterClient();
        stopped = await client.open({ dump: recording.core });
        frames = await client.stackTrace(stopped.threadId!);
      });

      after(() => client?.close());

      function frameOf(name: string): Frame {
        const frame = frames.find((candidate) => candidate.name === name);
        assert.ok(frame, `${name} is not among ${frames.map((candidate) => candidate.name).join(', ')}`);
        return frame;
      }

      async function locals(name: string): Promise<Variable[]> {
        const { scopes } = await client.request<DebugProtocol.ScopesResponse['body']>('scopes', {
          frameId: frameOf(name).id,
        });
        const pages = scopes
          .filter((scope) => !scope.expensive)
          .map((scope) => client.variables(scope.variablesReference));
        return (await Promise.all(pages)).flat();
      }

      it('stops at the exception, in the thread that died', async () => {
        assert.equal(stopped.reason, 'exception');
        assert.equal(stopped.allThreadsStopped, true);
        assert.equal(stopped.preserveFocusHint, false);
        assert.match(stopped.text!, /TypeError/);
        const { threads } = await client.request<DebugProtocol.ThreadsResponse['body']>('threads');
        assert.match(threads.find((thread) => thread.id === stopped.threadId)!.name, /^main \(\d+\)$/);
        assert.ok(threads.length > 3);
      });

      it('leaves the topmost frame of the user’s own code as the first that is not pale', () => {
        const own = frames.find(
          (frame) =>
            frame.presentationHint === 'normal' &&
            frame.source &&
            frame.source.presentationHint !== 'deemphasize',
        );
        assert.equal(own?.name, 'readOrder');
        assert.equal(own.source?.path, recording.program);
        const first = frames[0]!;
        assert.equal(first.presentationHint, 'subtle');
        const internal = frames.find((frame) => frame.source?.path?.startsWith('node:'));
        assert.equal(internal?.source?.presentationHint, 'deemphasize');
      });

      it('gives the stack in pages', async () => {
        const { totalFrames } = await client.request<DebugProtocol.StackTraceResponse['body']>('stackTrace', {
          threadId: stopped.threadId,
          startFrame: 0,
          levels: 1,
        });
        assert.equal(totalFrames, frames.length);
        const page = await client.request<DebugProtocol.StackTraceResponse['body']>('stackTrace', {
          threadId: stopped.threadId,
          startFrame: 3,
          levels: 4,
        });
        assert.deepEqual(page.stackFrames, frames.slice(3, 7));
      });

      it('shows locals as a paused debugger would', async () => {
        const variables = await locals('readOrder');
        const text = (name: string): string => find(variables, name).value;
        assert.equal(text('order'), "Order {id: 21, tags: Array(2), unit price: 12.5, #secret: 'sesame'}");
        assert.match(text('million'), /^\(1000000\) \[0, 2, 4, .*…\]$/);
        assert.equal(text('holes'), '(4) [1, empty × 2, 4]');
        assert.equal(text('lookup'), "Map(2) {'first' => {…}, 'second' => Order}");
        assert.equal(text('unique'), "Set(3) {1, 'two', Order}");
        assert.match(text('floats'), /Float64Array\(3\) \[1\.5, -0, NaN\]/);
        assert.equal(text('big'), '123456789012345678901234567890n');
        assert.match(text('long'), /^'x+…' \(10,000 characters\)$/);
        assert.equal(text('settled'), 'Promise {<fulfilled>: 3}');
        assert.equal(text('length'), '1000000');
      });

      it('pages a million elements as it pages ten', async () => {
        const million = find(await locals('readOrder'), 'million');
        assert.equal(million.indexedVariables, 1_000_000);
        const page = await client.variables(million.variablesReference, {
          filter: 'indexed',
          start: 999_900,
          count: 100,
        });
        assert.equal(page.length, 100);
        assert.equal(page.at(-1)!.name, '999999');
        assert.equal(page.at(-1)!.value, '1999998');
        assert.equal(page.at(-1)!.evaluateName, 'million[999999]');
        const named = await client.variables(million.variablesReference, { filter: 'named' });
        assert.ok(named.length < 10);
        find(named, 'length');
        find(named, '[[Prototype]]');
        const unpaged = await client.variables(million.variablesReference);
        assert.ok(unpaged.length <= 10_100, 'an answer is bounded');
        assert.equal(find(unpaged, 'note').value, '990000 more elements');
      });

      it('lists elements that are few among many indices, whatever their index', async () => {
        const variables = await locals('readOrder');
        const byId = find(variables, 'byId');
        assert.equal(byId.value, "{7: 'seven', 1000001: {…}, 20000002: 'two', plain: true}");
        assert.equal(byId.indexedVariables, 3);
        const range = { filter: 'indexed', start: 1, count: 2 } as const;
        const page = await client.variables(byId.variablesReference, range);
        assert.deepEqual(
          page.map(({ name, evaluateName }) => [name, evaluateName]),
          [
            ['1000001', 'byId[1000001]'],
            ['20000002', 'byId[20000002]'],
          ],
        );
        const all = await client.variables(byId.variablesReference);
        assert.deepEqual(
          all.map(({ name }) => name),
          ['7', '1000001', '20000002', 'plain', '[[Prototype]]'],
        );
        const far = find(variables, 'far');
        assert.equal(far.value, "(5000001) [empty × 5000000, 'far']");
        assert.equal(far.indexedVariables, 1);
      });

      it('shows the bytes of a buffer as typed arrays', async () => {
        const raw = await client.variables(find(await locals('readOrder'), 'raw').variablesReference);
        assert.equal(find(raw, '[[Int8Array]]').value, 'Int8Array(4) [1, 2, -1, 0]');
        assert.equal(find(raw, '[[Int32Array]]').value, 'Int32Array(1) [16712193]');
        const bytes = await client.variables(find(raw, '[[Uint8Array]]').variablesReference);
        assert.deepEqual(
          bytes.slice(0, 4).map(({ value }) => value),
          ['1', '2', '255', '0'],
        );
      });

      it('shows accessors without running them, entries, private and internal members', async () => {
        const variables = await locals('readOrder');
        const accessors = await client.variables(find(variables, 'accessors').variablesReference);
        const size = find(accessors, 'size');
        assert.equal(size.value, '(getter and setter, not run)');
        const functions = await client.variables(size.variablesReference);
        assert.deepEqual(
          functions.map((variable) => variable.name),
          ['get size', 'set size'],
        );

        const order = await client.variables(find(variables, 'order').variablesReference);
        assert.equal(find(order, '#secret').value, "'sesame'");
        assert.equal(find(order, '#secret').presentationHint?.visibility, 'private');
        assert.equal(find(order, '[[Prototype]]').presentationHint?.visibility, 'internal');
        assert.equal(find(order, 'unit price').evaluateName, 'order["unit price"]');

        const lookup = await client.variables(find(variables, 'lookup').variablesReference);
        const entries = await client.variables(find(lookup, '[[Entries]]').variablesReference);
        assert.equal(entries[0]!.value, "{'first' => {x: 1}}");
        const entry = await client.variables(entries[0]!.variablesReference);
        assert.deepEqual(
          entry.map((variable) => variable.name),
          ['key', 'value'],
        );
      });

      it('evaluates every evaluateName to the same value', async () => {
        const { id: frameId } = frameOf('readOrder');
        const variables = await locals('readOrder');
        const order = await client.variables(find(variables, 'order').variablesReference);
        const named = [...variables, ...order].filter((variable) => variable.evaluateName !== undefined);
        assert.ok(named.length > 12);
        for (const variable of named) {
          const { result } = await client.evaluate(variable.evaluateName!, { frameId, context: 'watch' });
          assert.equal(result, variable.value, variable.evaluateName);
        }
      });

      it('reads the bytes behind a buffer', async () => {
        const bytes = find(await locals('readOrder'), 'bytes');
        assert.ok(bytes.memoryReference);
        const { data } = await client.request<{ data: string }>('readMemory', {
          memoryReference: bytes.memoryReference,
          count: 9,
        });
        assert.equal(Buffer.from(data, 'base64').toString(), 'Day After');
        const middle = await client.request<{ data: string }>('readMemory', {
          memoryReference: bytes.memoryReference,
          offset: 4,
          count: 5,
        });
        assert.equal(Buffer.from(middle.data, 'base64').toString(), 'After');
        const nothing = await client.request<{ unreadableBytes: number }>('readMemory', {
          memoryReference: '0x10',
          count: 64,
        });
        assert.equal(nothing.unreadableBytes, 64);
      });

      it('tells the exception with its causes', async () => {
        const info = await client.request<DebugProtocol.ExceptionInfoResponse['body']>('exceptionInfo', {
          threadId: stopped.threadId,
        });
        assert.equal(info.exceptionId, 'TypeError');
        assert.equal(info.description, 'TypeError: order 21 failed');
        assert.match(info.details!.stackTrace!, /at readOrder \(/);
        const [cause] = info.details!.innerException!;
        assert.equal(cause!.message, 'the order cannot be read');
        assert.equal(cause!.innerException![0]!.typeName, 'SyntaxError');
        assert.match(
          info.details!.stackTrace!,
          /\nCaused by: Error: the order cannot be read\n[\s\S]*\nCaused by: SyntaxError/,
        );
      });
    });
  }

  describe('on one core', () => {
    let recording: Recording;
    let client: AdapterClient;
    let stopped: DebugProtocol.StoppedEvent['body'];
    let frameId: number;

    before(async () => {
      recording = await recordCore(22, 'order.js');
      client = new AdapterClient();
      stopped = await client.open({ dump: recording.core });
      const frames = await client.stackTrace(stopped.threadId!);
      frameId = frames.find((frame) => frame.name === 'readOrder')!.id;
    });

    after(() => client?.close());

    it('says what it can do, and nothing that a dead process cannot', async () => {
      const other = new AdapterClient();
      const capabilities = await other.initialize();
      for (const can of [
        'supportsConfigurationDoneRequest',
        'supportsEvaluateForHovers',
        'supportsClipboardContext',
        'supportsCompletionsRequest',
        'supportsDelayedStackTraceLoading',
        'supportsExceptionInfoRequest',
        'supportsLoadedSourcesRequest',
        'supportsModulesRequest',
        'supportsReadMemoryRequest',
        'supportsCancelRequest',
      ] as const) {
        assert.equal(capabilities[can], true, can);
      }
      for (const cannot of [
        'supportsSetVariable',
        'supportsStepBack',
        'supportsRestartRequest',
        'supportsWriteMemoryRequest',
        'supportTerminateDebuggee',
      ] as const) {
        assert.equal(capabilities[cannot], false, cannot);
      }
      await other.close();
    });

    it('evaluates paths, indexes, literals, addresses and globals', async () => {
      const value = async (expression: string): Promise<string> =>
        (await client.evaluate(expression, { frameId, context: 'repl' })).result;
      assert.equal(await value('order.tags[1]'), "'paid'");
      assert.equal(await value('million[999999]'), '1999998');
      assert.equal(await value('order["unit price"]'), '12.5');
      assert.equal(await value('42'), '42');
      assert.equal(await value('globalThis.shop.name'), "'Corner Shop'");
      const order = await client.evaluate('order', { frameId });
      assert.equal(await value(order.memoryReference!), order.result);
    });

    it('formats numbers in hexadecimal where it is asked to', async () => {
      const { result } = await client.evaluate('order.id', { frameId, format: { hex: true } });
      assert.equal(result, '0x15');
    });

    it('copies values whole, as JavaScript', async () => {
      const copy = async (expression: string): Promise<string> =>
        (await client.evaluate(expression, { frameId, context: 'clipboard' })).result;
      assert.equal(await copy('long'), 'x'.repeat(10_000));
      const order = await copy('order');
      assert.deepEqual(JSON.parse(JSON.stringify(Function(`return (${order})`)())), {
        id: 21,
        tags: ['new', 'paid'],
        'unit price': 12.5,
      });
      const loop = Function(`return (${await copy('loop')})`)();
      assert.deepEqual(loop, { name: 'loop', self: undefined });
      const lookup = Function(`return (${await copy('lookup')})`)() as Map<string, unknown>;
      assert.deepEqual(lookup.get('first'), { x: 1 });
      assert.deepEqual(Function(`return (${await copy('byId')})`)(), {
        7: 'seven',
        1000001: { name: 'one' },
        20000002: 'two',
        plain: true,
      });
    });

    it('refuses calls and assignments, each with its reason', async () => {
      for (const expression of [
        'order.secret()',
        'order.id = 1',
        'process.exit()',
        'order.id++',
        'delete order.id',
      ]) {
        const error = await failure(client.evaluate(expression, { frameId, context: 'repl' }));
        assert.equal(error.id, engineIds.REFUSED_EXPRESSION, `${expression}: ${error.message}`);
        assert.ok(error.message.length > 10);
      }
      const error = await failure(client.evaluate('order.', { frameId, context: 'repl' }));
      assert.equal(error.id, engineIds.BAD_EXPRESSION);
    });

    it('completes variables, properties and globals', async () => {
      const complete = async (text: string): Promise<string[]> => {
        const { targets } = await client.request<DebugProtocol.CompletionsResponse['body']>('completions', {
          frameId,
          text,
          column: text.length + 1,
        });
        return targets.sort((a, b) => (a.sortText! < b.sortText! ? -1 : 1)).map((target) => target.label);
      };
      assert.ok((await complete('mil')).includes('million'));
      assert.ok((await complete('1 + mil')).includes('million'));
      assert.deepEqual(await complete('order.ta'), ['tags']);
      const members = await complete('order.');
      assert.ok(
        members.indexOf('total') > members.indexOf('tags'),
        'of the prototype, too, but after its own',
      );
      assert.ok((await complete('proc')).includes('process'));
      assert.deepEqual(await complete('nothingLikeThis.x'), []);
    });

    it('refuses to run, tells the user once, and stays as it is', async () => {
      const other = new AdapterClient();
      const { threadId } = await other.open({ dump: recording.core });
      const before = await other.stackTrace(threadId!);
      const events = other.events.length;
      const told: unknown[] = [];
      for (const command of ['continue', 'next', 'stepIn', 'stepOut', 'stepBack', 'pause', 'continue']) {
        const error = await failure(other.request(command, { threadId }));
        assert.equal(error.id, adapterIds.PROCESS_IS_DEAD);
        assert.match(error.message, /^This process is dead/);
        told.push(error.body.error?.showUser);
      }
      assert.deepEqual(told, [true, false, false, false, false, false, false]);
      assert.deepEqual(await other.stackTrace(threadId!), before);
      assert.equal(other.events.length, events, 'no event says that it runs');
      await other.close();
    });

    it('refuses to change anything', async () => {
      for (const [command, args] of [
        ['setVariable', { variablesReference: 1, name: 'x', value: '1' }],
        ['setExpression', { expression: 'x', value: '1' }],
        ['writeMemory', { memoryReference: '0x10', data: '' }],
      ] as const) {
        assert.equal((await failure(client.request(command, args))).id, adapterIds.READ_ONLY);
      }
    });

    it('gives breakpoints back unverified, with the reason', async () => {
      const { breakpoints } = await client.request<DebugProtocol.SetBreakpointsResponse['body']>(
        'setBreakpoints',
        {
          source: { path: recording.program },
          breakpoints: [{ line: 3 }, { line: 4 }],
        },
      );
      assert.equal(breakpoints.length, 2);
      for (const breakpoint of breakpoints) {
        assert.equal(breakpoint.verified, false);
        assert.match(breakpoint.message!, /^This process is dead/);
      }
    });

    it('tells of native frames what is known of their code', async () => {
      const frame = (await client.stackTrace(stopped.threadId!)).find((f) => f.name.includes('v8::'));
      assert.match(frame?.source?.name ?? '', /^node\+0x[0-9a-f]+$/);
      assert.equal(frame?.source?.presentationHint, 'deemphasize');
      const { content } = await client.request<DebugProtocol.SourceResponse['body']>('source', {
        source: frame.source,
        sourceReference: frame.source.sourceReference,
      });
      assert.match(
        content,
        /^Native frame: .*\n\nfunction +v8::.*\nmodule +.*node\nbuild-id +[0-9a-f]{40}\n/,
      );
      assert.match(content, /^offset +\+0x[0-9a-f]+\naddress +0x[0-9a-f]+$/m);
    });

    it('lists modules with their build ids', async () => {
      const { modules, totalModules } = await client.request<DebugProtocol.ModulesResponse['body']>(
        'modules',
        {},
      );
      assert.equal(totalModules, modules.length);
      const node = modules.find((module) => module.name === 'node');
      assert.equal(node?.path, recording.node);
      assert.match(String(node.version), /^[0-9a-f]{16,}$/);
      assert.match(node.symbolStatus!, /matches/);
      assert.match(node.addressRange!, /^0x[0-9a-f]+-0x[0-9a-f]+$/);
      const page = await client.request<DebugProtocol.ModulesResponse['body']>('modules', {
        startModule: 1,
        moduleCount: 2,
      });
      assert.deepEqual(page.modules, modules.slice(1, 3));
    });

    it('shows functions where they are defined', async () => {
      const { valueLocationReference } = await client.evaluate('readOrder', { frameId });
      assert.ok(valueLocationReference);
      const location = await client.request<NonNullable<DebugProtocol.LocationsResponse['body']>>(
        'locations',
        {
          locationReference: valueLocationReference,
        },
      );
      assert.equal(location.source.path, recording.program);
      const lines = (await readFile(recording.program, 'utf8')).split('\n');
      assert.match(lines[location.line - 1]!, /^function readOrder\(/);
    });

    it('writes the stack as Markdown', async () => {
      const { text } = await client.request<{ text: string }>('dayafter/stackMarkdown', {
        threadId: stopped.threadId,
      });
      assert.match(text, /\*\*main \(\d+\)\*\*/);
      assert.match(text, /at readOrder \(.*order\.js:\d+:\d+\)/);
      assert.equal(text.match(/```/g)?.length, 2);
    });

    it('shows who awaits what was running, with their variables', async () => {
      const { core } = await recordCore(22, 'awaiting.js', { nodeFlags: [] });
      const other = new AdapterClient();
      const { threadId } = await other.open({ dump: core });
      const rows = await other.stackTrace(threadId!);
      const label = rows.findIndex((row) => row.presentationHint === 'label');
      assert.equal(rows[label]?.name, 'await');
      const awaiting = rows[label + 1]!;
      assert.equal(awaiting.name, 'middle');
      assert.equal(awaiting.source?.name, 'awaiting.js');
      const { scopes } = await other.request<DebugProtocol.ScopesResponse['body']>('scopes', {
        frameId: awaiting.id,
      });
      assert.equal(find(await other.variables(scopes[0]!.variablesReference), 'doubled').value, '2');
      const { result } = await other.evaluate('doubled + 1', { frameId: awaiting.id });
      assert.equal(result, '3');
      await other.close();
    });

    it('shows suspended functions as a thread, with their variables', async () => {
      const { core } = await recordCore(24, 'waiting.js');
      const other = new AdapterClient();
      try {
        await other.open({ dump: core });
        const { threads } = await other.request<DebugProtocol.ThreadsResponse['body']>('threads');
        assert.equal(threads[1]!.name, 'suspended functions');
        const rows = await other.stackTrace(threads[1]!.id);
        assert.equal(rows[0]!.presentationHint, 'label');
        assert.equal(rows[0]!.name, '100 × a call of waiting.get(…).resolve');
        assert.deepEqual(
          rows.slice(1, 4).map((row) => row.name),
          ['onMap', 'inner', 'outer'],
        );
        const { scopes } = await other.request<DebugProtocol.ScopesResponse['body']>('scopes', {
          frameId: rows[2]!.id,
        });
        assert.match(find(await other.variables(scopes[0]!.variablesReference), 'key').value, /^'k\d+'$/);
        assert.equal((await other.evaluate('key.length > 1', { frameId: rows[2]!.id })).result, 'true');
        assert.equal((await other.evaluate('1 + 1', { frameId: rows[0]!.id })).result, '2');
        const { text } = await other.request<{ text: string }>('dayafter/stackMarkdown', {
          threadId: threads[1]!.id,
        });
        assert.match(text, /\*\*suspended functions\*\*[\s\S]*--- 30 × a timer ---\nat onTimer \(/);
      } finally {
        await other.close();
      }
    });

    it('shows hostile text as text', async () => {
      const { core } = await recordCore(22, 'hostile.js');
      const other = new AdapterClient();
      const { threadId, text } = await other.open({ dump: core });
      const info = await other.request<DebugProtocol.ExceptionInfoResponse['body']>('exceptionInfo', {
        threadId,
      });
      const frame = (await other.stackTrace(threadId!)).find((candidate) => candidate.name === 'attack')!;
      const { result } = await other.evaluate('text', { frameId: frame.id, context: 'repl' });
      const outputs = other.events
        .filter((event) => event.event === 'output')
        .map((event) => event.body.output);
      const markdown = await other.request<{ text: string }>('dayafter/stackMarkdown');
      const shown = [text, JSON.stringify(info), result, ...outputs, markdown.text].join('\n');
      assert.match(shown, /red/);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: none of them may get through.
      assert.doesNotMatch(shown, /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
      const fences = markdown.text.split('\n').filter((line) => line.startsWith('```'));
      assert.equal(fences.length % 2, 0);
      assert.doesNotMatch(markdown.text, /^<img/m);
      const copy = await other.evaluate('error', { frameId: frame.id, context: 'clipboard' });
      assert.deepEqual(Function(`return (${copy.result})`)(), { '*/ 0; //': '*/ 1 /*' });
      await other.close();
    });

    it('says no to what it does not know', async () => {
      assert.equal((await failure(client.request('noSuchRequest'))).id, adapterIds.UNKNOWN_REQUEST);
      assert.equal((await failure(client.request('constructor'))).id, adapterIds.UNKNOWN_REQUEST);
      assert.equal((await failure(client.variables(987_654))).id, adapterIds.NO_SUCH_REFERENCE);
      assert.equal(
        (await failure(client.request('scopes', { frameId: 0 }))).id,
        adapterIds.NO_SUCH_REFERENCE,
      );
      assert.equal(
        (await failure(client.request('stackTrace', { threadId: 1 }))).id,
        engineIds.NO_SUCH_THREAD,
      );
    });
  });

  describe('with sources', () => {
    let recording: Recording;
    let folder: string;

    before(async () => {
      recording = await recordCore(22, 'order.js');
      folder = await mkdtemp(join(tmpdir(), 'dayafter-'));
    });

    after(() => rm(folder, { recursive: true, force: true }));

    async function sourceOf(
      configuration: Record<string, unknown>,
    ): Promise<DebugProtocol.Source & { text?: string }> {
      const client = new AdapterClient();
      try {
        const { threadId } = await client.open({ dump: recording.core, ...configuration });
        const frame = (await client.stackTrace(threadId!)).find(
          (candidate) => candidate.name === 'readOrder',
        );
        const { source } = frame!;
        assert.ok(source);
        if (!source.sourceReference) return source;
        const { content } = await client.request<{ content: string }>('source', {
          source,
          sourceReference: source.sourceReference,
        });
        return { ...source, text: content };
      } finally {
        await client.close();
      }
    }

    /** The program's text, out of the dump. */
    async function dumpText(client: AdapterClient): Promise<string> {
      const { content } = await client.request<{ content: string }>('source', {
        source: { path: recording.program },
        sourceReference: 0,
      });
      return content;
    }

    it('opens the file where its text is the dump’s', async () => {
      const source = await sourceOf({});
      assert.equal(source.path, recording.program);
      assert.equal(source.sourceReference, undefined);
    });

    it('maps remoteRoot to localRoot, whatever the line ends', async () => {
      const client = new AdapterClient();
      await client.open({ dump: recording.core });
      const text = await dumpText(client);
      await client.close();
      const local = join(folder, 'order.js');
      await writeFile(local, `\uFEFF${text.replaceAll('\n', '\r\n')}`);
      const remoteRoot = recording.program.slice(0, recording.program.lastIndexOf('/'));
      assert.equal((await sourceOf({ localRoot: folder, remoteRoot })).path, local);
      assert.equal(
        (await sourceOf({ sourceMapPathOverrides: { [`${remoteRoot}/*`]: `${folder}/*` } })).path,
        local,
      );
    });

    it('passes over a file that differs, and shows the dump’s text where there is no other', async () => {
      const local = join(folder, 'order.js');
      await writeFile(local, 'not what ran\n');
      const remoteRoot = recording.program.slice(0, recording.program.lastIndexOf('/'));
      assert.equal((await sourceOf({ localRoot: folder, remoteRoot })).path, recording.program);
    });

    for (const line of [24, 26] as const)
      it(`opens TypeScript of which Node ${line} has stripped the types`, async () => {
        const typed = await recordCore(line, 'typed.ts');
        const client = new AdapterClient();
        try {
          const { threadId } = await client.open({ dump: typed.core });
          const frame = (await client.stackTrace(threadId!)).find(({ name }) => name === 'total')!;
          assert.equal(frame.source!.path, typed.program);
          assert.equal(frame.source!.sourceReference, undefined);
          const text = (await readFile(typed.program, 'utf8')).split('\n')[frame.line - 1]!;
          assert.equal(text.slice(frame.column - 1).startsWith('throw new Error'), true, text);
        } finally {
          await client.close();
        }
      });

    it('gives Node’s own scripts out of the dump, and lists all', async () => {
      const client = new AdapterClient();
      await client.open({ dump: recording.core });
      const { sources } = await client.request<DebugProtocol.LoadedSourcesResponse['body']>('loadedSources');
      assert.ok(sources.some((source) => source.path === recording.program));
      const timers = sources.find((source) => source.path === 'node:internal/timers');
      assert.ok(timers?.sourceReference);
      const { content } = await client.request<{ content: string }>('source', {
        sourceReference: timers.sourceReference,
      });
      assert.match(content, /listOnTimeout/);
      await client.close();
    });

    it('skips what skipFiles says', async () => {
      const client = new AdapterClient();
      const { threadId } = await client.open({ dump: recording.core, skipFiles: ['**/order.js'] });
      const frame = (await client.stackTrace(threadId!)).find((candidate) => candidate.name === 'readOrder');
      assert.equal(frame?.source?.presentationHint, 'deemphasize');
      await client.close();
    });
  });

  describe('as a process', () => {
    let recording: Recording;
    let folder: string;

    before(async () => {
      recording = await recordCore(22, 'order.js');
      folder = await mkdtemp(join(tmpdir(), 'dayafter-'));
    });

    after(() => rm(folder, { recursive: true, force: true }));

    it('keeps two dumps apart, and ends with its session', async () => {
      const other = await recordCore(20, 'uncaught.js');
      const [a, b] = [new AdapterClient(), new AdapterClient()];
      const [one, two] = await Promise.all([a.open({ dump: recording.core }), b.open({ dump: other.core })]);
      assert.match(one.text!, /order 21 failed|TypeError/);
      assert.match(two.text!, /boom/);
      await a.close();
      assert.equal(a.process.exitCode, 0);
      const frames = await b.stackTrace(two.threadId!);
      assert.ok(frames.some((frame) => frame.name === 'inner'));
      await b.close();
    });

    it('ends when its client is gone', async () => {
      const client = new AdapterClient();
      await client.open({ dump: recording.core });
      const ended = new Promise((resolve) => client.process.once('exit', resolve));
      client.process.stdin.end();
      assert.equal(await ended, 0);
    });

    it('takes other debuggers’ names for the dump, and launch for attach', async () => {
      for (const name of ['coreFile', 'coreDumpPath', 'coreFilePath']) {
        const client = new AdapterClient();
        await client.initialize();
        await client.request('launch', { [name]: recording.core });
        await client.close();
      }
    });

    it('names what is wrong with a file, and shows it to the user', async () => {
      const empty = join(folder, 'empty');
      const text = join(folder, 'text');
      await writeFile(empty, '');
      await writeFile(text, 'This is a text file.\n'.repeat(100));
      for (const [dump, id] of [
        [join(folder, 'missing'), engineIds.FILE_NOT_FOUND],
        [empty, engineIds.EMPTY_FILE],
        [text, engineIds.UNRECOGNIZED_FORMAT],
        [process.execPath, engineIds.NOT_A_CORE],
        [folder, engineIds.UNRECOGNIZED_FORMAT],
      ] as const) {
        const client = new AdapterClient();
        await client.initialize();
        const error = await failure(client.request('attach', { dump }));
        assert.equal(error.id, id, `${dump}: ${error.message}`);
        assert.equal(error.body.error?.showUser, true);
        assert.equal((await failure(client.request('threads'))).id, adapterIds.NOT_ATTACHED);
        await client.close();
      }
    });

    it('names what is wrong with a configuration', async () => {
      const client = new AdapterClient();
      await client.initialize();
      const missing = await failure(client.request('attach', {}));
      assert.equal(missing.id, adapterIds.BAD_CONFIGURATION);
      assert.match(missing.message, /'dump' attribute is missing/);
      const wrong = await failure(client.request('attach', { dump: recording.core, searchPaths: 'here' }));
      assert.equal(wrong.id, adapterIds.BAD_CONFIGURATION);
      await client.close();
    });

    it('shows progress while it opens, and can be cancelled', async () => {
      const client = new AdapterClient();
      await client.initialize();
      const requestId = client.nextSequence;
      const attached = client.request('attach', { dump: recording.core });
      const [error] = await Promise.all([failure(attached), client.request('cancel', { requestId })]);
      assert.equal(error.id, engineIds.CANCELLED);
      const start = await client.event<DebugProtocol.ProgressStartEvent>('progressStart');
      assert.equal(start.body.cancellable, true);
      const end = await client.event<DebugProtocol.ProgressEndEvent>('progressEnd');
      assert.equal(end.body.progressId, start.body.progressId);
      // The session is free again: it opens the dump, and cancels an expression that takes for ever.
      await client.request('attach', { dump: recording.core });
      const evaluation = client.nextSequence;
      const endless =
        'Array.from({ length: 1e6 }, (_, i) => String(i).repeat(3)).map(s => s.split("").reverse().join("")).length';
      const evaluated = client.evaluate(endless, { context: 'repl' });
      const [stopped] = await Promise.all([
        failure(evaluated),
        client.request('cancel', { requestId: evaluation }),
      ]);
      assert.equal(stopped.id, engineIds.CANCELLED, stopped.message);
      await client.close();
    });
  });
});
