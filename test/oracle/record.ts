import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { moveTo } from '../../src/cli/record/keep-core.ts';
import { coreAdvice, coreOf } from '../support/cores.ts';
import { type CallFrame, Cdp, type Paused } from './cdp.ts';
import { isPauseScript } from './pause-script.ts';
import type { RecordedFrame, RecordedScope, Recording } from './recording.ts';
import { ValueRecorder } from './values.ts';

const pauseScript = fileURLToPath(new URL('./pause.cjs', import.meta.url));

const usualPatience = 120_000;

/** How deep values of the program's own frames are recorded; other frames' to 1. */
const depth = 3;

export interface RecordOptions {
  readonly node: string;
  readonly program: string;
  /** An empty folder, which gets `core`, `recording.json` and `stderr.txt`. */
  readonly folder: string;
  readonly flags: readonly string[];
  /** False: let the program die without a debugger. */
  readonly debug: boolean;
  /** Milliseconds after which a program that neither pauses nor ends is a failure; two minutes without it. */
  readonly patience?: number;
}

/**
 * Runs a program under the debugger until it is about to die, writes down what the debugger shows, and lets
 * it die into a core. Rejects if the process does not pause, does not die, or leaves no core.
 */
export async function record(options: RecordOptions): Promise<void> {
  const { folder } = options;
  const started = Date.now();
  const child = start(options);
  const output = collect(child);
  const patience = options.patience ?? usualPatience;
  let outOfPatience = false;
  const timer = setTimeout(() => {
    outOfPatience = true;
    child.kill('SIGKILL');
  }, patience);
  const ended = once(child, 'close');
  let recording: Recording | undefined;
  try {
    if (options.debug) recording = await recordLive(options, child, output, ended);
    await ended;
  } finally {
    clearTimeout(timer);
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  }
  const stderr = output.text();
  if (outOfPatience) {
    throw new Error(
      `${options.program} did not die within ${patience / 1000} s, or waits for the debugger although it has ended:\n${stderr.slice(0, 2000)}`,
    );
  }
  const how = `${options.program} ended with ${child.signalCode ?? `status ${child.exitCode}`}`;
  const core = await coreOf(child.pid!, folder, started);
  if (core === undefined) throw new Error(`${how} and left no core. ${coreAdvice}\n${stderr.slice(0, 2000)}`);
  if (options.debug && recording === undefined) {
    throw new Error(`${how} and never paused\n${stderr.slice(0, 2000)}`);
  }
  await moveTo(core, join(folder, 'core'));
  await writeFile(join(folder, 'stderr.txt'), stderr);
  await writeFile(join(folder, 'recording.json'), JSON.stringify(recording ?? null));
}

function start(options: RecordOptions): ChildProcess {
  const args = [
    ...options.flags,
    '--abort-on-uncaught-exception',
    '--stack-trace-limit=100',
    ...(options.debug ? ['--require', pauseScript] : []),
    options.program,
  ];
  const env: NodeJS.ProcessEnv = { ...process.env, ...(options.debug ? { ORACLE_LIVE: '1' } : {}) };
  delete env.NODE_OPTIONS;
  return spawn('/bin/sh', ['-c', 'ulimit -c unlimited; exec "$0" "$@"', options.node, ...args], {
    cwd: options.folder,
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
}

interface Output {
  text(): string;
  find(pattern: RegExp): Promise<string>;
}

function collect(child: ChildProcess): Output {
  let text = '';
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  return {
    text: () => text,
    find: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const match = pattern.exec(text);
          if (match) resolve(match[1] ?? match[0]);
        };
        child.stderr?.on('data', look);
        child.once('close', () => reject(new Error(`ended without ${pattern}:\n${text.slice(0, 2000)}`)));
        look();
      }),
  };
}

async function recordLive(
  options: RecordOptions,
  child: ChildProcess,
  output: Output,
  ended: Promise<unknown>,
): Promise<Recording | undefined> {
  const url = await output.find(/Debugger listening on (ws:\S+)/);
  const cdp = await Cdp.connect(url);
  let last: Recording | undefined;
  let failure: unknown;
  const scripts = new Map<string, string>();
  cdp.on('Debugger.scriptParsed', (script: { scriptId: string; url: string }) => {
    scripts.set(script.scriptId, script.url);
  });
  cdp.on('Debugger.paused', async (paused: Paused) => {
    try {
      if (paused.reason !== 'promiseRejection') {
        last = await describe(cdp, paused, scripts, options, child);
      }
    } catch (error) {
      failure = error;
      child.kill('SIGKILL');
    }
    cdp.send('Debugger.resume').catch(() => undefined);
  });
  await cdp.send('Runtime.enable');
  await cdp.send('Debugger.enable', { maxScriptsCacheSize: 0 });
  await cdp.send('Debugger.setPauseOnExceptions', { state: 'uncaught' });
  cdp.send('Runtime.runIfWaitingForDebugger').catch(() => undefined);
  await ended;
  cdp.close();
  if (failure) throw failure;
  return last;
}

async function describe(
  cdp: Cdp,
  paused: Paused,
  scripts: Map<string, string>,
  options: RecordOptions,
  child: ChildProcess,
): Promise<Recording> {
  const values = new ValueRecorder(cdp);
  const frames: RecordedFrame[] = [];
  for (const frame of paused.callFrames) {
    if (isPauseScript(scripts.get(frame.location.scriptId) ?? '')) continue;
    frames.push(await describeFrame(frame, scripts, values));
  }
  return {
    program: options.program,
    nodeVersion: await evaluate(cdp, 'process.version'),
    execArgv: options.flags,
    pid: child.pid ?? 0,
    reason: paused.reason,
    exception: paused.reason === 'exception' && paused.data ? await values.value(paused.data, depth) : null,
    frames,
    asyncFrames: await asyncFrames(cdp),
  };
}

async function describeFrame(
  frame: CallFrame,
  scripts: Map<string, string>,
  values: ValueRecorder,
): Promise<RecordedFrame> {
  const url = scripts.get(frame.location.scriptId) ?? frame.url;
  const own = !url.startsWith('node:');
  const scopes: RecordedScope[] = [];
  for (const scope of frame.scopeChain) {
    if (scope.type === 'global' || scope.object.objectId === undefined) continue;
    const variables = await values.variables(scope.object.objectId, own ? depth : 1);
    scopes.push({ type: scope.type, name: scope.name ?? null, variables });
  }
  return {
    functionName: frame.functionName,
    url,
    line: frame.location.lineNumber + 1,
    column: (frame.location.columnNumber ?? 0) + 1,
    receiver: await values.value(frame.this, own ? depth : 1),
    scopes,
  };
}

/** Evaluation in a frame would write the frame's variables back, and change the core. */
async function asyncFrames(cdp: Cdp): Promise<string[]> {
  const stack = await evaluate(cdp, 'new Error("").stack');
  return stack
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('at async '));
}

async function evaluate(cdp: Cdp, expression: string): Promise<string> {
  const { result } = await cdp.send<{ result: { value?: unknown } }>('Runtime.evaluate', { expression });
  return String(result.value);
}
