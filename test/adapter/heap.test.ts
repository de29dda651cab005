import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { recordSnapshot } from '../heap/snapshots.ts';
import type { ReleaseLine } from '../support/releases.ts';
import { AdapterClient, RequestFailed } from './client.ts';

type Variable = DebugProtocol.Variable;

const program = resolve(import.meta.dirname, 'programs/heap.cjs');
const lines: readonly ReleaseLine[] = [20, 26];

function find(variables: readonly Variable[], name: string): Variable {
  const found = variables.find((variable) => variable.name === name);
  assert.ok(found, `${name} is not among ${variables.map((variable) => variable.name).join(', ')}`);
  return found;
}

async function failure(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => undefined,
    (reason) => reason,
  );
  assert.ok(error instanceof RequestFailed, `it should have failed: ${String(error)}`);
  return error.message;
}

describe('the debug adapter on a heap snapshot', function () {
  this.timeout(120_000);

  after(() => AdapterClient.endAll());

  for (const line of lines) {
    describe(`of Node ${line}`, () => {
      let client: AdapterClient;
      let stopped: DebugProtocol.StoppedEvent['body'];
      let scopes: DebugProtocol.Scope[];

      before(async () => {
        const dump = await recordSnapshot(line, program, ['2000']);
        client = new AdapterClient();
        stopped = await client.open({ dump });
        const [frame, ...more] = await client.stackTrace(stopped.threadId!);
        assert.deepEqual(more, []);
        assert.equal(frame!.name, 'heap.heapsnapshot');
        ({ scopes } = await client.request<DebugProtocol.ScopesResponse['body']>('scopes', {
          frameId: frame!.id,
        }));
      });

      after(() => client?.close());

      const children = async (variable: Pick<Variable, 'variablesReference'>, more = {}) =>
        client.variables(variable.variablesReference, more);

      it('has one stopped thread, with globals and suspects', async () => {
        assert.equal(stopped.reason, 'pause');
        const { threads } = await client.request<DebugProtocol.ThreadsResponse['body']>('threads');
        assert.deepEqual(threads, [{ id: stopped.threadId, name: 'heap snapshot' }]);
        assert.deepEqual(
          scopes.map((scope) => scope.name),
          ['Globals', 'Suspects'],
        );
      });

      it('shows globals as a debugger would', async () => {
        const globals = await children(scopes[0]!, { filter: 'named' });
        const shop = find(globals, 'shop');
        assert.equal(shop.evaluateName, 'globalThis.shop');
        assert.match(shop.value, /^Shop \{name: 'corner shop', orders: Map\(2000\)|^Shop \{.*orders: Map/);
        const fields = await children(shop);
        assert.equal(find(fields, 'name').value, "'corner shop'");
        const report = find(fields, 'report');
        assert.match(report.value, /^ƒ report \(heap\.cjs:\d+:\d+\)$/);
        const { source, line: at } = await client.request<DebugProtocol.LocationsResponse['body'] & object>(
          'locations',
          { locationReference: report.valueLocationReference },
        );
        assert.equal(source.path, program);
        assert.match(readFileSync(program, 'utf8').split('\n')[at - 1]!, /function report/);
      });

      it('shows the entries of a Map by their keys, a page at a time', async () => {
        const orders = await client.evaluate('shop.orders');
        assert.match(orders.result, /^Map\(2000\) \{'order-0' => Order, .*…\}$/);
        const entries = find(await children(orders), '[[Entries]]');
        assert.equal(entries.indexedVariables, 2000);
        const page = await children(entries, { filter: 'indexed', start: 1500, count: 3 });
        assert.deepEqual(
          page.map(({ name, value }) => [name, value.replace(/ => .*/, '')]),
          [
            ['1500', "{'order-1500'"],
            ['1501', "{'order-1501'"],
            ['1502', "{'order-1502'"],
          ],
        );
        const pair = await children(page[0]!);
        assert.match(find(pair, 'value').value, /^Order \{id: 'order-1500', /);
      });

      it('expands scopes, retainers, sizes and the way from the roots', async () => {
        const report = await client.evaluate('shop.report');
        const slots = await children(report);
        assert.match(find(slots, '[[FunctionLocation]]').value, /heap\.cjs:\d+:\d+'$/);
        const scope = find(slots, '[[Scope]]');
        assert.match(scope.value, /^Scope \{/);
        assert.match(find(await children(scope), 'currency').value, /^'euro'$/);
        assert.ok(
          Number(find(slots, '[[RetainedSize]]').value) >= Number(find(slots, '[[ShallowSize]]').value),
        );
        const retainers = await children(find(slots, '[[Retainers]]'));
        assert.ok(
          retainers.some(({ name, value }) => name === '.report of' && value.startsWith('Shop')),
          retainers.map((r) => `${r.name} ${r.value}`).join('; '),
        );
        const way = await children(find(slots, '[[Path]]'));
        assert.equal(way.at(-1)!.name, '.report');
        assert.equal(way[0]!.name, '(root)');
      });

      it('evaluates paths: globals, variables of a scope, ids, builtin methods that only read', async () => {
        const result = async (expression: string) => (await client.evaluate(expression)).result;
        assert.equal(await result('globalThis.shop.address.street'), "'Main Street'");
        assert.equal(await result('currency'), "'euro'");
        assert.equal(await result('shop.shelves[1].label'), "'tea'");
        assert.equal(await result('shop.orders.get("order-7").id'), "'order-7'");
        const shop = await client.evaluate('shop');
        const id = find(await children(shop), '[[Id]]').value;
        assert.equal(await result(`@${id}.name`), "'corner shop'");
        assert.equal(await result('shop === globalThis.shop'), 'true');
        assert.equal(await result('shop.nothing'), 'undefined');
      });

      it('says what a snapshot does not hold instead of guessing', async () => {
        assert.match((await client.evaluate('shop.opened')).result, /^<not in the snapshot, or not there/);
        assert.match((await client.evaluate('shop.shelves.length')).result, /lengths of arrays>$/);
        assert.match((await client.evaluate('shop.long')).result, /^'x{1024}…'$/);
        assert.match(await failure(client.evaluate('nowhere')), /nowhere is not defined/);
        assert.match(await failure(client.evaluate('shop.report()')), /not run/);
        assert.match((await client.evaluate('@1999999999')).result, /there is no object @1999999999/);
        assert.match(
          await failure(client.request('readMemory', { memoryReference: '0x10', count: 1 })),
          /memory/,
        );
        assert.match(await failure(client.request('continue', { threadId: 1 })), /dead/);
      });

      it('lists suspects with the object that each is of', async () => {
        const suspects = await children(scopes[1]!);
        const first = suspects[0]!;
        assert.match(first.value, /^shop\.orders \(.*heap\.cjs:\d+:\d+\) holds 2,000 × Order/);
        const { source, line: at } = await client.request<DebugProtocol.LocationsResponse['body'] & object>(
          'locations',
          { locationReference: first.valueLocationReference },
        );
        assert.equal(source.path, program);
        assert.match(readFileSync(program, 'utf8').split('\n')[at - 1]!, /function order/);
        const parts = await children(first);
        assert.match(find(parts, 'shop.orders').value, /^Map\(2000\)/);
        assert.equal(find(parts, 'kind').value, "'map'");
        assert.match((await client.evaluate(first.evaluateName!)).result, /^Map\(2000\)/);
        const { text } = await client.request<{ text: string }>('dayafter/stackMarkdown', {});
        assert.match(text, /shop\.orders/);
      });

      it('completes names and members', async () => {
        const labels = async (text: string) => {
          const { targets } = await client.request<DebugProtocol.CompletionsResponse['body']>('completions', {
            text,
            column: text.length + 1,
          });
          return targets.map((target) => target.label);
        };
        assert.ok((await labels('sho')).includes('shop'));
        assert.ok((await labels('curr')).includes('currency'));
        assert.deepEqual(await labels('shop.shelv'), ['shelves']);
      });
    });
  }

  it('opens a compressed one, tells its progress, and ends at disconnect', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'dayafter-'));
    try {
      const dump = join(folder, 'heap.heapsnapshot.gz');
      await writeFile(
        dump,
        gzipSync(readFileSync(await recordSnapshot(20, program, ['2000'])), { level: 1 }),
      );
      const client = new AdapterClient();
      await client.open({ dump });
      const updates = client.events.filter((event) => event.event === 'progressUpdate');
      assert.ok(updates.some((event) => event.body.percentage > 0));
      assert.ok(client.events.some((event) => event.event === 'progressEnd'));
      assert.equal((await client.evaluate('shop.name')).result, "'corner shop'");
      const ended = once(client.process, 'exit');
      await client.request('disconnect');
      assert.equal((await ended)[0], 0);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('cancels the opening of a large one', async () => {
    const dump = await recordSnapshot(20, program, ['2000']);
    const client = new AdapterClient();
    await client.initialize();
    const requestId = client.nextSequence;
    const opening = failure(client.request('attach', { dump }));
    await client.request('cancel', { requestId });
    assert.match(await opening, /cancelled/i);
    await client.close();
  });
});
