import { copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { cached } from './cache.ts';
import { releaseNode } from './releases.ts';
import { npm, run } from './run.ts';

const version = '4.139.1';
const standIns = resolve(import.meta.dirname, 'stand-ins');

/** Dependencies of the VS Code server that the tests never come near; most of them are native or large. */
const unneeded =
  /^(@devcontainers\/cli|@github\/copilot-sdk|@microsoft\/mxc-sdk|@vscode\/(copilot-api|fs-copyfile|sandbox-runtime|sqlite3|windows-.*|deviceid|vscode-languagedetection|tree-sitter-wasm)|kerberos|ssh2)$/;

/** Built-in extensions that would reach for the network, bring servers of their own or only weigh. */
const unneededExtensions = new Set([
  'copilot',
  'emmet',
  'git',
  'git-base',
  'github',
  'github-authentication',
  'grunt',
  'gulp',
  'jake',
  'markdown-language-features',
  'mermaid-markdown-features',
  'microsoft-authentication',
  'ms-vscode.js-debug-companion',
  'npm',
  'php-language-features',
  'terminal-suggest',
  'tunnel-forwarding',
  'typescript-language-features',
]);

export interface VscodeInstallation {
  /** The node that runs the server. */
  readonly node: string;
  /** The server's entry. */
  readonly main: string;
}

/**
 * The VS Code server and its workbench, from npm's code-server, in the cache. Nothing is compiled: two of
 * its native modules are replaced by stand-ins, the rest ships prebuilt.
 */
export async function installVscode(): Promise<VscodeInstallation> {
  const folder = await cached(`vscode-server-${version}`, `code-server@${version} r1`, install);
  // VS Code 1.139 runs on Node 22 and 24.
  return { node: await releaseNode(24), main: join(folder, 'vscode/out/server-main.js') };
}

async function install(folder: string): Promise<void> {
  await npm(['pack', `code-server@${version}`, '--silent', '--pack-destination', folder], { cwd: folder });
  const archive = `code-server-${version}.tgz`;
  const unpacked = await run('tar', ['-xzf', archive, 'package/lib/vscode'], {
    cwd: folder,
    timeout: 300_000,
  });
  if (unpacked.code !== 0) throw new Error(`cannot unpack ${archive}: ${unpacked.stderr}`);
  const vscode = join(folder, 'vscode');
  await rename(join(folder, 'package/lib/vscode'), vscode);
  await rm(join(folder, 'package'), { recursive: true });
  await rm(join(folder, archive));
  await pruneExtensions(join(vscode, 'extensions'));
  await rm(join(vscode, 'npm-shrinkwrap.json'), { force: true });
  const manifestPath = join(vscode, 'package.json');
  const manifest = JSON.parse(await readFile(manifestPath, 'utf8'));
  for (const name of Object.keys(manifest.dependencies)) {
    if (unneeded.test(name)) delete manifest.dependencies[name];
  }
  delete manifest.overrides;
  delete manifest.allowScripts;
  await writeFile(manifestPath, JSON.stringify(manifest, null, 2));
  await npm(['install', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: vscode });
  const modules = join(vscode, 'node_modules');
  await pruneBinaries(modules);
  await standIn(modules, '@vscode/spdlog', 'spdlog.cjs');
  await standIn(modules, '@vscode/native-watchdog', 'native-watchdog.cjs');
}

async function pruneExtensions(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (unneededExtensions.has(name)) await rm(join(folder, name), { recursive: true });
  }
}

async function pruneBinaries(modules: string): Promise<void> {
  for (const parent of ['@vscode/ripgrep-universal/bin', 'node-pty/prebuilds']) {
    for (const name of await readdir(join(modules, parent)).catch(() => [])) {
      if (name !== `${process.platform}-${process.arch}`) {
        await rm(join(modules, parent, name), { recursive: true });
      }
    }
  }
}

async function standIn(modules: string, name: string, file: string): Promise<void> {
  const folder = join(modules, name);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await copyFile(join(standIns, file), join(folder, 'index.js'));
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name, version: '0.0.0', main: 'index.js' }));
}
