import { DayAfterError } from '../errors.ts';
import { EdgeType, edgeTypeNames, NodeType, nodeTypeNames } from '../graph/types.ts';

/** The first section of a snapshot: what its arrays hold, and how much of it. */
export interface SnapshotHeader {
  readonly nodeCount: number;
  readonly edgeCount: number;
  readonly extraNativeBytes: number;
  readonly nodeFields: readonly string[];
  readonly edgeFields: readonly string[];
  readonly traceFunctionFields: readonly string[];
  readonly traceNodeFields: readonly string[];
  readonly sampleFields: readonly string[];
  readonly locationFields: readonly string[];
  /** By the file's number of a node type: ours. */
  readonly nodeTypeMap: Uint8Array;
  readonly nodeTypeNames: readonly string[];
  readonly edgeTypeMap: Uint8Array;
}

const KNOWN_NODE_FIELDS = ['type', 'name', 'id', 'self_size', 'edge_count'];
const KNOWN_EDGE_FIELDS = ['type', 'name_or_index', 'to_node'];

/** Reads the `snapshot` object. Every field is found by its name in `meta`. Throws CORRUPT_DUMP. */
export function parseHeader(text: string, file: string): SnapshotHeader {
  const broken = (what: string) => new DayAfterError('CORRUPT_DUMP', `${file}: ${what}`);
  let header: Record<string, unknown>;
  try {
    header = JSON.parse(text) as Record<string, unknown>;
  } catch {
    throw broken("the snapshot's header is no JSON");
  }
  const meta = (header.meta ?? {}) as Record<string, unknown>;
  const fields = (name: string): string[] =>
    Array.isArray(meta[name]) ? (meta[name] as unknown[]).map(String) : [];
  const nodeFields = fields('node_fields');
  const edgeFields = fields('edge_fields');
  for (const field of KNOWN_NODE_FIELDS)
    if (!nodeFields.includes(field)) throw broken(`its nodes have no field ${field}`);
  for (const field of KNOWN_EDGE_FIELDS)
    if (!edgeFields.includes(field)) throw broken(`its edges have no field ${field}`);
  const count = (name: string): number => {
    const value = header[name];
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
      throw broken(`its header has no ${name}`);
    return value;
  };
  const nodeTypes = typeList(meta.node_types, nodeFields.indexOf('type'));
  const edgeTypes = typeList(meta.edge_types, edgeFields.indexOf('type'));
  if (!nodeTypes || !edgeTypes) throw broken('its types have no names');
  const names = [...nodeTypeNames];
  const nodeTypeMap = new Uint8Array(256).fill(NodeType.hidden);
  nodeTypes.forEach((name, i) => {
    let known = names.indexOf(name);
    if (known < 0) known = names.push(name) - 1;
    nodeTypeMap[i] = known;
  });
  const edgeTypeMap = new Uint8Array(256).fill(EdgeType.internal);
  edgeTypes.forEach((name, i) => {
    const known = edgeTypeNames.indexOf(name);
    if (known >= 0) edgeTypeMap[i] = known;
  });
  return {
    nodeCount: count('node_count'),
    edgeCount: count('edge_count'),
    extraNativeBytes: typeof header.extra_native_bytes === 'number' ? header.extra_native_bytes : 0,
    nodeFields,
    edgeFields,
    traceFunctionFields: fields('trace_function_info_fields'),
    traceNodeFields: fields('trace_node_fields'),
    sampleFields: fields('sample_fields'),
    locationFields: fields('location_fields'),
    nodeTypeMap,
    nodeTypeNames: names,
    edgeTypeMap,
  };
}

function typeList(types: unknown, position: number): string[] | null {
  const list = Array.isArray(types) ? (types[position] as unknown) : null;
  return Array.isArray(list) && list.length <= 200 ? list.map(String) : null;
}
