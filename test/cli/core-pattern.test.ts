import assert from 'node:assert/strict';
import {
  type CoreFacts,
  coreDestination,
  expandCorePattern,
  namesProcess,
} from '../../src/cli/record/core-pattern.ts';

const facts: CoreFacts = {
  pid: 12,
  thread: 13,
  hostPid: 4711,
  hostThread: 4712,
  user: 1000,
  group: 100,
  dumpMode: 1,
  signal: 6,
  time: 1700000000,
  host: 'web-1',
  comm: 'MainThread',
  executable: '/opt/node 22/bin/node',
  limit: 18446744073709551615n,
  cpu: 3,
};

const expand = (pattern: string, known = facts) => expandCorePattern(pattern, known);

/** Whether a name of one component can be the core of a process of which nothing is known. */
function fits(pattern: string, name: string): boolean {
  const [component, ...more] = expandCorePattern(pattern);
  assert.deepEqual(more, []);
  return typeof component === 'string' ? component === name : component!.test(name);
}

describe('kernel.core_pattern', () => {
  it('stands for text where all is known: every specifier of core(5)', () => {
    const specifiers: Record<string, string> = {
      '%%': '%',
      '%c': '18446744073709551615',
      '%C': '3',
      '%d': '1',
      '%e': 'MainThread',
      '%E': '!opt!node 22!bin!node',
      '%f': 'node',
      '%g': '100',
      '%h': 'web-1',
      '%i': '13',
      '%I': '4712',
      '%p': '12',
      '%P': '4711',
      '%s': '6',
      '%t': '1700000000',
      '%u': '1000',
    };
    for (const [specifier, text] of Object.entries(specifiers)) {
      assert.deepEqual(expand(`core.${specifier}x`), [`core.${text}x`], specifier);
    }
    assert.deepEqual(expand('core'), ['core']);
    assert.deepEqual(expand('core.%e.%p.%s'), ['core.MainThread.12.6']);
  });

  it('drops what is no specifier, and a single % at the end', () => {
    assert.deepEqual(expand('a%zb%Fc%'), ['abc']);
    assert.deepEqual(expand('a%/b'), ['ab']);
    assert.deepEqual(expand('100%%'), ['100%']);
    assert.deepEqual(expand('%%p'), ['%p']);
    assert.deepEqual(expand('%%%p'), ['%12']);
  });

  it('makes a path of folders, in which specifiers may stand', () => {
    assert.deepEqual(expand('/var/cores/%h/%u/core.%p'), ['var', 'cores', 'web-1', '1000', 'core.12']);
    assert.deepEqual(expand('../cores//core'), ['..', 'cores', 'core']);
  });

  it('never makes folders of names: slashes become !, and so do names with a meaning', () => {
    const named = (comm: string) => expand('%e', { comm })[0];
    assert.equal(named('a/b'), 'a!b');
    assert.equal(named('/'), '!');
    assert.equal(named('.'), '!');
    assert.equal(named('..'), '!.');
    assert.equal(named('...'), '...');
    assert.equal(named(''), '!');
    assert.equal(expand('%E', { executable: '/a' })[0], '!a');
  });

  it('matches every name that the kernel can make where something is not known', () => {
    assert.ok(fits('core.%p', 'core.4711'));
    assert.ok(!fits('core.%p', 'core.x'));
    assert.ok(!fits('core.%p', 'core.1.gz'));
    assert.ok(!fits('core.%p', 'my-core.1'));
    assert.ok(fits('%e-%t+(%s)', 'a [b]\n-17+(6)'));
    assert.ok(!fits('%e-%t+(%s)', 'a-17+6'));
    assert.ok(fits('core%%%p', 'core%1'));
    assert.ok(fits('core.%h.%E', 'core.host.!usr!bin!node'));
    const [component] = expandCorePattern('core.%e.%p', { pid: 12 });
    assert.ok((component as RegExp).test('core.node.12'));
    assert.ok(!(component as RegExp).test('core.node.13'));
  });

  it('gets the process id where kernel.core_uses_pid says so and it has none', () => {
    const pattern = (text: string) => {
      const destination = coreDestination(text, true);
      return destination.kind === 'file' ? destination.pattern : destination.kind;
    };
    assert.equal(pattern('core'), 'core.%p');
    assert.equal(pattern(''), '.%p');
    assert.equal(pattern('core-%p'), 'core-%p');
    assert.equal(pattern('core-%P'), 'core-%P.%p');
    assert.equal(pattern('core%%p'), 'core%%p.%p');
    assert.equal(pattern('core%'), 'core.%p');
    assert.equal(pattern('core%%'), 'core%%.%p');
    assert.deepEqual(expand(pattern('core%%%'), { pid: 1 }), ['core%.1']);
    assert.equal(pattern('|/bin/x'), 'pipe');
  });

  it('tells files from programs, sockets and nothing at all', () => {
    assert.deepEqual(coreDestination('core', false), { kind: 'file', pattern: 'core' });
    assert.deepEqual(coreDestination('', false), { kind: 'none' });
    assert.deepEqual(coreDestination('|/usr/share/apport/apport -p%p', false), {
      kind: 'pipe',
      command: '/usr/share/apport/apport -p%p',
    });
    assert.deepEqual(coreDestination('@@/run/core.sock', false), { kind: 'socket', path: '/run/core.sock' });
  });

  it('is known to give each process a name of its own', () => {
    for (const pattern of ['core.%p', '%P', '/tmp/%i/core', 'core-%I']) assert.ok(namesProcess(pattern));
    for (const pattern of ['core', 'core.%e.%u', '%%p', '/tmp/core']) assert.ok(!namesProcess(pattern));
  });
});
