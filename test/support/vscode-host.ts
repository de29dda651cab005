import { format, parseArgs } from 'node:util';
import { VscodeServer } from './vscode-server.ts';
import { launchChromium } from './workbench.ts';

const timeout = 300_000;

/** Exit codes beside the tests' own 0 and 1. */
const exitCodes = { hostCrashed: 95, pageCrashed: 96, timeout: 97 };

/**
 * Runs an extension's test suite inside the extension host, as `code --extensionDevelopmentPath=…
 * --extensionTestsPath=… folder` does, and returns the exit code.
 */
export async function runInHost(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...argv], strict: false, allowPositionals: true });
  const { extensionDevelopmentPath, extensionTestsPath } = values;
  const [folder] = positionals;
  if (typeof extensionDevelopmentPath !== 'string' || typeof extensionTestsPath !== 'string' || !folder) {
    console.error('usage: vscode-shim --extensionDevelopmentPath=DIR --extensionTestsPath=FILE FOLDER');
    return 2;
  }
  const consoleLines: string[] = [];
  const server = await VscodeServer.start({ smokeTestDriver: true });
  const browser = await launchChromium();
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    const ended = new Promise<number>((done) => {
      page.exposeFunction('codeAutomationLog', (_type: string, args: unknown[]) => {
        consoleLines.push(format(...args));
      });
      page.exposeFunction('codeAutomationExit', (code: number) => done(code));
      page.once('crash', () => done(exitCodes.pageCrashed));
      setTimeout(() => done(exitCodes.timeout), timeout).unref();
    });
    const remote = (path: string) => `vscode-remote://127.0.0.1:${server.port}${path}`;
    const payload = [
      ['extensionDevelopmentPath', remote(extensionDevelopmentPath)],
      ['extensionTestsPath', remote(extensionTestsPath)],
    ] as const;
    await page.goto(server.url(folder, payload), { waitUntil: 'commit', timeout: 120_000 });
    const code = await ended;
    // The workbench reports a crashed host as 0.
    const crash = /Extension Host Process exited with code: (?!0, signal: (null|unknown))[^\n]*/.exec(
      await server.log(),
    );
    if (crash !== null) console.error(crash[0]);
    // The console of the workbench is long, and of interest only after a failure.
    if (code !== 0) console.error(consoleLines.slice(-100).join('\n'));
    return crash !== null && code === 0 ? exitCodes.hostCrashed : code;
  } finally {
    await browser.close();
    await server.stop();
  }
}
