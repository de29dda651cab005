/** The debug adapter's process: speaks DAP over its standard input and output. */
import { homedir } from 'node:os';
import path from 'node:path';
import { PostmortemSession } from './session.ts';

const session = new PostmortemSession({ path, home: homedir() });
process.on('SIGTERM', () => session.shutdown());
session.start(process.stdin, process.stdout);
