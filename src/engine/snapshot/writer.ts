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
    edges(graph, out);
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
  out.text(`{"snapshot":${JSON.stringify(snapshot)},\n`);
}

function nodes(graph: HeapGraph, texts: Texts, out: ChunkedFile): void {
  out.text('"nodes":[');
  const { nodeAddress, nodeType, nodeId, firstEdge, detachedness } = graph;
  for (let i = 0; i < graph.nodeCount; i++) {
    if (i > 0) out.byte(COMMA);
    out.number(nodeType[i]!);
    out.next(texts.ofNode(i));
    out.next(nodeId[i]!);
    out.next(graph.ownSize(i as NodeOrdinal));
    out.next(firstEdge[i + 1]! - firstEdge[i]!);
    out.next(detachedness.size === 0 ? 0 : (detachedness.get(i) ?? 0));
    if (nodeAddress) {
      const at = nodeAddress[i]!;
      const high = Math.floor(at / 2 ** 32);
      out.next(at - high * 2 ** 32);
      out.next(high);
    }
    out.byte(NEWLINE);
  }
  out.text('],\n');
}

function edges(graph: HeapGraph, out: ChunkedFile): void {
  const size = fieldsOf(graph).length;
  const { edgeType, edgeName, edgeTo } = graph;
  out.text('"edges":[');
  for (let e = 0; e < graph.edgeCount; e++) {
    if (e > 0) out.byte(COMMA);
    out.number(edgeType[e]!);
    out.next(edgeName[e]!);
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
    out.text('"strings":[');
    for (let id = 0; id < strings.count; id++) {
      // A text that is only content, and not a name as well, must not stay.
      const kept = names === undefined || names.has(id) || !this.#redacted.has(id);
      if (names !== undefined && isEphemeron(this.#graph, id)) {
        out.text(`${id === 0 ? '' : ',\n'}${quoted(withoutValue(strings.text(id), id, redaction))}`);
        continue;
      }
      if (id > 0) out.text(',\n');
      const plain = kept ? strings.latin1?.(id) : undefined;
      if (plain && isPlain(plain)) {
        out.byte(QUOTE);
        out.bytes(plain);
        out.byte(QUOTE);
      } else out.text(quoted(kept ? strings.text(id) : ''));
    }
    for (const id of this.#redacted.keys()) out.text(`,\n${quoted(redaction.of(id, strings.text(id)))}`);
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

/** Ids of texts that name edges or nodes other than strings. */
function namesInUse(graph: HeapGraph): ReadonlySet<number> {
  const names = new Set<number>();
  for (let e = 0; e < graph.edgeCount; e++) if (!hasNumber(graph.edgeType[e]!)) names.add(graph.edgeName[e]!);
  for (let i = 0; i < graph.nodeCount; i++) if (!isContent(graph.nodeType[i]!)) names.add(graph.nodeName[i]!);
  return names;
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
