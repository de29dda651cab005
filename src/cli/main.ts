#!/usr/bin/env node
import process from 'node:process';
import { run } from './run.ts';

// A closed pipe (`dayafter … | head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  process.stderr.write(`dayafter: the output cannot be written (${error.code ?? error.message})\n`);
  process.exit(1);
});

process.exitCode = await run(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
});
