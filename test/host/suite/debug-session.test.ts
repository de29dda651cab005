import assert from 'node:assert/strict';
import type { DebugProtocol } from '@vscode/debugprotocol';
import * as vscode from 'vscode';
import { closeEverything, eventually, file } from './workspace.ts';

type Frame = DebugProtocol.StackFrame;
type Variable = DebugProtocol.Variable;

describe('a debug session', () => {
  let session: vscode.DebugSession;
  let stopped: DebugProtocol.StoppedEvent['body'] | undefined;
  let trackers: vscode.Disposable;

  before(async () => {
    trackers = vscode.debug.registerDebugAdapterTrackerFactory('node-postmortem', {
      createDebugAdapterTracker: () => ({
        onDidSendMessage: (message: DebugProtocol.Event) => {
          if (message.event === 'stopped') stopped = message.body;
        },
      }),
    });
    const configuration = {
      type: 'node-postmortem',
      request: 'attach',
      name: 'host test',
      // Another adapter's name for it.
      coreFile: '${workspaceFolder}/core.4711',
    };
    assert.equal(
      await vscode.debug.startDebugging(vscode.workspace.workspaceFolders?.[0], configuration),
      true,
    );
    session = await eventually('the session', () => vscode.debug.activeDebugSession);
    await eventually('the stop', () => stopped);
  });

  after(async () => {
    await closeEverything();
    trackers.dispose();
  });

  async function frames(): Promise<Frame[]> {
    assert.ok(stopped?.threadId !== undefined);
    const { stackFrames } = await session.customRequest('stackTrace', { threadId: stopped.threadId });
    return stackFrames;
  }

  async function frameOf(name: string): Promise<Frame> {
    const frame = (await frames()).find((f) => f.name.includes(name));
    assert.ok(frame, name);
    return frame;
  }

  async function localsOf(name: string): Promise<Variable[]> {
    const { id } = await frameOf(name);
    const { scopes } = await session.customRequest('scopes', { frameId: id });
    const { variablesReference } = scopes[0];
    return (await session.customRequest('variables', { variablesReference })).variables;
  }

  it('stops with the exception that killed the process', () => {
    assert.equal(stopped?.reason, 'exception');
    assert.match(`${stopped?.description} ${stopped?.text}`, /boom arg-string/);
  });

  it('lists every thread, the one that died among them', async () => {
    const { threads } = await session.customRequest('threads');
    assert.ok(threads.length > 3);
    assert.ok(threads.some((t: DebugProtocol.Thread) => t.id === stopped?.threadId && /main/.test(t.name)));
  });

  it('shows the stack from the throw to the timer, at the lines of the program', async () => {
    const text = (await vscode.workspace.fs.readFile(file('uncaught.js'))).toString();
    const lineOf = (part: string) => text.slice(0, text.indexOf(part)).split('\n').length;
    const wanted: [string, string][] = [
      ['inner', 'throw new TypeError'],
      ['middle', "return inner('arg-string'"],
      ['callback', 'return middle(options.n'],
      ['timerCallback', 'arrow({ n: 5 })'],
    ];
    for (const [name, part] of wanted) assert.equal((await frameOf(name)).line, lineOf(part), name);
  });

  it('opens at the topmost frame of the program itself', async () => {
    const focused = await eventually('the focus', () => {
      const item = vscode.debug.activeStackItem;
      return item instanceof vscode.DebugStackFrame ? item.frameId : undefined;
    });
    assert.equal(focused, (await frameOf('inner')).id);
  });

  it('shows native and builtin frames as subtle', async () => {
    const native = (await frames()).filter((f) => f.presentationHint === 'subtle');
    assert.ok(
      native.some((f) => /node::/.test(f.name)),
      'a frame of node itself',
    );
    assert.ok(
      native.some((f) => /Array\.map|ArrayMap/.test(f.name)),
      'a builtin',
    );
  });

  it('shows locals, and what is inside of them', async () => {
    const local = (await localsOf('inner')).find((v) => v.name === 'local');
    assert.ok(local && local.variablesReference > 0);
    const { variablesReference } = local;
    const inside: Variable[] = (await session.customRequest('variables', { variablesReference })).variables;
    const text = (name: string) => inside.find((v) => v.name === name)?.value;
    assert.match(text('a') ?? '', /arg-string/);
    assert.equal(text('b'), '12');
  });

  it('gives the source from the dump', async () => {
    const { sources } = await session.customRequest('loadedSources');
    assert.ok(sources.length > 0);
    const internal = sources.find((s: DebugProtocol.Source) =>
      /internal\/timers/.test(`${s.path} ${s.name}`),
    );
    assert.ok(internal, 'node:internal/timers');
    const { content } = await session.customRequest('source', {
      source: internal,
      sourceReference: internal.sourceReference,
    });
    assert.match(content, /listOnTimeout/);
  });

  it('evaluates paths, and refuses calls', async () => {
    const { id: frameId } = await frameOf('inner');
    const { result } = await session.customRequest('evaluate', {
      expression: 'local.deep.er[1]',
      frameId,
      context: 'repl',
    });
    assert.equal(result, '2');
    await assert.rejects(
      async () =>
        await session.customRequest('evaluate', { expression: 'process.exit()', frameId, context: 'repl' }),
    );
  });

  for (const request of ['continue', 'next', 'stepIn', 'stepOut']) {
    it(`refuses ${request} and stays as it is`, async () => {
      const before = await frames();
      await assert.rejects(async () => await session.customRequest(request, { threadId: stopped?.threadId }));
      assert.deepEqual(await frames(), before);
    });
  }
});
