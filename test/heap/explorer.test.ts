import assert from 'node:assert/strict';
import { moduleName } from '../../src/engine/analyses/modules.ts';
import { linkText, readLink } from '../../src/extension/heap/links.ts';
import { mergeChanges } from '../../src/heap-process/comparison.ts';

describe('links into the heap explorer', () => {
  it('lead back to where they were copied', () => {
    const link = {
      dump: '/tmp/a b/ü&x=1.heapsnapshot',
      older: ['/tmp/1', '/tmp/2'],
      location: { tab: 'object', object: '@12' },
    } as const;
    const [path, query] = linkText(link).split('?');
    assert.deepEqual(readLink(path!, query!), link);
  });

  it('take nothing else for a place', () => {
    assert.equal(readLink('/other', 'dump=/x'), undefined);
    assert.equal(readLink('/heap', 'view=object'), undefined);
    assert.deepEqual(readLink('/heap', 'dump=/x&view=evil&object=<img>')?.location, {
      tab: 'overview',
      object: null,
    });
  });
});

describe('modules of scripts', () => {
  for (const [script, name] of [
    ['/app/node_modules/express/lib/router/index.js', 'express'],
    ['/app/node_modules/a/node_modules/@scope/b/x.js', '@scope/b'],
    ['C:\\app\\node_modules\\left-pad\\index.js', 'left-pad'],
    ['node:internal/timers', 'Node.js'],
    ['/app/server.js', '/app/server.js'],
    ['', '(code without a file)'],
  ] as const)
    it(`${script || 'no name'} belongs to ${name}`, () => assert.equal(moduleName(script), name));
});

describe('changes since several dumps', () => {
  const row = (name: string, countDelta: number) => ({
    name,
    type: 'object',
    added: Math.max(0, countDelta),
    removed: 0,
    countDelta,
    sizeDelta: 10 * countDelta,
  });

  it('stand in one row for each class', () => {
    const diff = (...classes: ReturnType<typeof row>[]) => ({ classes, growers: [], sameProcess: true });
    const [a, b] = mergeChanges([diff(row('A', 3)), diff(row('A', 1), row('B', 2))]);
    assert.deepEqual(a?.since, [
      { countDelta: 3, sizeDelta: 30 },
      { countDelta: 1, sizeDelta: 10 },
    ]);
    assert.equal(b?.countDelta, 0);
    assert.deepEqual(b?.since, [null, { countDelta: 2, sizeDelta: 20 }]);
  });
});
