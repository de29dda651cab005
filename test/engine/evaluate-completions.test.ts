import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { completions } from '../../src/engine/evaluate/completions.ts';
import type { Environment } from '../../src/engine/evaluate/environment.ts';
import { type CoreSession, openDump } from '../../src/engine/session.ts';
import { cacheFolder } from '../support/cache.ts';
import { coreEnvironment } from '../support/core-environment.ts';
import { recordCore } from '../support/cores.ts';

describe('completions of expressions', () => {
  let session: CoreSession;
  let environment: Environment;

  before(async () => {
    const none = join(cacheFolder, 'evaluate-none.json');
    await writeFile(none, '[]');
    const recording = await recordCore(22, 'evaluate.js', { args: [none], inputs: [none], nodeFlags: [] });
    session = await openDump(recording.core, { program: recording.node });
    environment = { ...coreEnvironment(session), names: () => ['local', 'people', 'not a name'] };
  });

  after(() => session.close());

  const labels = (text: string) => completions(text, environment).items.map((item) => item.label);

  it('are the names in scope', () => {
    assert.deepEqual(labels('loc'), ['local']);
    assert.deepEqual(completions('1 + peo', environment), {
      start: 4,
      items: [{ label: 'people', kind: 'variable' }],
    });
    assert.ok(labels('').includes('JSON'));
    assert.deepEqual(labels('arr.map(poi').sort(), ['Point', 'Point3', 'point', 'point3']);
  });

  it('are the properties before the dot', () => {
    assert.deepEqual(labels('point.').slice(0, 2), ['x', 'y']);
    assert.ok(labels('point.').includes('sum'));
    assert.ok(labels('point.').includes('hasOwnProperty'));
    assert.deepEqual(labels('point.#'), ['#secret']);
    assert.deepEqual(labels('obj.d.e.'.concat('f')), ['f']);
    assert.deepEqual(labels('1 + people[0]?.add'), ['address']);
    assert.deepEqual(labels('people.find(p => p.age > 30).address.c'), ['city', 'constructor']);
    assert.deepEqual(labels('people.map(p => p.name).filt'), ['filter']);
    assert.deepEqual(labels('(arr).toSor'), ['toSorted']);
    assert.deepEqual(labels('[1].toSor'), ['toSorted']);
    assert.deepEqual(labels('"a".toUpp'), ['toUpperCase']);
    assert.deepEqual(labels('({ abc: 1 }).ab'), ['abc']);
    assert.deepEqual(labels('map.get("b").n'), ['n']);
    assert.ok(completions('arr.fil', environment).items.every((item) => item.kind === 'method'));
  });

  it('are none where nothing can be told', () => {
    assert.deepEqual(labels('nope.'), []);
    assert.deepEqual(labels('undef.'), []);
    assert.deepEqual(labels('fn(1).'), []);
    assert.deepEqual(labels('"abc.'), []);
    assert.deepEqual(labels('1.'), labels(''));
    assert.deepEqual(labels('.'), []);
    assert.deepEqual(labels('proxy.'), []);
  });
});
