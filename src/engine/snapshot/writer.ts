import { Float64Column } from '../columns.ts';
import type { HeapGraph } from '../graph/heap-graph.ts';
import { edgeTypeNames, hasNumber, type NodeOrdinal, NodeType } from '../graph/types.ts';
import { ChunkedFile } from './chunked-file.ts';
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

const COMMA = 44;
const NEWLINE = 10;
const QUOTE = 34;
const BACKSLASH = 92;
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
    edges(graph, texts, out);
    out.text('"trace_function_infos":[],\n"trace_tree":[],\n"samples":[],\n');
    locations(graph, out);
    texts.write(out);
    out.text('}\n');
    return { nodes: graph.nodeCount, edges: graph.edgeCount, strings: texts.count, bytes: out.finish() };
  } finally {
    out.close();
  }
}

function fieldsOf(graph: HeapGraph): string[] {
  return graph.addresses ? [...NODE_FIELDS, ...ADDRESS_FIELDS] : NODE_FIELDS;
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
  out.text(`{"snapshot":${JSON.stringify(snapshot)},\n`);
}

function nodes(graph: HeapGraph, texts: Texts, out: ChunkedFile): void {
  out.text('"nodes":[');
  const { addresses, nodeType, nodeId, firstEdge, detachedness } = graph;
  for (let i = 0; i < graph.nodeCount; i++) {
    if (i > 0) out.byte(COMMA);
    out.number(nodeType[i]!);
    out.next(texts.ofNode(i));
    out.next(nodeId[i]!);
    out.next(graph.ownSize(i as NodeOrdinal));
    out.next(firstEdge[i + 1]! - firstEdge[i]!);
    out.next(detachedness.size === 0 ? 0 : (detachedness.get(i) ?? 0));
    if (addresses) {
      const at = addresses.of(i);
      const high = Math.floor(at / 2 ** 32);
      out.next(at - high * 2 ** 32);
      out.next(high);
    }
    out.byte(NEWLINE);
  }
  out.text('],\n');
}

function edges(graph: HeapGraph, texts: Texts, out: ChunkedFile): void {
  const size = fieldsOf(graph).length;
  const { edgeType, edgeName, edgeTo } = graph;
  out.text('"edges":[');
  for (let e = 0; e < graph.edgeCount; e++) {
    if (e > 0) out.byte(COMMA);
    out.number(edgeType[e]!);
    out.next(hasNumber(edgeType[e]!) ? edgeName[e]! : texts.of(edgeName[e]!));
    out.next(edgeTo[e]! * size);
    out.byte(NEWLINE);
  }
  out.text('],\n');
}

function locations(graph: HeapGraph, out: ChunkedFile): void {
  const size = fieldsOf(graph).length;
  out.text('"locations":[');
  for (const [i, ordinal] of graph.locations.ordinals.entries()) {
    const { scriptId, line, column } = graph.locations.at(i);
    out.text(`${i === 0 ? '' : ','}${ordinal * size},${scriptId},${line},${column}\n`);
  }
  out.text('],\n');
}

/**
 * The strings section: texts in the order in which they are first used, so that it is the same for the same graph.
 * When redacted, contents of strings get ids of their own.
 */
class Texts {
  readonly #graph: HeapGraph;
  readonly #redact: boolean;
  /** By id in the graph: id in the file, or 0. */
  readonly #ids: Uint32Array;
  readonly #contentIds: Uint32Array;
  /** By id in the file: twice the id in the graph, and 1 for contents that are redacted. V8's dummy comes first. */
  readonly #order = new Float64Column();

  constructor(graph: HeapGraph, redact: boolean) {
    graph.internNames();
    this.#graph = graph;
    this.#redact = redact;
    this.#ids = new Uint32Array(graph.strings.count);
    this.#contentIds = redact ? new Uint32Array(graph.strings.count) : this.#ids;
    this.#order.push(0);
  }

  get count(): number {
    return this.#order.length;
  }

  ofNode(ordinal: number): number {
    const id = this.#graph.nodeName[ordinal]!;
    if (!this.#redact || !isContent(this.#graph.nodeType[ordinal]!)) return this.of(id);
    if (this.#contentIds[id] === 0) this.#contentIds[id] = this.#order.push(2 * id + 1);
    return this.#contentIds[id]!;
  }

  of(id: number): number {
    if (id === 0) return 0;
    if (this.#ids[id] === 0) this.#ids[id] = this.#order.push(2 * id);
    return this.#ids[id]!;
  }

  write(out: ChunkedFile): void {
    const { strings } = this.#graph;
    const redaction = new Redaction();
    out.text('"strings":[');
    for (let i = 0; i < this.#order.length; i++) {
      if (i > 0) out.text(',\n');
      const entry = this.#order.get(i);
      const id = Math.floor(entry / 2);
      const plain = this.#redact ? undefined : strings.latin1?.(id);
      if (plain && isPlain(plain)) {
        out.byte(QUOTE);
        out.bytes(plain);
        out.byte(QUOTE);
        continue;
      }
      const text = strings.text(id);
      if (entry % 2 === 1) out.text(quoted(redaction.of(id, text)));
      else if (this.#redact && isEphemeron(this.#graph, id))
        out.text(quoted(withoutValue(text, id, redaction)));
      else out.text(quoted(text));
    }
    out.text(']');
  }
}

/** True for the names of edges of WeakMap entries, which quote key and value. */
function isEphemeron({ ephemerons }: HeapGraph, id: number): boolean {
  return ((ephemerons.isEphemeron[id >>> 3]! >>> (id & 7)) & 1) === 1;
}

/** Such a name with a stand-in for the value, which may be a string. */
function withoutValue(name: string, id: number, redaction: Redaction): string {
  const parts = /^(.*? @\d+\) -> value \()(.*)( @\d+\) pair in WeakMap \(table @\d+\))$/s.exec(name);
  return parts ? `${parts[1]}${redaction.of(id, parts[2]!)}${parts[3]}` : '';
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

/** True for bytes that JSON writes as they are. */
function isPlain(bytes: Uint8Array): boolean {
  for (let i = 0; i < bytes.length; i++) {
    const c = bytes[i]!;
    if (c < 0x20 || c > 0x7e || c === QUOTE || c === BACKSLASH) return false;
  }
  return true;
}

/** JSON in ASCII, as V8 writes it. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`,
  );
}
