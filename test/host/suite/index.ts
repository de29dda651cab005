import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'node:util';

const suites = ['activation', 'custom-editor', 'debug-session'];

/** Called by VS Code inside the extension host. Rejects when a test failed. */
export async function run(): Promise<void> {
  const { default: Mocha } = await import('mocha');
  const report = process.env.DAYAFTER_REPORT;
  if (report !== undefined) {
    Mocha.reporters.Base.consoleLog = (...args) => appendFileSync(report, `${format(...args)}\n`);
  }
  const mocha = new Mocha({ ui: 'bdd', timeout: 60_000, color: false, reporter: 'spec' });
  for (const suite of suites) mocha.addFile(join(__dirname, `${suite}.test.cjs`));
  await mocha.loadFilesAsync();
  await new Promise<void>((done, failed) => {
    const runner = mocha.run((failures) => {
      const {
        passes,
        failures: failedTests,
        pending,
      } = runner.stats ?? { passes: 0, failures: 0, pending: 0 };
      const line = `${JSON.stringify({ passed: passes, failed: failedTests, pending })}\n`;
      for (const file of resultFiles()) appendFileSync(file, line);
      if (failures > 0) failed(new Error(`${failures} tests failed`));
      else done();
    });
  });
}

function resultFiles(): Set<string> {
  const { DAYAFTER_RESULTS: all, DAYAFTER_OWN_RESULTS: own } = process.env;
  return new Set([all, own].filter((path) => path !== undefined));
}
