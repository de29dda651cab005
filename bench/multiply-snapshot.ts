/**
 * Writes a heap snapshot that holds the heap of another one several times below one root, for sizes past
 * what V8 can write on this machine. Chrome DevTools' loader accepts the result.
 *
 *     node --import tsx bench/multiply-snapshot.ts <snapshot> <times> <output>
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { FileSource } from '../src/engine/dump/byte-source.ts';
import type { HeapGraph } from '../src/engine/graph/heap-graph.ts';
import { edgeTypeNames, type NodeOrdinal } from '../src/engine/graph/types.ts';
import { readSnapshot } from '../src/engine/snapshot/reader.ts';

const nodeFields = ['type', 'name', 'id', 'self_size', 'edge_count', 'detachedness'];

export async function multiplySnapshot(input: string, times: number, output: string): Promise<void> {
  const graph = await readSnapshot(new FileSource(input));
  const out = new Writer(output);
  try {
    write(graph, times, out);
  } finally {
    out.close();
    graph.close();
  }
}

function write(graph: HeapGraph, times: number, out: Writer): void {
  const { nodeCount, edgeCount, firstEdge } = graph;
  const rootEdges = firstEdge[1]!;
  const copied = nodeCount - 1;
  const width = nodeFields.length;
  // Native nodes have ids from 2^30 on: those of the copies lie between these and the others.
  let lastId = 0;
  for (const id of graph.nodeId) if (id < 2 ** 30) lastId = Math.max(lastId, id);
  const idOf = (n: number, copy: number) =>
    copy === 0 ? graph.nodeId[n]! : lastId + 2 + (lastId % 2) + 2 * ((copy - 1) * nodeCount + n) - 1;
  const meta = {
    node_fields: nodeFields,
    node_types: [graph.nodeTypeNames, 'string', 'number', 'number', 'number', 'number'],
    edge_fields: ['type', 'name_or_index', 'to_node'],
    edge_types: [edgeTypeNames, 'string_or_number', 'node'],
    trace_function_info_fields: ['function_id', 'name', 'script_name', 'script_id', 'line', 'column'],
    trace_node_fields: ['id', 'function_info_index', 'count', 'size', 'children'],
    sample_fields: ['timestamp_us', 'last_assigned_id'],
    location_fields: ['object_index', 'script_id', 'line', 'column'],
  };
  out.text(
    `{"snapshot":${JSON.stringify({
      meta,
      node_count: 1 + times * copied,
      edge_count: times * edgeCount,
      trace_function_count: 0,
    })},\n"nodes":[`,
  );
  const node = (n: number, copy: number, edges: number) => {
    out.number(graph.nodeType[n]!);
    out.number(graph.nodeName[n]!);
    out.number(idOf(n, copy));
    out.number(graph.ownSize(n as NodeOrdinal));
    out.number(edges);
    out.number(graph.detachedness.get(n) ?? 0);
  };
  node(0, 0, times * rootEdges);
  for (let copy = 0; copy < times; copy++)
    for (let n = 1; n < nodeCount; n++) node(n, copy, firstEdge[n + 1]! - firstEdge[n]!);
  out.section('edges');
  const edge = (e: number, copy: number) => {
    const to = graph.edgeTo[e]!;
    out.number(graph.edgeType[e]!);
    out.number(graph.edgeName[e]!);
    out.number(width * (to === 0 ? 0 : to + copy * copied));
  };
  for (let copy = 0; copy < times; copy++) for (let e = 0; e < rootEdges; e++) edge(e, copy);
  for (let copy = 0; copy < times; copy++) for (let e = rootEdges; e < edgeCount; e++) edge(e, copy);
  for (const name of ['trace_function_infos', 'trace_tree', 'samples']) out.section(name);
  out.section('locations');
  const { ordinals } = graph.locations;
  for (let copy = 0; copy < times; copy++) {
    for (let i = 0; i < ordinals.length; i++) {
      const { scriptId, line, column } = graph.locations.at(i);
      out.number(width * (ordinals[i]! + copy * copied));
      out.number(scriptId);
      out.number(line);
      out.number(column);
    }
  }
  out.section('strings');
  for (let id = 0; id < graph.strings.count; id++) {
    const text = JSON.stringify(graph.strings.text(id)).replace(
      /[\u007f-\uffff]/g,
      (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
    out.text(id === 0 ? text : `,\n${text}`);
  }
  out.text(']}\n');
}

class Writer {
  readonly #fd: number;
  readonly #buffer = Buffer.alloc(1 << 22);
  #length = 0;
  #first = true;

  constructor(file: string) {
    this.#fd = openSync(file, 'w');
  }

  text(text: string): void {
    if (this.#length + 3 * text.length > this.#buffer.length) this.#flush();
    this.#length += this.#buffer.write(text, this.#length, 'latin1');
  }

  /** Ends the array before and begins the next. */
  section(name: string): void {
    this.text(`],\n"${name}":[`);
    this.#first = true;
  }

  number(value: number): void {
    if (this.#length + 32 > this.#buffer.length) this.#flush();
    if (!this.#first) this.#buffer[this.#length++] = 44;
    this.#first = false;
    if (value > 0xffffffff) {
      this.#length += this.#buffer.write(String(value), this.#length, 'latin1');
      return;
    }
    let divisor = 1;
    while (value / divisor >= 10) divisor *= 10;
    let rest = value;
    for (; divisor >= 1; divisor /= 10) {
      const digit = Math.floor(rest / divisor);
      this.#buffer[this.#length++] = 48 + digit;
      rest -= digit * divisor;
    }
  }

  close(): void {
    this.#flush();
    closeSync(this.#fd);
  }

  #flush(): void {
    for (let done = 0; done < this.#length; )
      done += writeSync(this.#fd, this.#buffer, done, this.#length - done);
    this.#length = 0;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [input, times, output] = process.argv.slice(2);
  if (!input || !output || !(Number(times) >= 1)) {
    console.error('usage: multiply-snapshot.ts <snapshot> <times> <output>');
    process.exit(2);
  }
  await multiplySnapshot(input, Number(times), output);
}
