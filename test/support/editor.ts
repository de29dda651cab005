import { resolve } from 'node:path';
import { packageExtension } from './package.ts';
import { VscodeServer } from './vscode-server.ts';
import { Workbench } from './workbench.ts';
import { Workspace } from './workspace.ts';

const probe = resolve(import.meta.dirname, 'ready-probe');

/** The packaged extension in a workbench, with a workspace of its own. */
export interface Editor {
  readonly workspace: Workspace;
  readonly server: VscodeServer;
  readonly bench: Workbench;
}

/**
 * One for the tests of a suite: `fill` puts files into the workspace, `ready` is told when the window is open.
 * Screenshots of tests that fail begin with `name`.
 */
export function withEditor(
  name: string,
  fill: (workspace: Workspace) => Promise<void>,
  ready: (editor: Editor) => void,
): void {
  let workspace: Workspace | undefined;
  let server: VscodeServer | undefined;
  let bench: Workbench | undefined;

  before(async function () {
    this.timeout(600_000);
    workspace = await Workspace.create();
    await fill(workspace);
    server = await VscodeServer.start({ vsix: [await packageExtension()], extensions: [probe] });
    bench = await Workbench.open(server, workspace.folder);
    ready({ workspace, server, bench });
  });

  after(async () => {
    await bench?.close();
    await server?.stop();
    await workspace?.remove();
  });

  afterEach(async function () {
    if (this.currentTest?.state !== 'failed' || !bench) return;
    await bench.screenshot(`failed-${name}-${this.currentTest.title.replace(/\W+/g, '-')}`);
    // A menu that is still open would fail the tests that follow.
    await bench.page.keyboard.press('Escape');
  });
}
