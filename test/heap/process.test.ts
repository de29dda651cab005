import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import {
  type DumpOptions,
  type FromHeap,
  type HeapFailure,
  type Method,
  maxMessage,
  maxPage,
  type Params,
  type Request,
  type Result,
} from '../../src/heap-process/protocol.ts';
import { Workspace } from '../support/workspace.ts';
import { recordSnapshot } from './snapshots.ts';

const entry = resolve(import.meta.dirname, '../../src/heap-process/main.ts');
const leaks = resolve(import.meta.dirname, 'leaks');

/** A heap process with promises for its answers; measures the longest message that came. */
class Client {
  readonly child: ChildProcess;
  longest = 0;
  progress = 0;
  readonly #waiting = new Map<number, { resolve(result: unknown): void; reject(error: unknown): void }>();
  #next = 1;
  readonly opened: Promise<HeapFailure | null>;

  constructor(dump: string, options: DumpOptions = {}) {
    this.child = fork(entry, [], { execArgv: ['--import', 'tsx'] });
    this.child.send({ type: 'open', dump, options });
    this.opened = new Promise((done) => {
      this.child.on('message', (message: FromHeap) => {
        this.longest = Math.max(this.longest, Buffer.byteLength(JSON.stringify(message)));
        if (message.type === 'progress') this.progress++;
        if (message.type === 'opened') done(null);
        if (message.type === 'failed') done(message.failure);
        if (message.type === 'answer') this.#waiting.get(message.id)?.resolve(message.result);
        if (message.type === 'refusal') this.#waiting.get(message.id)?.reject(message.failure);
      });
    });
  }

  ask<M extends Method>(method: M, params: Params<M>): Promise<Result<M>> {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: (result) => resolve(result as Result<M>), reject });
      this.child.send({ type: 'request', request: { id, method, params } as Request });
    });
  }

  /** Ends as the extension's end would make it end. */
  async close(): Promise<void> {
    if (this.child.exitCode !== null) return;
    const gone = once(this.child, 'exit');
    if (this.child.connected) this.child.disconnect();
    await gone;
  }
}

const sorting = { sort: 'retainedSize', ascending: false, filter: '' };

describe('the process that holds a heap', () => {
  let client: Client;

  before(async () => {
    client = new Client(await recordSnapshot(20, join(leaks, 'module-map.cjs'), ['100000']));
    assert.equal(await client.opened, null);
  });

  after(() => client?.close());

  it('names the suspect, and its path leads to objects that can be asked for', async () => {
    const [first] = (await client.ask('suspects', { older: [] })).suspects;
    assert.match(first!.title, /sessions/);
    assert.ok(first!.source?.endsWith('module-map.cjs'));
    const last = first!.path.at(-1)!.node;
    const { node, retainers } = await client.ask('object', { name: `@${last.id}` });
    assert.deepEqual(node, last);
    assert.ok(retainers > 0);
  });

  it('adds up: parts, classes, and the children of the root', async () => {
    const { total, parts } = await client.ask('overview', {});
    assert.equal(
      parts.reduce((sum, part) => sum + part.size, 0),
      total,
    );
    let shallow = 0;
    let seen = 0;
    for (let start = 0; ; start += maxPage) {
      const page = await client.ask('classes', { ...sorting, group: 'constructor', start, count: maxPage });
      for (const row of page.items) shallow += row.shallowSize;
      seen += page.items.length;
      if (start + maxPage >= page.total) {
        assert.equal(seen, page.total);
        break;
      }
    }
    assert.equal(shallow, total);
    const { items } = await client.ask('dominated', { id: null, start: 0, count: 5 });
    assert.deepEqual(
      items.map((item) => item.retainedSize),
      items.map((item) => item.retainedSize).sort((a, b) => b - a),
    );
  });

  it('filters and sorts classes, and opens one to its objects', async () => {
    const query = { sort: 'count', ascending: true, filter: 'PRODUCT', group: 'constructor' as const };
    const page = await client.ask('classes', { ...query, start: 0, count: 10 });
    const product = page.items.find((row) => row.name === 'Product')!;
    assert.equal(product.count, 12_500);
    const objects = await client.ask('instances', {
      group: 'constructor',
      index: product.index,
      start: 12_450,
      count: maxPage,
    });
    assert.equal(objects.total, 12_500);
    assert.equal(objects.items.length, 50);
    const fields = await client.ask('fields', { id: objects.items[0]!.id, start: 0, count: 50 });
    assert.ok(fields.items.some(({ edge }) => edge === '.labels'));
  });

  it('gives no more rows than a page has, and no message above the limit', async () => {
    const many = await client.ask('strings', { kind: 'largest', start: 0, count: 1e9 });
    assert.equal(many.items.length, Math.min(maxPage, many.total));
    assert.ok(client.longest < maxMessage, `${client.longest} bytes`);
  });

  it('refuses what is not there, and goes on', async () => {
    await assert.rejects(client.ask('object', { name: '@4000000000' }), { code: 'NO_SUCH_OBJECT' });
    await assert.rejects(client.ask('growers', { older: ['/nowhere/x'], start: 0, count: 1 }), {
      code: 'FILE_NOT_FOUND',
    });
    assert.ok((await client.ask('overview', {})).total > 0);
  });

  it('compares with an older heap', async () => {
    const older = await recordSnapshot(20, join(leaks, 'module-map.cjs'), ['20000']);
    const { items } = await client.ask('growers', { older: [older], start: 0, count: 10 });
    assert.ok(
      items.some(({ path, sizeDelta }) => /sessions/.test(path) && sizeDelta > 0),
      JSON.stringify(items),
    );
    const changes = await client.ask('changes', {
      ...sorting,
      sort: 'countDelta',
      older: [older],
      start: 0,
      count: 50,
    });
    assert.equal(changes.items.find(({ name }) => name === 'Product')!.countDelta, 10_000);
  });
});

describe('a heap process', () => {
  it('says why a file is no heap', async () => {
    const client = new Client(join(leaks, 'module-map.cjs'));
    try {
      const failure = await client.opened;
      assert.equal(failure?.code, 'UNRECOGNIZED_FORMAT');
    } finally {
      await client.close();
    }
  });

  it('cuts texts of 10 MB, markup or not', async () => {
    const workspace = await Workspace.create();
    const text = `<img src=x onerror=alert(1)>${'x'.repeat(10_000_000)}`;
    const file = await workspace.write('long.heapsnapshot', snapshotWith(text));
    const client = new Client(file);
    try {
      assert.equal(await client.opened, null);
      const { items } = await client.ask('classes', {
        ...sorting,
        group: 'constructor',
        start: 0,
        count: 100,
      });
      assert.ok(items.some(({ name }) => name.startsWith('<img')));
      const [child] = (await client.ask('dominated', { id: null, start: 0, count: 100 })).items;
      const fields = await client.ask('fields', { id: child!.id, start: 0, count: 100 });
      assert.ok(fields.items.some(({ edge }) => edge.startsWith('["<img src=x')));
      await client.ask('strings', { kind: 'largest', start: 0, count: 100 });
      assert.ok(client.longest < maxMessage, `${client.longest} bytes`);
    } finally {
      await client.close();
      await rm(workspace.folder, { recursive: true });
    }
  });
});

/** A small snapshot in which a text is a class's name, a property's name and a string. */
function snapshotWith(text: string): string {
  const strings = ['', text, 'root'];
  return JSON.stringify({
    snapshot: {
      meta: {
        node_fields: ['type', 'name', 'id', 'self_size', 'edge_count', 'trace_node_id', 'detachedness'],
        node_types: [
          [
            ...['hidden', 'array', 'string', 'object', 'code', 'closure', 'regexp', 'number', 'native'],
            ...['synthetic', 'concatenated string', 'sliced string', 'symbol', 'bigint', 'object shape'],
          ],
          ...['string', 'number', 'number', 'number', 'number', 'number'],
        ],
        edge_fields: ['type', 'name_or_index', 'to_node'],
        edge_types: [
          ['context', 'element', 'property', 'internal', 'hidden', 'shortcut', 'weak'],
          'string_or_number',
          'node',
        ],
        trace_function_info_fields: [],
        trace_node_fields: [],
        sample_fields: [],
        location_fields: ['object_index', 'script_id', 'line', 'column'],
      },
      node_count: 3,
      edge_count: 2,
      trace_function_count: 0,
      extra_native_bytes: 0,
    },
    nodes: [...[9, 2, 1, 0, 1, 0, 0], ...[3, 1, 3, 40, 1, 0, 0], ...[2, 1, 5, 10_000_028, 0, 0, 0]],
    edges: [...[1, 1, 7], ...[2, 1, 14]],
    trace_function_infos: [],
    trace_tree: [],
    samples: [],
    locations: [],
    strings,
  });
}
