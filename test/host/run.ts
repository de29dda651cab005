import { readdir, readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { runTests } from '@vscode/test-electron';
import { build } from 'esbuild';
import { recordCore } from '../support/cores.ts';
import { Workspace } from '../support/workspace.ts';

/**
 * Runs the suites of test/host/suite inside the extension host: of a VS Code server on Linux (the shim
 * stands for the VS Code binary), of a downloaded desktop VS Code elsewhere and with DAYAFTER_VSCODE=desktop.
 */
const projectRoot = resolve(import.meta.dirname, '../..');
const suiteFolder = join(import.meta.dirname, 'suite');
const builtFolder = join(projectRoot, 'dist/test-host');
const desktop = process.platform !== 'linux' || process.env.DAYAFTER_VSCODE === 'desktop';

async function buildSuites(): Promise<string> {
  const suites = (await readdir(suiteFolder)).filter((name) => name.endsWith('.ts'));
  await rm(builtFolder, { recursive: true, force: true });
  await build({
    entryPoints: suites.map((name) => join(suiteFolder, name)),
    outdir: builtFolder,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    external: ['vscode', 'mocha'],
    sourcemap: 'inline',
    logLevel: 'warning',
  });
  return join(builtFolder, 'index.cjs');
}

/** A workspace with a core, its program, and files whose names only look like a core's. */
async function makeWorkspace(): Promise<Workspace> {
  const workspace = await Workspace.create();
  const { core, program } = await recordCore(22, 'uncaught.js');
  await workspace.add(core, 'core.4711');
  await workspace.write('uncaught.js', await readFile(program, 'utf8'));
  await workspace.write('core.js', 'module.exports = 1;\n');
  await workspace.write('core.css', 'body {}\n');
  return workspace;
}

const extensionTestsPath = await buildSuites();
const workspace = await makeWorkspace();
const results = workspace.path('results.jsonl');
const report = workspace.path('report.txt');
try {
  await runTests({
    ...(desktop ? {} : { vscodeExecutablePath: join(projectRoot, 'test/support/vscode-shim.mjs') }),
    extensionDevelopmentPath: process.env.DAYAFTER_EXTENSION ?? projectRoot,
    extensionTestsPath,
    launchArgs: [workspace.folder, '--disable-extensions'],
    extensionTestsEnv: {
      DAYAFTER_RESULTS: process.env.DAYAFTER_RESULTS ?? results,
      DAYAFTER_OWN_RESULTS: results,
      DAYAFTER_REPORT: report,
    },
  });
  // An early exit of the host looks like success: only the suite's own word counts.
  const { passed } = JSON.parse(await readFile(results, 'utf8'));
  if (!(passed > 0)) throw new Error('no test ran in the extension host');
} catch (error) {
  console.error(String(error));
  process.exitCode = 1;
} finally {
  console.log(await readFile(report, 'utf8').catch(() => 'The extension host left no report.'));
  await workspace.remove();
}
