import { Fault } from '../absence.ts';
import { type Address, address, type Tagged } from '../address.ts';
import { Guest } from '../emulation/guest.ts';
import type { StandIn } from '../emulation/processor.ts';
import type { Memory } from '../memory/memory.ts';
import type { EmbedderInput } from './embedder-input.ts';

/** A node that Node adds to V8's snapshots: an object of its C++, or memory that one owns. */
export interface EmbedderNode {
  /** "Node / TCPSocketWrap". */
  readonly label: string;
  /** Bytes of it alone. */
  readonly bytes: number;
  readonly isRoot: boolean;
  /** 0 unknown, 1 attached, 2 detached (v8::EmbedderGraph::Node::Detachedness). */
  readonly detachedness: number;
  /** Where the object stands, or 0. */
  readonly at: number;
}

/** From or to node `n` (≥ 0) or object `-n - 1` of the graph's. */
export interface EmbedderEdge {
  readonly from: number;
  readonly to: number;
  /** Undefined for those that are numbered. */
  readonly name: string | undefined;
}

/** What Node tells V8's snapshots of its own objects (v8::EmbedderGraph, include/v8-profiler.h). */
export interface EmbedderGraph {
  readonly nodes: readonly EmbedderNode[];
  /** Objects of V8's heap that edges come from or lead to. */
  readonly objects: readonly Tagged[];
  readonly edges: readonly EmbedderEdge[];
  /** What could not be told, in words. */
  readonly gaps: readonly string[];
}

/** Instructions: a process with ten thousand sockets takes some millions. */
const MAX_STEPS = 100_000_000;
const MAX_NODES = 1 << 22;
const MAX_TEXT = 200;
const TEXT = /^[\w:<>, *&()~./|+-]*$/;
/** User-space addresses of the process are below. */
const END_OF_PROCESS = 2 ** 47;

/**
 * Node's own objects of an isolate, as Node itself tells them: the function that it gave V8 for snapshots
 * (Environment::BuildEmbedderGraph, src/env.cc) is run on a copy of the dead process's memory, with a graph that takes
 * down what it adds. So nothing has to be known of Node's classes, whatever the release.
 */
export function embedderGraph(memory: Memory, input: EmbedderInput | string): EmbedderGraph {
  if (typeof input === 'string') return { nodes: [], objects: [], edges: [], gaps: [input] };
  const recorder = new Recorder(memory, input);
  const gaps: string[] = [];
  try {
    recorder.run();
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    gaps.push(`objects of Node’s C++ are not told, or not all of them: ${error.message}`);
  }
  return recorder.result(gaps);
}

class Recorder {
  readonly #input: EmbedderInput;
  readonly #guest: Guest;
  /** Nodes of the guest, by their address: as edges name them. */
  readonly #ends = new Map<number, number>();
  readonly #nodes: number[] = [];
  readonly #objects: Tagged[] = [];
  readonly #nodeOf = new Map<number, number>();
  readonly #edges: EmbedderEdge[] = [];

  constructor(memory: Memory, input: EmbedderInput) {
    this.#input = input;
    this.#guest = new Guest(memory, input.module, input.threadBase, MAX_STEPS);
  }

  run(): void {
    const { callback, isolate, environment } = this.#input;
    const { processor } = this.#guest;
    processor.call(callback, isolate, this.#graph(this.#guest), environment);
    if (processor.failures > 0) throw new Fault(environment, `${processor.failures} of them cannot be read`);
  }

  result(gaps: string[]): EmbedderGraph {
    const nodes: EmbedderNode[] = [];
    let unreadable = 0;
    for (const node of this.#nodes) {
      const read = this.#read(node);
      if (read) nodes.push(read);
      else {
        nodes.push({ label: 'Node / ?', bytes: 0, isRoot: false, detachedness: 0, at: 0 });
        unreadable++;
      }
    }
    if (unreadable > 0) gaps.push(`${unreadable} objects of Node’s C++ do not tell what they are`);
    return { nodes, objects: this.#objects, edges: this.#edges, gaps };
  }

  /** An object of the class v8::EmbedderGraph in the guest's memory. */
  #graph({ memory, standIn }: Guest): Address {
    const { graph: slots } = this.#input.layout;
    const graph = memory.allocate(16);
    const vtable = memory.allocate(8 * 16);
    memory.setPointer(graph, vtable);
    const nothing = standIn(() => 0);
    for (let n = 0; n < 16; n++) memory.setPointer(vtable + 8 * n, nothing);
    const v8Node = standIn((processor) => this.#v8Node(memory.pointer(processor.argument(1))));
    for (let n = 0; n < slots.addNode; n++) memory.setPointer(vtable + 8 * n, v8Node);
    const addNode: StandIn = (processor) => {
      // A std::unique_ptr is passed by the address of its pointer.
      const holder = processor.argument(1);
      const node = memory.pointer(holder);
      memory.setPointer(holder, 0);
      if (this.#nodes.length >= MAX_NODES) throw new Fault(address(node), 'there are too many');
      this.#ends.set(node, this.#nodes.length);
      this.#nodes.push(node);
      return node;
    };
    memory.setPointer(vtable + 8 * slots.addNode, standIn(addNode));
    const addEdge: StandIn = (processor) => {
      const [from, to] = [1, 2].map((n) => this.#ends.get(processor.argument(n)));
      const name = processor.argument(3);
      const text = name === 0 ? undefined : memory.cString(name, MAX_TEXT);
      if (from !== undefined && to !== undefined) this.#edges.push({ from, to, name: text });
      return 0;
    };
    memory.setPointer(vtable + 8 * slots.addEdge, standIn(addEdge));
    return graph;
  }

  /** The node that stands for what a handle leads to. */
  #v8Node(handle: number): number {
    const { memory } = this.#guest;
    const word = memory.pointer(handle);
    let node = this.#nodeOf.get(word);
    if (node === undefined) {
      node = memory.allocate(16);
      this.#nodeOf.set(word, node);
      this.#objects.push(word as number as Tagged);
      this.#ends.set(node, -this.#objects.length);
    }
    return node;
  }

  #read(node: number): EmbedderNode | undefined {
    const { memory, processor } = this.#guest;
    const { node: slots, parts } = this.#input.layout;
    try {
      const vtable = memory.pointer(node);
      const ask = (slot: number) => processor.call(memory.pointer(vtable + 8 * slot), node);
      const text = (slot: number) => {
        const found = ask(slot);
        const read = found === 0 ? '' : memory.cString(found, MAX_TEXT);
        return TEXT.test(read) ? read : '?';
      };
      const at = parts
        .map((offset) => memory.pointer(node + offset))
        .find((a) => a > 0 && a < END_OF_PROCESS);
      return {
        label: `${text(slots.prefix)} ${text(slots.name)}`,
        bytes: ask(slots.size),
        isRoot: (ask(slots.isRoot) & 0xff) !== 0,
        detachedness: ask(slots.detachedness) & 3,
        at: at ?? 0,
      };
    } catch (error) {
      if (error instanceof Fault) return undefined;
      throw error;
    }
  }
}
