import assert from 'node:assert/strict';
import type { Address } from '../../src/engine/address.ts';
import { openGraph } from '../../src/engine/analyses/open-graph.ts';
import type { HeapGraph } from '../../src/engine/graph/heap-graph.ts';
import { type EdgeIndex, EdgeType, type NodeOrdinal } from '../../src/engine/graph/types.ts';
import { embedderGraph } from '../../src/engine/heap-graph/embedder-graph.ts';
import { embedderInput } from '../../src/engine/heap-graph/embedder-input.ts';
import { Memory } from '../../src/engine/memory/memory.ts';
import { openDump } from '../../src/engine/session.ts';
import { embedderCallback, environmentOf } from '../../src/engine/v8/node-environment.ts';
import type { V8Runtime } from '../../src/engine/v8/runtime.ts';
import type { ReleaseLine } from '../support/releases.ts';
import { heapPairs } from './pairs.ts';

const lines: readonly ReleaseLine[] = [18, 20, 22, 24, 26];

/** Classes of Node's C++ that the program natives.cjs has objects of, and the lines that have them. */
const classes: Readonly<Record<string, readonly ReleaseLine[]>> = {
  BindingData: [20, 22, 24, 26],
  Blob: lines,
  BrotliCompressionStream: lines,
  CipherBase: lines,
  ContextifyContext: lines,
  ContextifyScript: lines,
  DirHandle: lines,
  ECDH: lines,
  FSEventWrap: lines,
  FileHandle: lines,
  Hash: lines,
  HistogramBase: lines,
  Hmac: lines,
  Http2Session: lines,
  Http2State: lines,
  Http2Stream: lines,
  IntervalHistogram: lines,
  KeyObjectHandle: [18, 20, 22],
  MessagePort: lines,
  NativeKeyObject: lines,
  SecureContext: lines,
  SignBase: lines,
  StatWatcher: lines,
  TCPServerWrap: lines,
  TCPSocketWrap: lines,
  TLSWrap: lines,
  ZlibStream: lines,
  ZstdStream: [22, 24, 26],
};

/** "Hash 64 {md: ByteSource 24 {}, mdctx: mdctx 48 {}}": a native object, and what it owns or leads to. */
function describeNative(graph: HeapGraph, node: NodeOrdinal, above: readonly NodeOrdinal[] = []): string {
  const name = graph.name(node).replace('Node / ', '');
  const isNative = graph.name(node).startsWith('Node / ');
  if (!isNative || above.includes(node)) return name;
  const parts: string[] = [];
  for (let e = graph.firstEdge[node]!; e < graph.firstEdge[node + 1]!; e++) {
    const to = graph.edgeTo[e] as NodeOrdinal;
    const label = graph.edgeType[e] === EdgeType.element ? '' : graph.edgeLabel(e as EdgeIndex);
    parts.push(`${label}: ${describeNative(graph, to, [...above, node])}`);
  }
  return `${name} ${graph.ownSize(node)} {${parts.sort().join(', ')}}`;
}

/** How often each description of objects of a class occurs. */
function nativesOf(graph: HeapGraph, name: string): Map<string, number> {
  const found = new Map<string, number>();
  for (let i = 0; i < graph.nodeCount; i++) {
    const node = i as NodeOrdinal;
    if (graph.name(node) !== `Node / ${name}`) continue;
    const text = `${graph.typeName(node)} ${describeNative(graph, node)}`;
    found.set(text, (found.get(text) ?? 0) + 1);
  }
  return new Map([...found].sort());
}

describe("objects of Node's C++ against the snapshot that V8 wrote of them", () => {
  for (const line of lines) {
    describe(`Node ${line}`, () => {
      let theirs: HeapGraph;
      let ours: HeapGraph;
      let close = () => {};

      before(async function () {
        this.timeout(400_000);
        const [pair] = await heapPairs('natives', line);
        const heaps = [await openGraph(pair!.snapshot), await openGraph(pair!.core, { asV8: true })] as const;
        [theirs, ours] = [heaps[0].graph, heaps[1].graph];
        close = () => heaps.forEach((heap) => void heap.close());
      });

      after(() => close());

      for (const [name, has] of Object.entries(classes)) {
        if (!has.includes(line)) continue;
        it(`has each ${name} with its size and all that it owns`, () => {
          const expected = nativesOf(theirs, name);
          assert.ok(expected.size > 0, 'the program has none');
          assert.deepEqual(nativesOf(ours, name), expected);
        });
      }

      it('needs none of the libraries that the process ran with', async () => {
        const [pair] = await heapPairs('natives', line);
        const session = await openDump(pair!.core);
        const isolate = session.isolateFor({});
        const { view } = session.inspectorOf(isolate);
        const { memory, module } = view.runtime;
        const input = embedderInput(view, isolate);
        const own = [pair!.core, module.imageFile!];
        const bare = new Memory(memory.regions.filter((r) => r.source && own.includes(r.source.name)));
        assert.ok(bare.regions.length < memory.regions.length);
        const whole = embedderGraph(memory, input);
        const found = embedderGraph(bare, input);
        session.close();
        assert.ok(whole.nodes.length > 300);
        assert.deepEqual(found, whole);
      });

      it('finds what Node tells its objects by without symbols', async () => {
        const [pair] = await heapPairs('natives', line);
        const session = await openDump(pair!.core);
        const isolate = session.isolateFor({});
        const { view } = session.inspectorOf(isolate);
        const { runtime } = view;
        const { memory, module } = runtime;
        const bare = { addressOf: () => undefined, linkAddressOf: (a: Address) => module.linkAddressOf(a) };
        const environment = environmentOf(view)!;
        const known = embedderCallback(runtime, isolate, environment);
        const withoutSymbols = { memory, module: bare } as unknown as V8Runtime;
        const found = embedderCallback(withoutSymbols, isolate, environment);
        session.close();
        assert.ok(known !== undefined);
        assert.equal(found, known);
      });

      it('shows none that V8 does not show', () => {
        const wrapped = (graph: HeapGraph) =>
          Array.from({ length: graph.nodeCount }, (_, i) => i as NodeOrdinal)
            .filter((node) => graph.edgeNamed(node, EdgeType.internal, 'native_to_javascript') !== null)
            .map((node) => `${graph.name(node)} ${graph.ownSize(node)}`)
            .sort();
        assert.deepEqual(wrapped(ours), wrapped(theirs));
      });
    });
  }
});
