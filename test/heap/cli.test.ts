import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dayafter, printed } from '../cli/dayafter.ts';
import { programs, recordSnapshot } from './snapshots.ts';

const nodeKeys = ['address', 'detail', 'id', 'name', 'retainedSize', 'shallowSize', 'type'];

describe("the heap commands' JSON", function () {
  this.timeout(180_000);
  let snapshot: string;
  let older: string;

  before(async () => {
    snapshot = await recordSnapshot(22, join(programs, 'service.cjs'), ['4000']);
    older = await recordSnapshot(22, join(programs, 'service.cjs'), ['1000']);
  });

  it('summary: parts that sum up to the total', async () => {
    const { total, parts, coverage } = await json('summary', snapshot);
    assert.ok(total > 1e6);
    assert.equal(
      parts.reduce((sum: number, part: { size: number }) => sum + part.size, 0),
      total,
    );
    assert.deepEqual(keys(parts[0]), ['count', 'name', 'size']);
    assert.equal(coverage.complete, true);
  });

  it('objects: a class with its constructor place', async () => {
    const { classes, total } = await json('objects', snapshot);
    const user = classes.find((c: { name: string }) => c.name === 'User');
    assert.equal(user.count, 4000);
    assert.ok(user.constructedAt.source.endsWith('service.cjs'));
    assert.equal(user.constructedAt.line, 6);
    assert.deepEqual(keys(user), ['constructedAt', 'count', 'name', 'retainedSize', 'shallowSize', 'type']);
    assert.ok(total.count > 4000);
  });

  it('objects --shapes: plain objects by their properties', async () => {
    const { classes } = await json('objects', snapshot, '--shapes');
    // V8 shows a double that lies in the object itself as no property.
    const shape = classes.find((c: { name: string }) => c.name === '{street}');
    assert.ok(shape.count >= 4000 && shape.count < 4010, String(shape.count));
  });

  it('object, path and dominators: one object, from all sides', async () => {
    const map = await largestMap();
    const { node, fields, retainers, dominators } = await json('object', snapshot, String(map.id));
    assert.deepEqual(node, map);
    assert.deepEqual(keys(node), nodeKeys);
    assert.ok(fields.some((f: { edge: string }) => f.edge === 'internal table'));
    const holder = retainers.find((r: { edge: string }) => r.edge === '.cache');
    assert.equal(holder.node.name, 'Object');
    assert.equal(dominators.at(-1).id, 1);
    const { paths } = await json('path', snapshot, `@${map.id}`);
    const edges = paths[0].map((s: { edge: string }) => s.edge);
    assert.deepEqual(edges.slice(-2), ['.kept', '.cache']);
    assert.equal(paths[0][0].edge, '');
    const { children, total } = await json('dominators', snapshot, String(map.id));
    assert.equal(children.length, Math.min(50, total));
    assert.ok(children[0].retainedSize <= map.retainedSize);
  });

  it('names the entry of a Map by its key', async () => {
    const { suspects } = await json('leaks', snapshot);
    assert.ok(suspects.length > 0);
    const map = await largestMap();
    const table = (await json('object', snapshot, String(map.id))).fields.find(
      (f: { edge: string }) => f.edge === 'internal table',
    ).node;
    const { fields } = await json('object', snapshot, String(table.id));
    assert.ok(fields.some((f: { edge: string }) => f.edge === 'get("key 7")'));
  });

  it('strings and closures', async () => {
    const { duplicates, largest } = await json('strings', snapshot);
    assert.deepEqual(keys(duplicates[0]), ['count', 'text', 'wasted']);
    assert.deepEqual(keys(largest[0]), ['id', 'length', 'size', 'text']);
    const { positions } = await json('closures', snapshot);
    const handler = positions.find((p: { function: string; count: number }) => p.function === 'handler');
    assert.equal(handler.count, 800);
    assert.ok(handler.source.endsWith('service.cjs'));
    assert.equal(handler.line, 19);
  });

  it('leaks: suspects with all keys, of a baseline too', async () => {
    for (const args of [[], ['--baseline', older]]) {
      const { suspects } = await json('leaks', snapshot, ...args);
      for (const key of [
        'title',
        'explanation',
        'kind',
        'retainedSize',
        'share',
        'count',
        'accumulationPoint',
        'sample',
        'path',
        'evidence',
        'caveats',
      ])
        assert.ok(key in suspects[0], key);
    }
  });

  it('diff: classes and places that grew', async () => {
    const { classes, growers } = await json('diff', older, snapshot);
    const user = classes.find((c: { name: string }) => c.name === 'User');
    assert.equal(user.countDelta, 3000);
    const grower = growers.find((g: { path: string }) => g.path === 'kept.cache');
    assert.ok(grower && grower.sizeDelta > 0, JSON.stringify(growers.slice(0, 3)));
    assert.deepEqual(keys(classes[0]), ['added', 'countDelta', 'name', 'removed', 'sizeDelta', 'type']);
  });

  it('is the same each time, and text output comes without failure', async () => {
    for (const command of ['summary', 'objects', 'strings', 'closures', 'leaks', 'dominators']) {
      assert.equal(await printed(command, snapshot, '--json'), await printed(command, snapshot, '--json'));
      assert.ok((await printed(command, snapshot)).length > 100);
    }
    assert.ok((await printed('diff', older, snapshot, snapshot)).length > 100);
  });

  it('refuses what it cannot do', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'dayafter-heap-'));
    try {
      const noObject = await failed('object', snapshot, '999999998');
      assert.equal(noObject.code, 'NO_SUCH_OBJECT');
      assert.equal((await failed('path', snapshot, '0x1234')).code, 'NO_SUCH_OBJECT');
      const text = join(folder, 'notes.txt');
      writeFileSync(text, 'no dump');
      assert.equal((await failed('summary', text)).code, 'UNRECOGNIZED_FORMAT');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  async function largestMap(): Promise<{ id: number; retainedSize: number }> {
    const { suspects } = await json('leaks', snapshot, '--limit', '20');
    const map = suspects.find((s: { expression: string }) => s.expression === 'kept.cache');
    return map.accumulationPoint;
  }
});

function keys(value: object): string[] {
  return Object.keys(value).sort();
}

// biome-ignore lint/suspicious/noExplicitAny: what a script sees of the JSON
async function json(...args: string[]): Promise<any> {
  return JSON.parse(await printed(...args, '--json'));
}

async function failed(...args: string[]): Promise<{ code: string }> {
  const { status, out } = await dayafter(...args, '--json');
  assert.equal(status, 1, out);
  return JSON.parse(out).error;
}
