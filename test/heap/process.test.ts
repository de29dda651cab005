import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
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
import { type Recording, recordCore } from '../support/cores.ts';
import { Workspace } from '../support/workspace.ts';
import { smallSnapshot } from './small-snapshot.ts';
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

  /** Tells the process to open the heap again; resolves as `opened` does. */
  reopen(dump: string): Promise<HeapFailure | null> {
    return new Promise((done) => {
      this.child.on('message', (message: FromHeap) => {
        if (message.type === 'opened') done(null);
        if (message.type === 'failed') done(message.failure);
      });
      this.child.send({ type: 'open', dump, options: {} });
    });
  }

  /** The response to a request of the debug adapter protocol. */
  debug(command: string, args: unknown): Promise<DebugProtocol.Response> {
    const seq = this.#next++;
    return new Promise((resolve) => {
      this.child.on('message', (message: FromHeap) => {
        if (message.type !== 'debug') return;
        const response = message.message as DebugProtocol.Response;
        if (response.type === 'response' && response.request_seq === seq) resolve(response);
      });
      const message = { seq, type: 'request', command, arguments: args };
      this.child.send({ type: 'debug', session: 1, message });
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

describe('the process of a core', () => {
  let client: Client;
  let recording: Recording;

  before(async () => {
    recording = await recordCore(22, 'uncaught.js');
    client = new Client(recording.core);
    assert.equal(await client.opened, null);
  });

  after(() => client?.close());

  async function session(): Promise<string> {
    const group = 'constructor';
    const query = { ...sorting, group, filter: 'Session', start: 0, count: 100 } as const;
    const { items } = await client.ask('classes', query);
    const { index } = items.find((row) => row.name === 'Session' && row.count === 1000)!;
    const page = await client.ask('instances', { group, index, start: 0, count: 1 });
    return page.items[0]!.address!;
  }

  it('tells how the process ended, and what its heap had', async () => {
    const { process, coverage } = await client.ask('overview', {});
    assert.ok(process!.facts.some(([, text]) => text.includes('boom arg-string')));
    assert.ok(process!.isolates[0]!.spaces.some(({ name }) => name === 'old_space'));
    assert.equal(coverage.pages!.unreadable, 0);
    assert.ok(process!.writable > coverage.pages!.bytes);
  });

  it('shows a value as the debugger does, and what is inside of it', async () => {
    const name = await session();
    const { items, total, description } = await client.ask('value', { name, start: 0, count: 50 });
    assert.equal(description, 'Session');
    assert.deepEqual(
      items.map((row) => row.name),
      ['id', 'user', 'when', 'map', 'big', '[[Prototype]]'],
    );
    assert.equal(total, items.length);
    assert.equal(items[4]!.text, '123456789012345678901234567890n');
    const map = await client.ask('value', { name: items[3]!.address!, start: 0, count: 1 });
    assert.equal(map.description, 'Map(1)');
    assert.match(map.items[0]!.name, /^\d+ ⇒$/);
    const rest = await client.ask('value', { name, start: 4, count: 50 });
    assert.deepEqual(
      rest.items.map((row) => row.name),
      ['big', '[[Prototype]]'],
    );
  });

  it('has whole sources, however long', async () => {
    const { text } = await client.ask('source', { url: 'node:internal/util/inspect' });
    assert.ok(text!.length > 50_000);
    const own = await client.ask('source', { url: recording.program });
    assert.match(own.text!, /^\/\/ Throws through five named functions/);
    assert.equal((await client.ask('source', { url: '/nowhere.js' })).text, null);
  });

  it('groups by module and draws the dominators', async () => {
    const page = await client.ask('classes', { ...sorting, group: 'module', start: 0, count: 100 });
    const own = page.items.find(({ name }) => name === recording.program);
    assert.ok(own!.count > 5000, `${own!.count} objects`);
    const { boxes } = await client.ask('icicle', { id: null });
    assert.equal(boxes[0]!.share, 1);
    for (const box of boxes.slice(1)) {
      const above = boxes[box.parent!]!;
      assert.equal(box.depth, above.depth + 1);
      assert.ok(box.from >= above.from && box.from + box.share <= above.from + above.share + 1e-9);
    }
  });

  it('debugs in the same process, also after its heap was closed, which can be opened again', async () => {
    await client.debug('initialize', { adapterID: 'node-postmortem', pathFormat: 'path' });
    const attached = await client.debug('attach', { dump: recording.core });
    assert.ok(attached.success, attached.message);
    client.child.send({ type: 'close' });
    const { body } = await client.debug('threads', {});
    assert.ok(body.threads.length > 0);
    assert.equal(await client.reopen(recording.core), null);
    assert.ok((await client.ask('overview', {})).total > 0);
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
    const file = await workspace.write('long.heapsnapshot', smallSnapshot([text, text, text]));
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
