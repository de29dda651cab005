import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { dumpsCore } from '../../src/cli/record/ending.ts';
import { copySparse } from '../../src/cli/record/keep-core.ts';
import { abortingOptions } from '../../src/cli/record/run-command.ts';
import type { DumpInfo } from '../../src/engine/contract.ts';
import { bundle } from '../support/bundle.ts';
import { recordCore } from '../support/cores.ts';
import { releaseLines, releaseNode } from '../support/releases.ts';
import { type Finished, run } from '../support/run.ts';
import { check, infoShape } from './shapes.ts';

interface Told {
  readonly dump: string;
  readonly info: DumpInfo;
  readonly others: string[];
}

interface ToldError {
  readonly error: { code: string; message: string; hint: string };
}

const programs = {
  'throws.js': 'function fail() { throw new TypeError("boom"); }\nsetTimeout(fail, 10);',
  'waits.js': 'setInterval(() => {}, 1000); console.log("ready");',
  'forks.js': 'require("child_process").fork(__dirname + "/throws.js", ["a b"]);',
  'keeps.js':
    'const start = () => require("child_process").spawn(process.execPath, [__filename, "child"]).on("exit", start);\n' +
    'process.argv[2] ? setInterval(() => {}, 1000) : start();',
  'works.js': 'new (require("worker_threads").Worker)(__dirname + "/throws.js");',
  'package.json': '{ "name": "shop", "scripts": { "start": "node throws.js" } }',
};

describe('dayafter record', () => {
  let cli: string;
  let root: string;
  /** A new folder for each test, in which the command runs. */
  let cwd: string;

  before(async () => {
    cli = await bundle(resolve(import.meta.dirname, '../../src/cli/main.ts'), 'cli');
    root = await mkdtemp(join(tmpdir(), 'dayafter-record-'));
    for (const [name, text] of Object.entries(programs)) await writeFile(join(root, name), text);
  });

  after(() => rm(root, { recursive: true, force: true }));

  beforeEach(async () => {
    cwd = await mkdtemp(join(root, 'cwd-'));
  });

  const program = (name: keyof typeof programs) => join(root, name);

  const dayafter = (...args: string[]) => run(process.execPath, [cli, ...args], { cwd });

  async function told(...args: string[]): Promise<Told & Finished> {
    const ended = await dayafter('record', '--json', ...args);
    assert.equal(ended.code, 0, ended.stdout + ended.stderr);
    return { ...ended, ...(JSON.parse(ended.stdout) as Told) };
  }

  async function refused(...args: string[]): Promise<ToldError['error']> {
    const { code, stdout, stderr } = await dayafter('record', '--json', ...args);
    assert.equal(code, 1, stdout + stderr);
    return (JSON.parse(stdout) as ToldError).error;
  }

  /** Starts `record`, and waits until the command says that it is ready. */
  async function started(...args: string[]): Promise<{ child: ChildProcess; ended: Promise<Finished> }> {
    const child = spawn(process.execPath, [cli, 'record', '--json', ...args], { cwd, detached: true });
    const text = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk) => {
      text.stdout += chunk;
    });
    const ready = new Promise<void>((done) => {
      child.stderr.on('data', (chunk) => {
        text.stderr += chunk;
        if (text.stderr.includes('ready')) done();
      });
    });
    const ended = once(child, 'close').then(([code, signal]) => ({ code, signal, pid: child.pid!, ...text }));
    await Promise.race([ready, ended]);
    return { child, ended };
  }

  describe('leaves a dump, and tells of it', () => {
    it('of an error that nothing catches', async () => {
      const { code, stdout, stderr } = await dayafter('record', '--', 'node', program('throws.js'));
      assert.equal(code, 0, stderr);
      const [name, ...more] = await readdir(cwd);
      assert.match(name!, /^node\.\d+\.core$/);
      assert.deepEqual(more, []);
      assert.ok(stdout.includes(`Dump  ${join(cwd, name!)}\n`), stdout);
      assert.match(stdout, /Node\.js v.* on .*, process \d+/);
      assert.match(stdout, /The program threw TypeError: boom/);
      assert.ok(stdout.endsWith(`\nNext  dayafter stack ${name} --locals\n`), stdout);
    });

    it('as one JSON document, with what info says, and what the command prints elsewhere', async () => {
      const { dump, info, others, stderr } = await told('--', 'node', '-p', '"printed"; process.abort()');
      check(info, infoShape);
      assert.deepEqual(info, JSON.parse((await dayafter('info', dump, '--json')).stdout));
      assert.equal(dump, join(cwd, `node.${info.process.pid}.core`));
      assert.deepEqual(others, []);
      assert.equal((await stat(dump)).mode & 0o777, 0o600);
      const printed = await told('-o', 'there/below', 'sh', '-c', 'echo printed; kill -SEGV $$');
      assert.match(printed.stderr, /^printed$/m);
      assert.equal(dirname(printed.dump), join(cwd, 'there/below'));
      assert.doesNotMatch(stderr, /dayafter/);
    });

    it('of a process that a shell script starts in another folder', async () => {
      await mkdir(join(cwd, 'deep'));
      const script = `cd deep; node '${program('throws.js')}'; echo went on`;
      const { dump, info, stderr } = await told('--', 'sh', '-c', script);
      assert.equal(info.death.exception?.message, 'boom');
      assert.equal(dirname(dump), cwd);
      assert.match(stderr, /went on/);
      assert.deepEqual(await readdir(join(cwd, 'deep')), []);
    });

    it('of what npm runs', async () => {
      const { info } = await told('--', 'npm', '--prefix', root, 'start');
      assert.equal(info.death.exception?.message, 'boom');
      assert.equal(info.process.argv?.at(-1), 'throws.js');
    });

    it('of what Node.js forks, and of workers', async () => {
      const [forked, worker] = await Promise.all([
        told('-o', 'forked', '--', 'sh', '-c', `mkdir below; cd below; node '${program('forks.js')}'`),
        told('--', 'node', program('works.js')),
      ]);
      assert.match(forked.info.death.message, /^The program threw TypeError: boom/);
      // Node takes the variable of its channel out of the environment.
      assert.deepEqual(forked.info.process.argv?.slice(1), [program('throws.js'), 'a b']);
      assert.match(worker.info.death.message, /^A worker threw TypeError: boom/);
    });

    it('of several processes, that which died first before the others, though all are named alike', async () => {
      const [own, other] = [`node '${program('throws.js')}'`, 'sh -c "kill -SEGV \\$\\$"'];
      const { dump, info, others } = await told(
        '--',
        'sh',
        '-c',
        `${own}; sleep 0.2; ${own}; sleep 0.2; true`,
      );
      assert.equal(others.length, 1);
      assert.ok(info.process.pid! < Number(basename(others[0]!).split('.')[1]));
      assert.deepEqual((await readdir(cwd)).sort(), [basename(dump), basename(others[0]!)].sort());
      const mixed = await told('-o', 'out', 'sh', '-c', `${other}; sleep 0.2; ${own}; true`);
      assert.match(mixed.dump, /\/node\.\d+\.core$/, 'what can be read comes first');
      assert.match(mixed.others[0]!, /sh\.\d+\.core$/);
    });

    it('of a program that is none of Node.js, which cannot be read', async () => {
      const { dump, info, stdout } = await told('--', 'sh', '-c', 'kill -ABRT $$');
      assert.equal((info as unknown as ToldError).error.code, 'NOT_NODE');
      assert.ok((await stat(dump)).size > 0);
      assert.deepEqual(Object.keys(JSON.parse(stdout)), ['dump', 'info', 'others']);
    });

    it('of one that hangs, when its time is over: of the innermost Node.js, then of what led to it', async () => {
      const script = `mkdir below; cd below; node '${program('waits.js')}'; true`;
      const [one, both] = await Promise.all([
        told('-o', 'one', '--after', '0.5', '--', 'sh', '-c', script),
        told('--after', '0.5', '--', 'node', program('keeps.js')),
      ]);
      assert.equal(one.info.death.signal, 'SIGABRT');
      assert.equal(one.info.process.argv?.at(-1), program('waits.js'));
      assert.deepEqual(one.others, [], 'the shell ended by itself');
      assert.equal(both.info.process.argv?.at(-1), 'child');
      assert.equal(both.others.length, 1);
    });

    it('of one that hangs, when the terminal sends SIGQUIT to all', async () => {
      const { child, ended } = await started('--', 'node', program('waits.js'));
      process.kill(-child.pid!, 'SIGQUIT');
      const { code, stdout, stderr } = await ended;
      assert.equal(code, 0, stdout + stderr);
      assert.equal((JSON.parse(stdout) as Told).info.death.signal, 'SIGQUIT');
    });

    it('of all releases: they take the flag from NODE_OPTIONS, beside others', async () => {
      for (const line of releaseLines) {
        const env = { ...process.env, NODE_OPTIONS: abortingOptions('--no-warnings') };
        const { signal } = await run(await releaseNode(line), ['-e', 'throw 1'], { cwd, env });
        assert.ok(signal && dumpsCore(signal), `Node ${line}: ${signal}`);
      }
    });
  });

  describe('says why there is no dump', () => {
    it('of a command that ends by itself', async () => {
      const [well, ill, killed] = await Promise.all([
        refused('--', 'node', '-e', '0'),
        refused('--', 'sh', '-c', 'exit 3'),
        refused('--', 'sh', '-c', 'kill -KILL $$'),
      ]);
      assert.equal(well.code, 'NO_DUMP_WRITTEN');
      assert.match(well.message, /^node ended with status 0 and left no dump$/);
      assert.match(ill.message, /^sh ended with status 3/);
      assert.match(ill.hint, /process\.abort\(\)/);
      assert.match(killed.hint, /short of memory/);
    });

    it('where there is a core already, which is of another process', async () => {
      await copySparse((await recordCore(22, 'uncaught.js')).core, join(cwd, 'core'));
      assert.match((await refused('--', 'sh', '-c', 'exit 3')).message, /status 3/);
      assert.deepEqual(await readdir(cwd), ['core']);
    });

    it('where the hard limit is 0', async () => {
      // Root may raise it again.
      const lose = process.getuid?.() === 0 ? ['setpriv', '--bounding-set', '-sys_resource'] : [];
      const limited = (...command: string[]) => {
        const all = [...lose, 'sh', '-c', 'ulimit -Hc 0; exec "$@"', 'sh', process.execPath, cli, ...command];
        return run(all[0]!, all.slice(1), { cwd });
      };
      const { code, stdout } = await limited('record', '--json', '--', 'node', program('throws.js'));
      assert.equal(code, 1);
      const { error } = JSON.parse(stdout) as ToldError;
      assert.match(error.message, /^node died of SIG\w+ and left no dump: the hard core size limit .* is 0$/);
      assert.match(error.hint, /LimitCORE/);
    });

    it('where the command lowers the limit itself', async () => {
      const script = `ulimit -c 0; node '${program('throws.js')}'`;
      const { message, hint } = await refused('--', 'sh', '-c', script);
      assert.match(message, /^sh ended with status 13\d, which stands for SIG\w+, .*core size limit/);
      assert.match(hint, /lowered the limit itself/);
    });

    it('where something is in the way of the core', async () => {
      await mkdir(join(cwd, 'core'));
      const { message } = await refused('--', 'sh', '-c', 'kill -ABRT $$');
      assert.match(message, /^sh died of SIGABRT and left no dump: .*core is in the way/);
    });

    it('for people, on a line of its own', async () => {
      const { code, stdout, stderr } = await dayafter('record', '--', 'sh', '-c', 'printf unended; exit 1');
      assert.equal(code, 1);
      assert.equal(stdout, 'unended');
      assert.match(stderr, /^\ndayafter: sh ended with status 1 .*\[NO_DUMP_WRITTEN\]\n {2}\S/);
    });
  });

  describe('is told apart from its command', () => {
    it('by signals: Ctrl+C is for the command alone, SIGTERM is passed on', async () => {
      const stopped = await started('--', 'node', program('waits.js'));
      process.kill(-stopped.child.pid!, 'SIGINT');
      assert.match((await stopped.ended).stdout, /node died of SIGINT/);
      const ended = await started('--', 'node', program('waits.js'));
      ended.child.kill('SIGTERM');
      assert.match((await ended.ended).stdout, /node died of SIGTERM/);
    });

    it('by its arguments, of which no shell makes anything', async () => {
      const odd = ["it's", '$HOME', '`id`', 'a  b', '', '--json', '-o'];
      const { stdout } = await dayafter('record', '--', 'node', '-p', 'process.argv.slice(1)', '--', ...odd);
      assert.deepEqual(new Function(`return ${stdout}`)(), odd);
      const bare = await dayafter('record', 'node', '-p', 'process.argv.length', 'x', '--after');
      assert.equal(bare.stdout, '3\n');
    });

    it('by usage errors, and by commands that are not there', async () => {
      const wrong = [[], ['--after', 'soon', 'true'], ['--after', '0', 'true'], ['--nonsense', 'true']];
      const ended = await Promise.all(wrong.map((args) => dayafter('record', ...args)));
      assert.deepEqual(
        ended.map(({ code }) => code),
        wrong.map(() => 2),
      );
      const help = await dayafter('record', '--help');
      assert.equal(help.code, 0);
      assert.match(help.stdout, /Ctrl\+\\ /);
      assert.equal((await refused('--', 'no-such-program')).code, 'FILE_NOT_FOUND');
      await writeFile(join(cwd, 'file'), '');
      assert.equal((await refused('-o', 'file/below', 'true')).code, 'FILE_NOT_FOUND');
    });
  });
});
