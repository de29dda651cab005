import { Int32Column } from '../../columns.ts';
import type { ByteSource } from '../../dump/byte-source.ts';
import { ProfileBuilder } from '../builder.ts';
import { callFrame } from '../frame-kind.ts';
import { JsonScanner } from '../json-scanner.ts';
import type { Profile } from '../profile.ts';
import { StringPool } from '../string-pool.ts';
import type { ProfileReader } from './reader.ts';

/**
 * V8's sampling heap profile (Chrome DevTools Protocol, HeapProfiler.SamplingHeapProfile): `node --heap-prof`,
 * DevTools. The weights are selfSize: bytes that were allocated there and are still alive, scaled up from the
 * samples by V8.
 */
export const heapprofileReader: ProfileReader = {
  format: 'V8 sampling heap profile',
  recognizes: (_head, text) => /^\s*\{\s*"head"\s*:/.test(text) && text.includes('"selfSize"'),
  read: readHeapprofile,
};

interface Node {
  /** Number of the stack; -1 for the root, -2 until it is known. */
  stack: number;
  readonly parent: number;
  name: number;
  url: number;
  line: number;
  column: number;
  size: number;
  id: number;
}

function readHeapprofile(source: ByteSource): Profile {
  const builder = new ProfileBuilder('V8 sampling heap profile', [
    { name: 'size', unit: 'bytes' },
    { name: 'samples', unit: 'samples' },
  ]);
  const json = new JsonScanner(source);
  const sizes: { id: number; stack: number; size: number }[] = [];
  const sampled = new Int32Column();
  json.enterObject();
  for (let key = json.key(); key !== undefined; key = json.key()) {
    if (key === 'head') readTree(json, builder, sizes);
    else if (key === 'samples') {
      json.enterArray();
      while (json.element()) sampled.push(sampleNode(json));
    } else json.skip();
  }
  const counts = new Map<number, number>();
  for (let i = 0; i < sampled.length; i++) counts.set(sampled.get(i), (counts.get(sampled.get(i)) ?? 0) + 1);
  for (const { id, stack, size } of sizes) {
    const count = counts.get(id) ?? 0;
    counts.delete(id);
    if (size === 0 && count === 0) continue;
    // What was allocated with no JavaScript on the stack stands at the root.
    builder.sample(
      stack >= 0 ? stack : builder.stacks.push(-1, builder.frame(callFrame('(root)', '', -1, -1))),
      size,
      count,
    );
  }
  let lost = 0;
  for (const count of counts.values()) lost += count;
  if (lost > 0) builder.notes.push(`${lost} samples name a node that is not in the file`);
  return builder.done();
}

function sampleNode(json: JsonScanner): number {
  let id = -1;
  json.enterObject();
  for (let key = json.key(); key !== undefined; key = json.key()) {
    if (key === 'nodeId') id = json.number();
    else json.skip();
  }
  return id;
}

/** The nested tree, with a stack of our own. A node's children may stand before its fields. */
function readTree(
  json: JsonScanner,
  builder: ProfileBuilder,
  sizes: { id: number; stack: number; size: number }[],
): void {
  const pool = new StringPool();
  const empty = pool.numberOfText('');
  const nodes: Node[] = [];
  const open: number[] = [];
  const begin = () => {
    json.enterObject();
    const parent = open.at(-1) ?? -1;
    open.push(
      nodes.push({ stack: -2, parent, name: empty, url: empty, line: -1, column: -1, size: 0, id: -1 }) - 1,
    );
  };
  const readField = (node: Node, field: string): void => {
    if (field === 'functionName') node.name = json.pooled(pool);
    else if (field === 'url') node.url = json.pooled(pool);
    else if (field === 'lineNumber') node.line = json.number();
    else if (field === 'columnNumber') node.column = json.number();
    else if (field === 'selfSize') node.size = json.number();
    else if (field === 'id') node.id = json.number();
    else if (field === 'callFrame') {
      json.enterObject();
      for (let key = json.key(); key !== undefined; key = json.key()) readField(node, key);
    } else json.skip();
  };
  begin();
  while (open.length > 0) {
    const field = json.key();
    if (field === 'children') {
      json.enterArray();
      if (json.element()) begin();
    } else if (field !== undefined) readField(nodes[open.at(-1)!]!, field);
    else {
      open.pop();
      if (open.length > 0 && json.element()) begin();
    }
  }
  const frames = new Map<string, number>();
  for (const node of nodes) {
    if (node.parent < 0) node.stack = -1;
    else {
      const key = `${node.name} ${node.url} ${node.line} ${node.column}`;
      let frame = frames.get(key);
      if (frame === undefined) {
        frame = builder.frame(callFrame(pool.text(node.name), pool.text(node.url), node.line, node.column));
        frames.set(key, frame);
      }
      node.stack = builder.stacks.push(nodes[node.parent]!.stack, frame);
    }
    sizes.push({ id: node.id, stack: node.stack, size: node.size });
  }
}
