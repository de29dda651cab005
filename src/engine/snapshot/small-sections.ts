import { type AllocationFunction, Locations } from '../graph/heap-graph.ts';
import type { Cursor } from './cursor.ts';

/** Rows of `fields` from the array at the cursor, each as a lookup by field name. */
function readRows(cursor: Cursor, fields: readonly string[], take: (row: readonly number[]) => void): void {
  const row: number[] = [];
  cursor.numbers((value) => {
    row.push(value);
    if (row.length !== fields.length) return;
    take(row);
    row.length = 0;
  });
}

/** `trace_function_infos`. */
export function readFunctions(cursor: Cursor, fields: readonly string[]): AllocationFunction[] {
  const at = (name: string) => fields.indexOf(name);
  const name = at('name');
  const scriptName = at('script_name');
  const scriptId = at('script_id');
  const line = at('line');
  const column = at('column');
  const functions: AllocationFunction[] = [];
  readRows(cursor, fields, (row) => {
    functions.push({
      name: row[name] ?? 0,
      scriptName: row[scriptName] ?? 0,
      scriptId: row[scriptId] ?? 0,
      // V8 writes -1 and, before Node 20, its unsigned twin for an unknown position.
      line: position(row[line]),
      column: position(row[column]),
    });
  });
  return functions;
}

function position(value: number | undefined): number {
  return value === undefined || value >= 0xffffffff ? -1 : value;
}

/**
 * `trace_tree`: a node is `id, function_info_index, count, size, [children]`, its children one behind the
 * other in one array.
 */
export function readTraceTree(
  cursor: Cursor,
  fields: readonly string[],
): { parent: Uint32Array; functionOf: Uint32Array } {
  const parents: number[] = [];
  const functions: number[] = [];
  const idField = fields.indexOf('id');
  const functionField = fields.indexOf('function_info_index');
  const numbers = Math.max(1, fields.filter((f) => f !== 'children').length);
  const path: number[] = [];
  let row: number[] = [];
  let last = 0;
  cursor.numbers(
    (value) => {
      row.push(value);
      if (row.length < numbers) return;
      last = row[idField] ?? 0;
      if (last < 1 << 28) {
        parents[last] = path.at(-1) ?? 0;
        functions[last] = row[functionField] ?? 0;
      }
      row = [];
    },
    (opens) => {
      if (opens) path.push(last);
      else path.pop();
    },
  );
  return {
    parent: Uint32Array.from(parents, (v) => v ?? 0),
    functionOf: Uint32Array.from(functions, (v) => v ?? 0),
  };
}

/** `samples`: pairs (µs, last assigned id). */
export function readSamples(cursor: Cursor, fields: readonly string[]): Float64Array {
  const time = fields.indexOf('timestamp_us');
  const id = fields.indexOf('last_assigned_id');
  const pairs: number[] = [];
  if (fields.length === 0) cursor.skipValue();
  else readRows(cursor, fields, (row) => pairs.push(row[time] ?? 0, row[id] ?? 0));
  return Float64Array.from(pairs);
}

/** `locations`: `object_index` is the node's ordinal times the fields of a node. No node has two. */
export function readLocations(
  cursor: Cursor,
  fields: readonly string[],
  nodeFields: number,
  nodeCount: number,
): Locations {
  if (fields.length === 0) {
    cursor.skipValue();
    return Locations.none;
  }
  const at = ['object_index', 'script_id', 'line', 'column'].map((name) => fields.indexOf(name));
  // Room for all nodes: what is not written takes no memory.
  const columns = at.map(() => new Uint32Array(nodeCount));
  let count = 0;
  let field = 0;
  cursor.numbers((value) => {
    if (count < nodeCount) {
      for (let i = 0; i < 4; i++)
        if (at[i] === field) columns[i]![count] = i === 0 ? Math.floor(value / nodeFields) : value;
    }
    field++;
    if (field < fields.length) return;
    field = 0;
    count = Math.min(nodeCount, count + 1);
  });
  const [ordinals, scripts, lines, places] = columns.map((column) => column.subarray(0, count));
  return Locations.from(ordinals!, scripts!, lines!, places!);
}

/** Position to value of the numbers that are not zero. */
export function collectSparse(values: Uint32Array): Map<number, number> {
  const found = new Map<number, number>();
  for (let i = 0; i < values.length; i++) if (values[i] !== 0) found.set(i, values[i]!);
  return found;
}
