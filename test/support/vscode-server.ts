import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { killGroup, run } from './run.ts';
import { installVscode, type VscodeInstallation } from './vscode-install.ts';

export interface ServerOptions {
  /** Packed extensions to install before the start. */
  readonly vsix?: readonly string[];
  /** Folders of unpacked extensions to copy in before the start. */
  readonly extensions?: readonly string[];
  /** The user's settings.json. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Lets the workbench run an extension from its folder and a test suite inside the extension host; hides toasts. */
  readonly smokeTestDriver?: boolean;
  /** Added to the environment of the server and so of the extension host. */
  readonly env?: NodeJS.ProcessEnv;
  /** A folder of its own for this server; a fresh one that is removed at the stop without it. */
  readonly folder?: string;
}

const quietSettings = {
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.colorTheme': 'Default Dark Modern',
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.ignoreRecommendations': true,
  'extensions.autoCheckUpdates': false,
  'security.workspace.trust.enabled': false,
  'chat.disableAIFeatures': true,
  'chat.commandCenter.enabled': false,
};

/** A VS Code server on a port of this machine, with a user data folder of its own. */
export class VscodeServer {
  readonly port: number;
  readonly #process: ChildProcess;
  readonly #folder: string;
  readonly #keepsFolder: boolean;

  private constructor(port: number, child: ChildProcess, folder: string, keepsFolder: boolean) {
    this.port = port;
    this.#process = child;
    this.#folder = folder;
    this.#keepsFolder = keepsFolder;
  }

  static async start(options: ServerOptions = {}): Promise<VscodeServer> {
    const installation = await installVscode();
    const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'dayafter-vscode-')));
    await prepare(folder, options);
    const env = environment(installation, folder, options.env);
    for (const file of options.vsix ?? []) await installVsix(installation, folder, file, env);
    const port = await freePort();
    const args = [
      ...['--host', '127.0.0.1', '--port', String(port), '--without-connection-token'],
      '--accept-server-license-terms',
      ...folderFlags(folder),
      ...[
        '--disable-telemetry',
        '--telemetry-level',
        'off',
        '--disable-workspace-trust',
        '--disable-experiments',
      ],
      ...(options.smokeTestDriver ? ['--enable-smoke-test-driver'] : []),
    ];
    const log = openSync(join(folder, 'server.log'), 'w');
    const child = spawn(installation.node, [installation.main, ...args], {
      detached: true,
      stdio: ['ignore', log, log],
      env,
    });
    closeSync(log);
    const server = new VscodeServer(port, child, folder, options.folder !== undefined);
    const kill = () => killGroup(child.pid);
    process.once('exit', kill);
    child.once('exit', () => process.off('exit', kill));
    try {
      await server.#ready();
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  /** What the server has printed so far. */
  log(): Promise<string> {
    return readFile(join(this.#folder, 'server.log'), 'utf8');
  }

  /** Ids of processes that run a script of an extension that is installed here. */
  async processesOf(script: string): Promise<number[]> {
    const { stdout } = await run('ps', ['-A', '-o', 'pid=,args=']);
    return stdout
      .split('\n')
      .filter((line) => line.includes(this.#folder) && line.includes(script))
      .map((line) => Number.parseInt(line, 10));
  }

  /** The address of the workbench with a folder opened. */
  url(folder: string, payload: readonly (readonly [string, string])[] = []): string {
    const query = new URLSearchParams({ folder });
    if (payload.length > 0) query.set('payload', JSON.stringify(payload));
    return `http://127.0.0.1:${this.port}/?${query}`;
  }

  async stop(): Promise<void> {
    killGroup(this.#process.pid);
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      await new Promise((done) => this.#process.once('exit', done));
    }
    if (!this.#keepsFolder) {
      await rm(this.#folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    }
  }

  async #ready(): Promise<void> {
    for (let waited = 0; waited < 60_000; waited += 100) {
      if (this.#process.exitCode !== null) break;
      const answer = await fetch(`http://127.0.0.1:${this.port}/version`).catch(() => undefined);
      if (answer?.ok) return;
      await sleep(100);
    }
    throw new Error(`the VS Code server did not start:\n${await this.log()}`);
  }
}

async function prepare(folder: string, options: ServerOptions): Promise<void> {
  for (const part of ['user/User', 'ext', 'data', 'home', 'tmp']) {
    await mkdir(join(folder, part), { recursive: true });
  }
  const settings = { ...quietSettings, ...options.settings };
  await writeFile(join(folder, 'user/User/settings.json'), JSON.stringify(settings, null, 2));
  for (const [index, extension] of (options.extensions ?? []).entries()) {
    await cp(extension, join(folder, 'ext', `local-${index}`), { recursive: true });
  }
}

function folderFlags(folder: string): string[] {
  return [
    ...['--user-data-dir', join(folder, 'user')],
    ...['--extensions-dir', join(folder, 'ext')],
    ...['--server-data-dir', join(folder, 'data')],
  ];
}

function environment(
  { node }: VscodeInstallation,
  folder: string,
  added: NodeJS.ProcessEnv = {},
): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _, ...env } = process.env;
  return {
    ...env,
    ...added,
    // No gallery calls, and no stale sockets of other runs.
    EXTENSIONS_GALLERY: '{}',
    HOME: join(folder, 'home'),
    TMPDIR: join(folder, 'tmp'),
    PATH: [dirname(node), process.env.PATH].join(delimiter),
  };
}

async function installVsix(
  { node, main }: VscodeInstallation,
  folder: string,
  file: string,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const args = [
    main,
    ...folderFlags(folder),
    '--accept-server-license-terms',
    '--install-extension',
    file,
    '--force',
  ];
  const ended = await run(node, args, { env, timeout: 120_000 });
  if (ended.code !== 0 || !/successfully installed/.test(ended.stdout)) {
    throw new Error(`cannot install ${file}:\n${ended.stdout}${ended.stderr}`);
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}
