#!/usr/bin/env node
// Stands for the VS Code binary: takes its arguments, as @vscode/test-electron gives them, and runs the
// tests in the extension host of a VS Code server, with headless Chromium as the window.
import { register } from 'tsx/esm/api';

register();
const { runInHost } = await import('./vscode-host.ts');
process.exit(await runInHost(process.argv.slice(2)));
