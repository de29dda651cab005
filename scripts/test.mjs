// `npm test`: everything, on a fresh clone too. Installs what is missing, builds, checks, runs all suites and
// closes with a line that sums up: each check counts as one test.
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installDependencies, projectRoot, show } from './install.mjs';

const maximumPackage = 5 * 1024 * 1024;
const results = mkdtempSync(join(tmpdir(), 'dayafter-test-'));
const node = process.execPath;
const bin = (path) => [node, join('node_modules', path)];

const checks = {
  build: ['npm', 'run', '--silent', 'build'],
  lint: [...bin('@biomejs/biome/bin/biome'), 'check'],
  types: [...bin('typescript/bin/tsc'), '-p', '.'],
  'webview types': [...bin('typescript/bin/tsc'), '-p', 'webview'],
  package: ['npm', 'run', '--silent', 'package'],
};

const suites = {
  'engine, command line and adapter': [...bin('mocha/bin/mocha.js'), 'test/**/*.test.ts'],
  'extension host': [node, '--import', 'tsx', 'test/host/run.ts'],
  'user interface': [...bin('mocha/bin/mocha.js'), '--config', 'test/ui/.mocharc.json'],
};

const total = { passed: 0, failed: 0 };
const failures = [];

function step(name, [command, ...args], env = {}) {
  console.log(`\n── ${name}`);
  const started = Date.now();
  const status = show(command, args, { ...env, DAYAFTER_PACKAGED: '1' });
  console.log(
    `── ${name}: ${status === 0 ? 'done' : `failed (${status})`}, ${Math.round((Date.now() - started) / 1000)} s`,
  );
  if (status !== 0) failures.push(name);
  return status === 0;
}

function check(name) {
  const good = step(name, checks[name]);
  total[good ? 'passed' : 'failed']++;
}

function suite(name, index) {
  const file = join(results, `${index}.jsonl`);
  const good = step(name, suites[name], { DAYAFTER_RESULTS: file });
  let passed = 0;
  let failed = 0;
  for (const line of read(file).split('\n').filter(Boolean)) {
    const result = JSON.parse(line);
    passed += result.passed;
    failed += result.failed + result.pending;
  }
  // A suite that broke off, or ran nothing, has failed whatever it counted.
  if (failed === 0 && (!good || passed === 0)) failed = 1;
  if (failed > 0 && good) failures.push(name);
  total.passed += passed;
  total.failed += failed;
}

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function checkPackageSize() {
  const { size } = statSync(join(projectRoot, 'dist/dayafter.vsix'), { throwIfNoEntry: false }) ?? {
    size: Infinity,
  };
  const good = size <= maximumPackage;
  console.log(`── package size: ${size} bytes, at most ${maximumPackage}`);
  if (!good) failures.push('package size');
  total[good ? 'passed' : 'failed']++;
}

if (!installDependencies()) {
  console.log('\n0 passed, 1 failed');
  process.exit(1);
}
for (const name of Object.keys(checks)) check(name);
checkPackageSize();
Object.keys(suites).forEach(suite);
rmSync(results, { recursive: true, force: true });
if (failures.length > 0) console.log(`\nFailed: ${failures.join(', ')}`);
console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed > 0 ? 1 : 0);
