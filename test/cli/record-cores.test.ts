import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { CoreCollector } from '../../src/cli/record/collect-cores.ts';
import { coreHandler } from '../../src/cli/record/core-handlers.ts';
import { coreDestination } from '../../src/cli/record/core-pattern.ts';
import { findCores } from '../../src/cli/record/find-cores.ts';
import { hangTargets } from '../../src/cli/record/hang.ts';
import { copySparse, coreName, moveTo, reserve } from '../../src/cli/record/keep-core.ts';
import { type Circumstances, noDump } from '../../src/cli/record/missing-dump.ts';
import { procdumpArguments } from '../../src/cli/record/procdump.ts';
import type { TrackedProcess } from '../../src/cli/record/process-tree.ts';
import { abortingOptions } from '../../src/cli/record/run-command.ts';
import { coreOf } from '../support/cores.ts';
import { run } from '../support/run.ts';

const unlimited = Number.POSITIVE_INFINITY;

function tracked(pid: number, more: Partial<TrackedProcess> = {}): TrackedProcess {
  return {
    ...{ pid, parent: 1, depth: 0, executable: '/usr/bin/node', cwd: '/', ended: true },
    ...{ limit: { soft: unlimited, hard: unlimited }, dumped: false, hidden: false, ...more },
  };
}

describe('the cores of a command', () => {
  let root: string;
  let folder: string;
  /** Cores of a shell and of Node.js twice, which died of SIGSEGV and SIGQUIT, and the ids of those. */
  let crashed: { path: string; pid: number };
  let stopped: { path: string; pid: number };
  let alsoStopped: { path: string; pid: number };
  const since = Date.now() - 60_000;

  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'dayafter-cores-'));
    crashed = await dumpOf('crashed', 'kill -SEGV $$');
    const quit = `exec '${process.execPath}' -e 'process.kill(process.pid, "SIGQUIT")'`;
    stopped = await dumpOf('stopped', quit);
    alsoStopped = await dumpOf('also stopped', quit);
  });

  after(() => rm(root, { recursive: true, force: true }));

  beforeEach(async () => {
    folder = await mkdtemp(join(root, 'case-'));
  });

  async function dumpOf(name: string, script: string): Promise<{ path: string; pid: number }> {
    const cwd = join(root, name);
    await mkdir(cwd);
    const { pid } = await run('bash', ['-c', `ulimit -c unlimited; ${script}`], { cwd });
    const path = await coreOf(pid, cwd, since);
    return { path: path!, pid };
  }

  describe('are found', () => {
    it('by every part of a pattern, also by folders that it names', async () => {
      const place = join(folder, 'web-1/1000');
      await mkdir(place, { recursive: true });
      await copySparse(crashed.path, join(place, `core.bash.${crashed.pid}`));
      await writeFile(join(place, 'core.bash'), 'no core');
      const pattern = join(folder, '%h/%u/core.%e.%p');
      const { cores } = await findCores(pattern, '/', since);
      assert.equal(cores.length, 1);
      assert.equal(cores[0]!.pid, crashed.pid);
      assert.equal(cores[0]!.signal, 11);
      assert.equal(basename(cores[0]!.executable), 'bash');
      assert.ok(cores[0]!.whole);
      const relative = await findCores('%u/core.%e.%p', join(folder, 'web-1'), since, { pid: crashed.pid });
      assert.deepEqual(relative.cores, cores);
      assert.deepEqual(await findCores(pattern, '/', since, { pid: 1 }), { cores: [], broken: [] });
    });

    it('by what they say, not by their names: those of other processes, old and broken ones are none', async () => {
      await copySparse(stopped.path, join(folder, 'core'));
      assert.deepEqual((await findCores('core', folder, since, { pid: crashed.pid })).cores, []);
      assert.equal((await findCores('core', folder, since, { pid: stopped.pid })).cores.length, 1);
      await utimes(join(folder, 'core'), 1, 1);
      assert.equal((await findCores('core', folder, Date.now() + 60_000)).cores.length, 0);
      await writeFile(join(folder, 'core'), '');
      assert.deepEqual(await findCores('core', folder, since), {
        cores: [],
        broken: [{ path: join(folder, 'core'), problem: 'empty' }],
      });
      const bytes = await readFile(crashed.path);
      await writeFile(join(folder, 'core'), bytes.subarray(0, bytes.length - 1));
      assert.equal((await findCores('core', folder, since)).cores[0]!.whole, false);
    });
  });

  describe('are kept', () => {
    const names = async () => (await readdir(folder)).sort();

    it('under names that tell program and process, without a file being overwritten', async () => {
      const [first, second] = [await reserve(folder, '/opt/node', 7), await reserve(folder, '/opt/node', 7)];
      assert.deepEqual(
        [first, second].map((path) => basename(path)),
        ['node.7.core', 'node.7-2.core'],
      );
      assert.equal(coreName('/opt/my node\u001b[31m', 7), 'my_node_31m.7.core');
      assert.equal(coreName('/..', 7), 'process.7.core');
      assert.equal(coreName(undefined, 7), 'process.7.core');
    });

    it('where the kernel wrote them, if that is their place already', async () => {
      const path = join(folder, `bash.${crashed.pid}.core`);
      await copySparse(crashed.path, path);
      const collector = new CoreCollector(coreDestination('bash.%p.core', false), folder, since);
      const process = tracked(crashed.pid, { cwd: folder });
      await collector.take([process], [process]);
      await collector.finish([process], { processes: [], certain: true });
      assert.deepEqual(
        collector.cores.map((core) => core.path),
        [path],
      );
      assert.deepEqual(await names(), [basename(path)]);
    });

    it('with their holes, where they are copied', async () => {
      const [from, to] = [join(folder, 'from'), join(folder, 'to')];
      const bytes = Buffer.alloc(3_000_000);
      bytes.fill('x', 1_000_000, 1_000_100);
      await writeFile(from, bytes);
      await copySparse(from, to);
      assert.ok((await readFile(to)).equals(bytes));
      const { blocks, mode } = await stat(to);
      assert.ok(blocks * 512 < 1_000_000, `${blocks} blocks`);
      assert.equal(mode & 0o777, 0o600);
    });

    it('where they are, if they cannot be moved', async () => {
      await assert.rejects(moveTo(join(folder, 'nothing'), await reserve(folder, 'node', 7)));
      assert.deepEqual(await names(), []);
    });

    it('in the order in which their processes died, of a SIGQUIT to all the innermost first', async () => {
      const cores = join(folder, 'cores');
      await mkdir(cores);
      const collector = new CoreCollector(coreDestination(`${cores}/core.%p`, false), folder, since);
      const [first, outer, inner] = [crashed, stopped, alsoStopped].map(({ pid }, depth) =>
        tracked(pid, { depth }),
      );
      const all = [first!, outer!, inner!];
      const place = ({ pid }: { pid: number }) => join(cores, `core.${pid}`);
      await copySparse(crashed.path, place(crashed));
      await collector.take([first!], all);
      await copySparse(stopped.path, place(stopped));
      await copySparse(alsoStopped.path, place(alsoStopped));
      await collector.take([], all);
      assert.equal(collector.cores.length, 1, 'what has not ended is not taken');
      await collector.finish(all, { processes: [], certain: true });
      await collector.finish(all, { processes: [], certain: true });
      assert.deepEqual(
        collector.cores.map((core) => core.pid),
        [crashed.pid, alsoStopped.pid, stopped.pid],
      );
      assert.deepEqual(await readdir(cores), []);
      assert.deepEqual(collector.notes, []);
    });

    it('of processes that came and went unseen, by their parents', async () => {
      const info = (await findCores(crashed.path, '/', since)).cores[0]!;
      await copySparse(crashed.path, join(folder, 'core'));
      const collector = new CoreCollector(coreDestination('core', false), folder, since);
      await collector.take([], [tracked(info.parent, { cwd: folder, ended: false })]);
      assert.deepEqual(await names(), [`bash.${crashed.pid}.core`]);
    });
  });

  describe('are asked for', () => {
    let path: string | undefined;
    before(() => {
      path = process.env.PATH;
    });
    afterEach(() => {
      process.env.PATH = path;
    });

    /** A coredumpctl that has the core when it is asked for the second time. */
    async function fakeCoredumpctl(answer: string): Promise<void> {
      const bin = join(folder, 'bin');
      await mkdir(bin);
      await writeFile(join(bin, 'coredumpctl'), `#!/bin/sh\necho "$*" >> '${folder}/asked'\n${answer}`);
      await chmod(join(bin, 'coredumpctl'), 0o755);
      process.env.PATH = `${bin}:${path}`;
    }

    const systemd = coreDestination('|/usr/lib/systemd/systemd-coredump %P %u %g %s %t %c %h', false);

    it('of systemd-coredump, until it has it', async () => {
      await fakeCoredumpctl(
        `[ $(wc -l < '${folder}/asked') -gt 1 ] || { echo 'No match for PID' >&2; exit 1; }\n` +
          `for word; do case $word in --output=*) cp '${crashed.path}' "\${word#--output=}"; esac; done\n`,
      );
      await mkdir(join(folder, 'out'));
      const collector = new CoreCollector(systemd, join(folder, 'out'), 1_700_000_000_900);
      const process = tracked(crashed.pid);
      await collector.take([process], [process]);
      await collector.finish([process], { processes: [process], certain: true });
      assert.deepEqual(await readdir(join(folder, 'out')), [`node.${crashed.pid}.core`]);
      assert.deepEqual(collector.notes, []);
      const asked = (await readFile(join(folder, 'asked'), 'utf8')).trim().split('\n');
      const words = `--no-pager --since=@1700000000 --output=${join(folder, 'out')}/node.${crashed.pid}.core dump ${crashed.pid}`;
      assert.deepEqual(asked, [words, words]);
    });

    it('of nobody, where nothing died', async () => {
      await fakeCoredumpctl('exit 1');
      const collector = new CoreCollector(systemd, folder, since);
      await collector.finish([tracked(1)], { processes: [], certain: true });
      assert.deepEqual(await readdir(folder), ['bin']);
    });

    it('of others by the files that they leave', async () => {
      const collector = new CoreCollector(
        coreDestination('|/usr/libexec/abrt-hook-ccpp %s', false),
        folder,
        since,
      );
      await copySparse(crashed.path, join(folder, `core.${crashed.pid}`));
      const processes = [tracked(1, { cwd: folder }), tracked(crashed.pid, { cwd: folder })];
      await collector.finish(processes, { processes, certain: false });
      assert.deepEqual(await readdir(folder), [`bash.${crashed.pid}.core`]);
    });

    it('of apport in its folder', async () => {
      const [pattern] = coreHandler('/usr/share/apport/apport -p%p -s%s').patterns;
      const place = join(folder, 'var/lib/apport/coredump');
      await mkdir(place, { recursive: true });
      const boot = 'c2c91690-dade-4dba-ad0e-c9d72f5fa11a';
      await copySparse(crashed.path, join(place, `core._usr_bin_bash.0.${boot}.${crashed.pid}.50429709`));
      const { cores } = await findCores(folder + pattern, '/', since, { pid: crashed.pid });
      assert.equal(cores.length, 1);
    });
  });

  describe('are missed', () => {
    const circumstances: Circumstances = {
      command: ['/usr/bin/node', 'x.js'],
      ending: { code: null, signal: 'SIGABRT' },
      destination: { kind: 'file', pattern: 'core' },
      process: undefined,
      allowed: { soft: 0, hard: unlimited },
      broken: [],
      notes: [],
    };
    const told = (more: Partial<Circumstances>) => {
      const { code, message, hint } = noDump({ ...circumstances, ...more });
      assert.equal(code, 'NO_DUMP_WRITTEN');
      return `${message} | ${hint}`;
    };
    const dead = 'node died of SIGABRT and left no dump';

    it('with the reason, and what helps', () => {
      assert.equal(told({}), `${dead}: the kernel wrote no core | 'dmesg' may tell why.`);
      const limited = tracked(7, { limit: { soft: 0, hard: 0 } });
      const allowed = { soft: 0, hard: 0 };
      assert.match(
        told({ process: limited, allowed }),
        /the hard core size limit .* is 0 \| .*LimitCORE=infinity/,
      );
      assert.match(told({ allowed }), /the hard core size limit/);
      const early = tracked(7, { limit: { soft: 0, hard: unlimited }, cwd: '/nonexistent' });
      assert.match(told({ process: early }), /\/nonexistent, which is not there/);
      assert.match(told({ process: { ...early, depth: 1 } }), /lowered the limit itself/);
      assert.match(told({ process: limited }), /core size limit .* was 0 \| .*lowered the limit itself/);
      assert.match(
        told({ broken: [{ path: '/a/core', problem: 'empty' }], process: tracked(7) }),
        /: \/a\/core was begun, but not written \| The disk/,
      );
      assert.match(told({ process: tracked(7, { hidden: true }) }), /protects the memory of .*setcap/);
      const { pid } = process;
      const mixed = { path: '/a/core', problem: 'no core' } as const;
      assert.match(
        told({ broken: [mixed], process: tracked(pid) }),
        /no core that can be read .*core_uses_pid=1/,
      );
      const forbidden = { path: '/a/core', problem: 'forbidden' } as const;
      assert.match(told({ broken: [forbidden], process: tracked(pid) }), /may not be read .*sudo chown/);
      const gone = tracked(7, { cwd: '/nonexistent' });
      assert.match(told({ process: gone }), /cores go to \/nonexistent, which is not there/);
      const unreachable = { kind: 'file', pattern: '/nonexistent/%e/core.%p' } as const;
      assert.match(told({ process: gone, destination: unreachable }), /the kernel wrote no core/);
      const absolute = { kind: 'file', pattern: '/nonexistent/core.%p' } as const;
      assert.match(told({ process: gone, destination: absolute }), /mkdir -p \/nonexistent$/);
    });

    it('of what no core is written of', () => {
      const ended = (code: number | null, signal: NodeJS.Signals | null = null) =>
        told({ ending: { code, signal } });
      assert.match(ended(0), /^node ended with status 0 and left no dump \| It ended well/);
      assert.match(ended(255), /^node ended with status 255 and left no dump \| It ended by itself/);
      assert.match(
        ended(137),
        /^node ended with status 137, which stands for SIGKILL, and left no dump: SIGKILL/,
      );
      assert.match(
        ended(134),
        /^node ended with status 134, which stands for SIGABRT, .*the kernel wrote no core/,
      );
      assert.match(ended(null, 'SIGTERM'), /^node died of SIGTERM and left no dump: SIGTERM leaves none/);
    });

    it('where the system gives them away', () => {
      const piped = (command: string, notes: string[] = []) =>
        told({ destination: { kind: 'pipe', command }, notes });
      assert.match(
        piped('/opt/collect %p'),
        /gives cores to \/opt\/collect \("\|\/opt\/collect %p"\) \| .*sysctl -w/,
      );
      assert.match(piped('/wsl-capture-crash %t'), /gives cores to WSL .*wsl-crashes/);
      assert.match(piped('/bin/false'), /It throws them away/);
      const systemd = piped('/lib/systemd/systemd-coredump %P', ['it has none']);
      assert.match(systemd, /to systemd-coredump .*, and it has none \| 'coredumpctl /);
      assert.match(told({ destination: { kind: 'none' } }), /core_pattern is empty/);
      assert.match(told({ destination: { kind: 'socket', path: '/run/s' } }), /the socket \/run\/s/);
    });
  });
});

describe('a command that is recorded', () => {
  it('has all other options of Node.js that the user gave', () => {
    const flag = '--abort-on-uncaught-exception';
    assert.equal(abortingOptions(undefined), flag);
    assert.equal(abortingOptions(' '), flag);
    assert.equal(abortingOptions('--require "./a b.js"'), `--require "./a b.js" ${flag}`);
    assert.equal(abortingOptions(`${flag} --no-warnings`), `${flag} --no-warnings`);
    assert.equal(abortingOptions('--abort_on_uncaught_exception'), '--abort_on_uncaught_exception');
  });

  it('is aborted where it hangs: the innermost Node.js, then what led to it', () => {
    const at = (pid: number, parent: number, executable: string, ended = false) =>
      tracked(pid, { parent, executable, ended });
    const [node, shell, tool] = ['/usr/bin/node', '/bin/sh', '/opt/esbuild'];
    const alone = [at(1, 0, node)];
    assert.deepEqual(hangTargets(1, alone), [1]);
    assert.deepEqual(hangTargets(1, [at(1, 0, shell), at(2, 1, tool)]), [1]);
    const npm = [at(1, 0, node), at(2, 1, shell), at(3, 2, '/opt/node-22/bin/node')];
    assert.deepEqual(hangTargets(1, npm), [3, 1]);
    assert.deepEqual(hangTargets(1, [...npm, at(4, 3, tool), at(5, 3, node, true)]), [3, 1]);
    assert.deepEqual(hangTargets(1, [...npm, at(4, 3, node), at(5, 3, shell), at(6, 5, node)]), [3, 1]);
    assert.deepEqual(hangTargets(1, [at(1, 0, shell), at(2, 1, node)]), [2, 1]);
  });

  it('is started by procdump on Windows', () => {
    assert.deepEqual(procdumpArguments('C:\\dumps', ['node.exe', 'a b.js', '-x']), [
      ...['-accepteula', '-ma', '-e', '-t', '-x', 'C:\\dumps'],
      ...['node.exe', 'a b.js', '-x'],
    ]);
  });
});
