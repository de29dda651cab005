import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

export const projectRoot = resolve(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..');

/** Runs a command of the project with its output shown; returns its exit status. */
export function show(command, args, env = {}) {
  const { status, error } = spawnSync(command, args, {
    cwd: projectRoot,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env },
    // npm is a batch file on Windows.
    shell: process.platform === 'win32',
  });
  if (error) console.error(`${command}: ${error.message}`);
  return status ?? 1;
}

/** Runs `npm ci` where node_modules is missing or is not what package-lock.json asks for. */
export function installDependencies() {
  if (isInstalled()) return true;
  console.log('Installing the dependencies …');
  return show('npm', ['ci', '--no-audit', '--no-fund']) === 0;
}

function isInstalled() {
  try {
    const wanted = packagesOf('package-lock.json');
    const present = packagesOf('node_modules/.package-lock.json');
    return Object.entries(wanted).every(
      ([path, { version, optional }]) => path === '' || optional || present[path]?.version === version,
    );
  } catch {
    return false;
  }
}

function packagesOf(file) {
  return JSON.parse(readFileSync(resolve(projectRoot, file), 'utf8')).packages;
}
