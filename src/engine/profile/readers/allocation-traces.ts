import { Float64Column, Int32Column } from '../../columns.ts';
import type { ByteSource } from '../../dump/byte-source.ts';
import { DayAfterError } from '../../errors.ts';
import { ProfileBuilder } from '../builder.ts';
import { scriptKind } from '../frame-kind.ts';
import { JsonScanner } from '../json-scanner.ts';
import type { Frame, Profile } from '../profile.ts';
import { StringPool } from '../string-pool.ts';
import type { ProfileReader } from './reader.ts';

/**
 * Allocation traces inside a .heapsnapshot (deps/v8/src/profiler/heap-snapshot-generator.cc, SerializeTraceTree
 * and SerializeTraceNodeInfos): there if allocations were tracked while the process ran. Bytes and objects
 * that are alive, by the stack that made them. Nodes and edges are passed over.
 */
export const allocationTracesReader: ProfileReader = {
  format: 'allocation traces of a heap snapshot',
  recognizes: (_head, text) => /^\s*\{\s*"snapshot"\s*:/.test(text),
  read: readTraces,
};

interface Meta {
  trace_function_info_fields?: readonly string[];
  trace_node_fields?: readonly string[];
}

function readTraces(source: ByteSource): Profile {
  const json = new JsonScanner(source);
  let meta: Meta = {};
  const infos = new Int32Column();
  const traces = {
    parent: new Int32Column(),
    info: new Int32Column(),
    count: new Float64Column(),
    size: new Float64Column(),
  };
  const strings = new StringPool();
  const stringNumbers = new Int32Column();
  json.enterObject();
  for (let key = json.key(); key !== undefined; key = json.key()) {
    switch (key) {
      case 'snapshot':
        meta = (json.value() as { meta?: Meta }).meta ?? {};
        break;
      case 'trace_function_infos':
        json.numbers((value) => infos.push(value));
        break;
      case 'trace_tree':
        readTree(json, meta.trace_node_fields ?? defaultNodeFields, traces);
        break;
      case 'strings':
        if (traces.parent.length <= 1) return nothing(source);
        json.enterArray();
        while (json.element()) stringNumbers.push(json.pooled(strings));
        break;
      default:
        json.skip();
    }
  }
  if (traces.parent.length <= 1) return nothing(source);

  const builder = new ProfileBuilder('allocation traces of a heap snapshot', [
    { name: 'size', unit: 'bytes' },
    { name: 'objects', unit: 'count' },
  ]);
  const fields = meta.trace_function_info_fields ?? defaultInfoFields;
  const at = (name: string) => fields.indexOf(name);
  const text = (index: number) =>
    index >= 0 && index < stringNumbers.length ? strings.text(stringNumbers.get(index)) : '';
  const frames: number[] = [];
  for (let row = 0; row * fields.length < infos.length; row++) {
    const field = (name: string) => infos.get(row * fields.length + at(name));
    frames.push(
      builder.frame(
        infoFrame(text(field('name')), text(field('script_name')), field('line'), field('column')),
      ),
    );
  }
  const stackOf = new Int32Array(traces.parent.length);
  for (let trace = 0; trace < stackOf.length; trace++) {
    const parent = traces.parent.get(trace);
    const frame = frames[traces.info.get(trace)];
    // The tree's root is no function.
    if (parent < 0 || frame === undefined) stackOf[trace] = parent < 0 ? -1 : stackOf[parent]!;
    else stackOf[trace] = builder.stacks.push(stackOf[parent]!, frame);
    if (traces.size.get(trace) > 0 || traces.count.get(trace) > 0) {
      const stack =
        stackOf[trace]! >= 0
          ? stackOf[trace]!
          : builder.stacks.push(-1, builder.frame(infoFrame('(root)', '', 0, 0)));
      builder.sample(stack, traces.size.get(trace), traces.count.get(trace));
    }
  }
  return builder.done();
}

const defaultNodeFields = ['id', 'function_info_index', 'count', 'size', 'children'];
const defaultInfoFields = ['function_id', 'name', 'script_name', 'script_id', 'line', 'column'];

function nothing(source: ByteSource): never {
  throw new DayAfterError(
    'NOT_APPLICABLE',
    `${source.name} is a heap snapshot without allocation traces`,
    'They are there if allocations were tracked: HeapProfiler.startTrackingHeapObjects with trackAllocations.',
  );
}

/** Nested arrays: [id, function, count, size, [children of the same form…], id, …]. */
function readTree(
  json: JsonScanner,
  fields: readonly string[],
  traces: { parent: Int32Column; info: Int32Column; count: Float64Column; size: Float64Column },
): void {
  const open: number[] = [];
  const values = [0, 0, 0, 0];
  const positions = ['function_info_index', 'count', 'size'].map((name) => fields.indexOf(name));
  let field = 0;
  json.enterArray();
  for (;;) {
    if (!json.element()) {
      // The end of a list of children is the end of its node.
      if (open.length === 0) return;
      open.pop();
      field = 0;
      continue;
    }
    if (json.peek() !== 'array') {
      values[field++ % fields.length] = json.number();
      continue;
    }
    const row = traces.parent.push(open.at(-1) ?? -1);
    traces.info.push(values[positions[0]!]!);
    traces.count.push(values[positions[1]!]!);
    traces.size.push(values[positions[2]!]!);
    json.enterArray();
    open.push(row);
    field = 0;
  }
}

function infoFrame(name: string, source: string, line: number, column: number): Frame {
  const special = /^\(.*\)$/.test(name) && source === '';
  return {
    name,
    source,
    // V8 writes them 1-based, 0 where it does not know (SerializePosition).
    line: Math.max(0, line),
    column: Math.max(0, column),
    kind: special ? 'program' : source === '' ? 'v8' : scriptKind(source),
    tier: '',
    module: '',
  };
}
