// `npm start`: shows the product, on a fresh clone too. Installs, builds, records a core of examples/crash.js
// with the Node that runs this, tells its story in the terminal and opens it in VS Code.
//   npm start -- path/to/core    one's own core
//   npm start -- --no-open       only the story in the terminal
import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { installDependencies, projectRoot, show } from './install.mjs';

const supportedLines = [18, 20, 22, 24, 26];
const folder = join(process.env.DAYAFTER_CACHE || join(projectRoot, '.cache'), 'start');
const shop = join(folder, 'shop');
const opener = join(projectRoot, 'scripts/opener');

const { values, positionals } = parseArgs({
  options: { 'no-open': { type: 'boolean', default: false } },
  allowPositionals: true,
});
const userDirectory = process.env.INIT_CWD ?? process.cwd();

if (!installDependencies()) process.exit(1);
if (show('npm', ['run', '--silent', 'build']) !== 0) process.exit(1);

const dump = positionals[0] === undefined ? await exampleDump() : ownDump(positionals[0]);
tellStory(dump);
const open = process.stdout.isTTY === true && !values['no-open'];
if (open) await openEditor(dump);
else console.log('\nNot opened in VS Code: there is no terminal, or --no-open was given.');

/** @typedef {{ path: string, options: string[], workspace: string }} Dump */

function ownDump(path) {
  const core = resolve(userDirectory, path);
  if (!existsSync(core)) {
    console.error(`There is no file ${core}`);
    process.exit(1);
  }
  return { path: core, options: [], workspace: dirname(core) };
}

async function exampleDump() {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(shop, { recursive: true });
  const program = join(shop, 'crash.js');
  copyFileSync(join(projectRoot, 'examples/crash.js'), program);
  writeFileSync(join(shop, 'package.json'), '{ "name": "shop", "private": true }\n');
  const obstacle = whyNoCore();
  try {
    if (obstacle !== undefined) throw new Error(obstacle);
    console.log(`\nRecording a core of examples/crash.js with Node ${process.version} …`);
    const { record } = await testSupport('cores.ts');
    await record(process.execPath, program, {}, shop);
    rmSync(join(shop, 'run.json'), { force: true });
    const path = join(shop, 'core');
    if (!canBeRead(path))
      throw new Error(`what Node ${process.version} of this system leaves cannot be read`);
    return { path, options: [], workspace: shop };
  } catch (error) {
    console.log(`\nNo core could be recorded here: ${error.message.trim()}`);
    console.log('Showing the core that comes with the project instead, of the same program on Node 22.');
    return shippedDump();
  }
}

function canBeRead(core) {
  const { status } = spawnSync(process.execPath, ['dist/cli.js', 'stack', core, '--json'], {
    cwd: projectRoot,
    stdio: 'ignore',
  });
  return status === 0;
}

function whyNoCore() {
  const line = Number(process.versions.node.split('.')[0]);
  if (process.platform !== 'linux') return `${process.platform} is not Linux`;
  if (process.arch !== 'x64') return `${process.arch} is not x64`;
  if (!supportedLines.includes(line)) return `Node ${line} is none of ${supportedLines.join(', ')}`;
  return undefined;
}

async function shippedDump() {
  const { unpackExample } = await testSupport('example.ts');
  return { ...(await unpackExample(shop)), workspace: shop };
}

/** Modules of test/support are TypeScript: they can be loaded once the dependencies are there. */
async function testSupport(name) {
  const { register } = await import('tsx/esm/api');
  register();
  return import(`../test/support/${name}`);
}

function tellStory({ path, options }) {
  for (const command of ['info', 'stack']) {
    console.log(`\n$ dayafter ${command} ${path}\n`);
    if (show(process.execPath, ['dist/cli.js', command, path, ...options]) !== 0) process.exit(1);
  }
}

async function openEditor({ path, workspace }) {
  const code = findCode();
  if (code !== undefined) {
    console.log(`\nOpening it in VS Code (${code}), with a profile of its own …`);
    openDesktop(code, path, workspace);
    return;
  }
  console.log(
    '\nThere is no VS Code on the PATH: starting the VS Code server from npm (once about 290 MB) …',
  );
  await openServer(path, workspace);
}

function findCode() {
  const names =
    process.platform === 'win32' ? ['code.cmd', 'codium.cmd'] : ['code', 'codium', 'code-insiders'];
  const onPath = (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((dir) => names.map((name) => join(dir, name)));
  const mac = '/Applications/Visual Studio Code.app/Contents/Resources/app/bin/code';
  return [...onPath, mac].find((file) => existsSync(file));
}

function openDesktop(code, path, workspace) {
  const own = join(folder, 'vscode');
  const args = [
    `--extensionDevelopmentPath=${projectRoot}`,
    `--extensionDevelopmentPath=${opener}`,
    ...['--user-data-dir', join(own, 'user'), '--extensions-dir', join(own, 'extensions')],
    ...['--disable-workspace-trust', '--skip-welcome', '--new-window', workspace],
  ];
  const shell = process.platform === 'win32';
  const quoted = shell ? args.map((arg) => `"${arg}"`) : args;
  const env = { ...process.env, DAYAFTER_OPEN: path };
  spawn(shell ? `"${code}"` : code, quoted, { stdio: 'ignore', detached: true, shell, env }).unref();
}

async function openServer(path, workspace) {
  if (show('npm', ['run', '--silent', 'package']) !== 0) process.exit(1);
  const { VscodeServer } = await testSupport('vscode-server.ts');
  const server = await VscodeServer.start({
    vsix: [join(projectRoot, 'dist/dayafter.vsix')],
    extensions: [opener],
    env: { DAYAFTER_OPEN: path },
  });
  const url = server.url(workspace);
  console.log(`\nVS Code with the core opened:\n  ${url}\nCtrl+C ends it.`);
  const browser = process.platform === 'darwin' ? 'open' : 'xdg-open';
  spawn(browser, [url], { stdio: 'ignore', detached: true })
    .on('error', () => undefined)
    .unref();
  await new Promise((done) => {
    process.once('SIGINT', done);
    process.once('SIGTERM', done);
  });
  await server.stop();
}
