import { closeSync, openSync, writeSync } from 'node:fs';
import { DayAfterError } from '../errors.ts';
import type { HeapGraph } from '../graph/heap-graph.ts';
import { edgeTypeNames, hasNumber, type NodeOrdinal, NodeType } from '../graph/types.ts';
import { Redaction } from './redaction.ts';

export interface WriteOptions {
  /** Replaces the contents of strings by stand-ins of the same shape; names of properties and code stay. */
  readonly redact?: boolean | undefined;
}

export interface Written {
  readonly nodes: number;
  readonly edges: number;
  readonly strings: number;
  readonly bytes: number;
}

const CHUNK = 1 << 20;
/** Fields that readers find by name; the address's halves are ours, and skipped by all others. */
const NODE_FIELDS = ['type', 'name', 'id', 'self_size', 'edge_count', 'detachedness'];
const ADDRESS_FIELDS = ['address_low', 'address_high'];

/**
 * Writes a graph as a .heapsnapshot (HeapSnapshotJSONSerializer, profiler/heap-snapshot-generator.cc of
 * V8 13.6), in one pass and without ever holding more than a chunk of it. Throws PERMISSION_DENIED or
 * FILE_NOT_FOUND if the file cannot be made.
 */
export function writeSnapshot(graph: HeapGraph, path: string, options: WriteOptions = {}): Written {
  const out = new ChunkedFile(path);
  try {
    const texts = new Texts(graph, options.redact === true);
    header(graph, out);
    nodes(graph, texts, out);
    edges(graph, out);
    out.write('"trace_function_infos":[],\n"trace_tree":[],\n"samples":[],\n');
    locations(graph, out);
    texts.write(out);
    out.write('}\n');
    return { nodes: graph.nodeCount, edges: graph.edgeCount, strings: texts.count, bytes: out.finish() };
  } finally {
    out.close();
  }
}

function fieldsOf(graph: HeapGraph): string[] {
  return graph.nodeAddress ? [...NODE_FIELDS, ...ADDRESS_FIELDS] : NODE_FIELDS;
}

function header(graph: HeapGraph, out: ChunkedFile): void {
  const fields = fieldsOf(graph);
  const meta = {
    node_fields: fields,
    node_types: [graph.nodeTypeNames, 'string', ...fields.slice(2).map(() => 'number')],
    edge_fields: ['type', 'name_or_index', 'to_node'],
    edge_types: [edgeTypeNames, 'string_or_number', 'node'],
    trace_function_info_fields: ['function_id', 'name', 'script_name', 'script_id', 'line', 'column'],
    trace_node_fields: ['id', 'function_info_index', 'count', 'size', 'children'],
    sample_fields: ['timestamp_us', 'last_assigned_id'],
    location_fields: ['object_index', 'script_id', 'line', 'column'],
  };
  const snapshot = {
    meta,
    node_count: graph.nodeCount,
    edge_count: graph.edgeCount,
    trace_function_count: 0,
    extra_native_bytes: graph.extraNativeBytes,
  };
  out.write(`{"snapshot":${JSON.stringify(snapshot)},\n`);
}

function nodes(graph: HeapGraph, texts: Texts, out: ChunkedFile): void {
  out.write('"nodes":[');
  const { nodeAddress } = graph;
  for (let i = 0; i < graph.nodeCount; i++) {
    const node = i as NodeOrdinal;
    const detached = graph.detachedness.get(i) ?? 0;
    const row = `${graph.nodeType[i]},${texts.ofNode(i)},${graph.nodeId[i]},${graph.ownSize(node)},${graph.firstEdge[i + 1]! - graph.firstEdge[i]!},${detached}`;
    const at = nodeAddress?.[i];
    const address = at === undefined ? '' : `,${at % 2 ** 32},${Math.floor(at / 2 ** 32)}`;
    out.write(`${i === 0 ? '' : ','}${row}${address}\n`);
  }
  out.write('],\n');
}

function edges(graph: HeapGraph, out: ChunkedFile): void {
  const size = fieldsOf(graph).length;
  out.write('"edges":[');
  for (let e = 0; e < graph.edgeCount; e++) {
    out.write(`${e === 0 ? '' : ','}${graph.edgeType[e]},${graph.edgeName[e]},${graph.edgeTo[e]! * size}\n`);
  }
  out.write('],\n');
}

function locations(graph: HeapGraph, out: ChunkedFile): void {
  const size = fieldsOf(graph).length;
  out.write('"locations":[');
  for (const [i, ordinal] of graph.locations.ordinals.entries()) {
    const { scriptId, line, column } = graph.locations.at(i);
    out.write(`${i === 0 ? '' : ','}${ordinal * size},${scriptId},${line},${column}\n`);
  }
  out.write('],\n');
}

/** The strings section. Names of edges keep their ids; contents of strings get ids of their own when redacted. */
class Texts {
  readonly #graph: HeapGraph;
  readonly #redacted = new Map<number, number>();

  constructor(graph: HeapGraph, redact: boolean) {
    this.#graph = graph;
    if (!redact) return;
    for (let i = 0; i < graph.nodeCount; i++) {
      if (!isContent(graph.nodeType[i]!)) continue;
      const id = graph.nodeName[i]!;
      if (!this.#redacted.has(id)) this.#redacted.set(id, graph.strings.count + this.#redacted.size);
    }
  }

  get count(): number {
    return this.#graph.strings.count + this.#redacted.size;
  }

  ofNode(ordinal: number): number {
    const id = this.#graph.nodeName[ordinal]!;
    return isContent(this.#graph.nodeType[ordinal]!) ? (this.#redacted.get(id) ?? id) : id;
  }

  write(out: ChunkedFile): void {
    const { strings } = this.#graph;
    const redaction = new Redaction();
    const names = this.#redacted.size === 0 ? undefined : namesInUse(this.#graph);
    out.write('"strings":[');
    for (let id = 0; id < strings.count; id++) {
      // A text that is only content, and not a name as well, must not stay.
      const kept = names === undefined || names.has(id) || !this.#redacted.has(id);
      out.write(`${id === 0 ? '' : ',\n'}${quoted(kept ? strings.text(id) : '')}`);
    }
    for (const id of this.#redacted.keys()) out.write(`,\n${quoted(redaction.of(id, strings.text(id)))}`);
    out.write(']');
  }
}

/** Nodes whose name is what the program's data says. */
function isContent(type: number): boolean {
  return (
    type === NodeType.string ||
    type === NodeType.regexp ||
    type === NodeType.number ||
    type === NodeType.bigint
  );
}

/** Ids of texts that name edges or nodes other than strings. */
function namesInUse(graph: HeapGraph): ReadonlySet<number> {
  const names = new Set<number>();
  for (let e = 0; e < graph.edgeCount; e++) if (!hasNumber(graph.edgeType[e]!)) names.add(graph.edgeName[e]!);
  for (let i = 0; i < graph.nodeCount; i++) if (!isContent(graph.nodeType[i]!)) names.add(graph.nodeName[i]!);
  return names;
}

/** JSON in ASCII, as V8 writes it. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`,
  );
}

/** A file that is written in large pieces; mode 0600, since a heap holds what its process knew. */
class ChunkedFile {
  #fd: number;
  #parts: string[] = [];
  #pending = 0;
  #bytes = 0;

  constructor(path: string) {
    try {
      this.#fd = openSync(path, 'w', 0o600);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      const denied = code === 'EACCES' || code === 'EPERM';
      throw new DayAfterError(
        denied ? 'PERMISSION_DENIED' : 'FILE_NOT_FOUND',
        `cannot write ${path} (${code ?? error})`,
      );
    }
  }

  write(text: string): void {
    this.#parts.push(text);
    this.#pending += text.length;
    if (this.#pending >= CHUNK) this.#flush();
  }

  finish(): number {
    this.#flush();
    return this.#bytes;
  }

  close(): void {
    closeSync(this.#fd);
  }

  #flush(): void {
    const bytes = Buffer.from(this.#parts.join(''), 'latin1');
    for (let done = 0; done < bytes.length; ) done += writeSync(this.#fd, bytes, done);
    this.#bytes += bytes.length;
    this.#parts = [];
    this.#pending = 0;
  }
}
