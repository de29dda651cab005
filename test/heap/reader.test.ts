import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { openGraph } from '../../src/engine/analyses/open-graph.ts';
import { DayAfterError } from '../../src/engine/errors.ts';
import type { Heap } from '../../src/engine/graph/heap.ts';
import type { NodeOrdinal } from '../../src/engine/graph/types.ts';
import { programs, recordSnapshot } from './snapshots.ts';

const meta = {
  node_fields: ['type', 'name', 'id', 'self_size', 'edge_count', 'trace_node_id', 'detachedness'],
  node_types: [
    ['hidden', 'array', 'string', 'object', 'synthetic', 'novelty'],
    'string',
    'number',
    'number',
    'number',
    'number',
    'number',
  ],
  edge_fields: ['type', 'name_or_index', 'to_node'],
  edge_types: [['property', 'weak', 'element', 'internal', 'shortcut'], 'string_or_number', 'node'],
  trace_function_info_fields: ['function_id', 'name', 'script_name', 'script_id', 'line', 'column'],
  trace_node_fields: ['id', 'function_info_index', 'count', 'size', 'children'],
  sample_fields: ['timestamp_us', 'last_assigned_id'],
  location_fields: ['object_index', 'script_id', 'line', 'column'],
};

/** A small snapshot whose types and sections are in no usual order. */
function small(change: (text: string) => string = (text) => text): string {
  const nodes = [
    [4, 0, 1, 0, 2, 0, 0],
    [3, 1, 3, 24, 2, 2, 0],
    [2, 2, 5, 5_000_000_000, 0, 3, 0],
    [5, 3, 7, 16, 0, 0, 0],
  ];
  const edges = [
    [4, 1, 7],
    [2, 1, 21],
    [0, 2, 14],
    [1, 3, 21],
  ];
  return change(
    JSON.stringify({ snapshot: { meta, node_count: 4, edge_count: 4, trace_function_count: 1 } }).slice(
      0,
      -1,
    ) +
      `,\n"nodes":[${nodes.join('\n,')}],\n"edges":[${edges.join(',\n')}],\n` +
      `"something_new":[{"a":["]"]}],\n"trace_function_infos":[0,1,2,3,4,5],\n` +
      `"trace_tree":[1,0,0,0,[2,0,1,24,[3,0,1,8,[]]]],\n"samples":[1000,5,2000,7],\n"locations":[7,12,3,4],\n` +
      String.raw`"strings":["","a \"quoted\" \\ back\\","\u4e16\u754c\ud83d\ude00","line\nbreak\u0001"]}` +
      '\n',
  );
}

describe('the snapshot reader', () => {
  let folder: string;
  const file = (content: string | Buffer): string => {
    const path = join(folder, `${Math.random().toString(36).slice(2)}.heapsnapshot`);
    writeFileSync(path, content);
    return path;
  };
  const opened = async (content: string | Buffer, check: (heap: Heap) => void) => {
    const heap = await openGraph(file(content));
    try {
      check(heap);
    } finally {
      heap.close();
    }
  };
  const refused = (content: string | Buffer, code: string) =>
    assert.rejects(openGraph(file(content)), (error: unknown) => {
      assert.ok(error instanceof DayAfterError, String(error));
      assert.equal(error.code, code, error.message);
      return true;
    });

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'dayafter-reader-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('finds fields and types by name and steps over sections that it does not know', () =>
    opened(small(), ({ graph }) => {
      const types = [0, 1, 2, 3].map((n) => graph.typeName(n as NodeOrdinal));
      assert.deepEqual(types, ['synthetic', 'object', 'string', 'novelty']);
      assert.deepEqual([...graph.nodeId], [1, 3, 5, 7]);
      assert.deepEqual([...graph.firstEdge], [0, 2, 4, 4, 4]);
      assert.deepEqual([...graph.edgeTo], [1, 3, 2, 3]);
      assert.deepEqual(graph.locations.of(1 as NodeOrdinal), { scriptId: 12, line: 3, column: 4 });
      assert.deepEqual([...graph.samples], [1000, 5, 2000, 7]);
    }));

  it('decodes escapes, CJK and pairs of surrogates', () =>
    opened(small(), ({ graph }) => {
      const texts = [1, 2, 3].map((n) => graph.name(n as NodeOrdinal));
      assert.deepEqual(texts, ['a "quoted" \\ back\\', '世界😀', 'line\nbreak\u0001']);
    }));

  it('keeps sizes beyond 4 GiB', () =>
    opened(small(), (heap) => {
      assert.equal(heap.graph.ownSize(2 as NodeOrdinal), 5_000_000_000);
      assert.equal(heap.retainedSize(1 as NodeOrdinal), 5_000_000_024);
      assert.equal(heap.totalSize, 5_000_000_040);
    }));

  it('reads allocation traces', () =>
    opened(small(), ({ graph }) => {
      assert.ok(graph.traces);
      assert.deepEqual([...graph.traces.nodeTrace], [0, 2, 3, 0]);
      assert.deepEqual([...graph.traces.parent], [0, 0, 1, 2]);
      assert.equal(graph.traces.functions[0]!.line, 4);
    }));

  it('reads gzip', () => opened(gzipSync(small()), ({ graph }) => assert.equal(graph.nodeCount, 4)));

  it('opens a file that ends within its texts, and says so', () =>
    opened(
      small((text) => text.slice(0, text.indexOf('break'))),
      ({ graph }) => {
        assert.equal(graph.nodeCount, 4);
        assert.equal(graph.name(1 as NodeOrdinal), 'a "quoted" \\ back\\');
        assert.equal(graph.gaps.length, 1);
      },
    ));

  it('says that a file is cut, wherever that is', async () => {
    const whole = small();
    const end = whole.indexOf('"strings"');
    for (let length = whole.indexOf('"nodes"') + 1; length < end; length += 7)
      await refused(whole.slice(0, length), 'TRUNCATED');
  });

  it('says that a file is broken', async () => {
    await refused(
      small((t) => t.replace('24,2', '24,x')),
      'CORRUPT_DUMP',
    );
    await refused(
      small((t) => t.replace('24,2', '24,-2')),
      'CORRUPT_DUMP',
    );
    await refused(
      small((t) => t.replace('0,2,14', '0,2,15')),
      'CORRUPT_DUMP',
    );
    await refused(
      small((t) => t.replace('0,2,14', '0,2,140')),
      'CORRUPT_DUMP',
    );
    await refused(
      small((t) => t.replace('"node_count":4', '"node_count":3')),
      'CORRUPT_DUMP',
    );
    await refused(
      small((t) => t.replace('"node_count":4', '"node_count":5')),
      'CORRUPT_DUMP',
    );
    await refused(
      small((t) => t.replace('"node_count":4', '"node_count":4000000000')),
      'TRUNCATED',
    );
    await refused(
      small((t) => t.replace('3,24,2', '3,24,1')),
      'CORRUPT_DUMP',
    );
    await refused(
      small((t) => t.replace('"self_size"', '"selfish_size"')),
      'CORRUPT_DUMP',
    );
    await refused('{"snapshot":{}}', 'CORRUPT_DUMP');
    await refused('{"snapshot":{"meta":', 'TRUNCATED');
  });

  it('reads with two threads what the file says', async () => {
    const path = await recordSnapshot(24, join(programs, 'service.cjs'), ['20000']);
    const heap = await openGraph(path);
    try {
      const { graph } = heap;
      assert.ok(graph.nodeCount > 100_000);
      let sum = 0;
      for (let n = 0; n < graph.nodeCount; n++) sum += graph.firstEdge[n + 1]! - graph.firstEdge[n]!;
      assert.equal(sum, graph.edgeCount);
      const whole = JSON.parse(readFileSync(path, 'latin1')) as {
        strings: string[];
        nodes: number[];
        edges: number[];
      };
      const { strings, nodes, edges } = whole;
      assert.equal(graph.nodeCount, nodes.length / 6);
      for (let n = 0; n < graph.nodeCount; n++) {
        assert.equal(graph.nodeType[n], nodes[6 * n]);
        assert.equal(graph.nodeName[n], nodes[6 * n + 1]);
        assert.equal(graph.nodeId[n], nodes[6 * n + 2]);
        assert.equal(graph.nodeSize[n], nodes[6 * n + 3]);
      }
      for (let e = 0; e < graph.edgeCount; e++) {
        assert.equal(graph.edgeType[e], edges[3 * e]);
        assert.equal(graph.edgeName[e], edges[3 * e + 1]);
        assert.equal(6 * graph.edgeTo[e]!, edges[3 * e + 2]);
      }
      assert.equal(graph.strings.count, strings.length);
      for (let id = 0; id < strings.length; id++) assert.equal(graph.strings.text(id), strings[id]);
    } finally {
      heap.close();
    }
  });
});
