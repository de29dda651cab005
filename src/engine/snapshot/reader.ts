import { availableParallelism } from 'node:os';
import { type ByteSource, FileSource } from '../dump/byte-source.ts';
import { DayAfterError } from '../errors.ts';
import { type AllocationFunction, type AllocationTraces, HeapGraph, Locations } from '../graph/heap-graph.ts';
import { LargeNumbers } from '../graph/large-numbers.ts';
import { Cursor, cut } from './cursor.ts';
import { FileStrings } from './file-strings.ts';
import { parseHeader, type SnapshotHeader } from './format.ts';
import {
  type Column,
  FAILED,
  Failure,
  type NumberSection,
  type SectionPart,
  sectionProgress,
  sectionSteps,
} from './number-section.ts';
import { collectSparse, readFunctions, readLocations, readSamples, readTraceTree } from './small-sections.ts';
import { indexStrings, type StringIndex } from './string-section.ts';
import type { SnapshotHelper } from './tasks.ts';

export interface ReadOptions {
  /** Shares the work; without it, all is done by this thread. */
  readonly helper?: SnapshotHelper | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Bytes read, of how many. */
  readonly progress?: ((done: number, total: number) => void) | undefined;
}

/** From this size on a second thread pays. */
export const PARALLEL_SIZE = 12 << 20;

export function canHelp(source: ByteSource): boolean {
  return source instanceof FileSource && source.size >= PARALLEL_SIZE && availableParallelism() > 1;
}

const CHUNK = 1 << 18;
/** Chunks between two turns of the event loop. */
const TURN = 64;
const HEADER_LIMIT = 1 << 20;

/**
 * Reads a .heapsnapshot of any size and any format revision since Node 14. The graph keeps the source open
 * for its texts and closes it with itself. Throws TRUNCATED, CORRUPT_DUMP and CANCELLED; a file that ends
 * within the texts is opened, with a gap.
 */
export async function readSnapshot(source: FileSource, options: ReadOptions = {}): Promise<HeapGraph> {
  const reading = new Reading(source, options);
  return reading.run();
}

class Reading {
  readonly #source: FileSource;
  readonly #options: ReadOptions;
  readonly #cursor: Cursor;
  readonly #gaps: string[] = [];
  #header: SnapshotHeader | null = null;
  #nodes: NodeColumns | null = null;
  #edges: EdgeColumns | null = null;
  #strings: StringIndex | null = null;
  #locations: Locations = Locations.none;
  #functions: AllocationFunction[] = [];
  #traceTree: { parent: Uint32Array; functionOf: Uint32Array } | null = null;
  #samples: Float64Array = new Float64Array(0);

  constructor(source: FileSource, options: ReadOptions) {
    this.#source = source;
    this.#options = options;
    this.#cursor = new Cursor(source);
  }

  async run(): Promise<HeapGraph> {
    const cursor = this.#cursor;
    cursor.expect('{');
    for (let first = true; ; first = false) {
      const byte = cursor.token();
      if (byte === 125) break;
      if (byte < 0 && this.#strings) break;
      if (!first) cursor.expect(',');
      const name = cursor.shortString();
      cursor.expect(':');
      if (name === 'snapshot') this.#header = parseHeader(cursor.value(HEADER_LIMIT), this.#source.name);
      else if (this.#header) await this.#section(name, this.#header);
      else throw new DayAfterError('CORRUPT_DUMP', `${this.#source.name}: the header does not come first`);
      if (this.#options.signal?.aborted) throw new DayAfterError('CANCELLED', 'cancelled');
    }
    return this.#finish();
  }

  async #section(name: string, header: SnapshotHeader): Promise<void> {
    switch (name) {
      case 'nodes':
        this.#nodes = await this.#readNodes(header);
        break;
      case 'edges':
        this.#edges = await this.#readEdges(header);
        break;
      case 'trace_function_infos':
        this.#functions = readFunctions(this.#cursor, header.traceFunctionFields);
        break;
      case 'trace_tree':
        this.#traceTree = readTraceTree(this.#cursor, header.traceNodeFields);
        break;
      case 'samples':
        this.#samples = readSamples(this.#cursor, header.sampleFields);
        break;
      case 'locations':
        this.#locations = readLocations(
          this.#cursor,
          header.locationFields,
          header.nodeFields.length,
          this.#nodes?.type.length ?? 0,
        );
        break;
      case 'strings':
        this.#readStrings();
        break;
      default:
        this.#cursor.skipValue();
    }
  }

  async #readNodes(header: SnapshotHeader): Promise<NodeColumns> {
    const n = header.nodeCount;
    this.#checkCount(n, header.nodeFields.length, 'nodes');
    const columns: NodeColumns = {
      type: bytes(n),
      name: words(n),
      id: words(n),
      size: words(n),
      // One more in front: the counts become starts in place.
      edgeCounts: words(n + 1),
      trace: words(n),
      detachedness: words(n),
      large: [],
    };
    const field = (name: string) => header.nodeFields.indexOf(name);
    const taken: Column[] = [
      { kind: 'bytes', field: field('type'), target: columns.type, map: header.nodeTypeMap },
      { kind: 'words', field: field('name'), target: columns.name },
      { kind: 'words', field: field('id'), target: columns.id },
      { kind: 'words', field: field('self_size'), target: columns.size },
      { kind: 'words', field: field('edge_count'), target: columns.edgeCounts.subarray(1) },
    ];
    if (field('trace_node_id') >= 0)
      taken.push({ kind: 'sparse words', field: field('trace_node_id'), target: columns.trace });
    if (field('detachedness') >= 0)
      taken.push({ kind: 'sparse words', field: field('detachedness'), target: columns.detachedness });
    const large = await this.#readNumbers(n, header.nodeFields.length, taken);
    const sizeField = field('self_size');
    for (const [i, value] of large) {
      if (i % header.nodeFields.length !== sizeField) throw this.#broken('a number of a node is too large');
      columns.large.push([Math.floor(i / header.nodeFields.length), value]);
    }
    return columns;
  }

  async #readEdges(header: SnapshotHeader): Promise<EdgeColumns> {
    const n = header.edgeCount;
    this.#checkCount(n, header.edgeFields.length, 'edges');
    const columns: EdgeColumns = { type: bytes(n), name: words(n), to: words(n) };
    const field = (name: string) => header.edgeFields.indexOf(name);
    const large = await this.#readNumbers(n, header.edgeFields.length, [
      { kind: 'bytes', field: field('type'), target: columns.type, map: header.edgeTypeMap },
      { kind: 'words', field: field('name_or_index'), target: columns.name },
      {
        kind: 'multiples',
        field: field('to_node'),
        target: columns.to,
        divisor: header.nodeFields.length,
        limit: header.nodeCount,
      },
    ]);
    if (large.length > 0) throw this.#broken('a number of an edge is too large');
    return columns;
  }

  /** Fills columns from the array at the cursor; resolves to the numbers beyond 32 bits. */
  async #readNumbers(rows: number, stride: number, columns: readonly Column[]): Promise<[number, number][]> {
    const { helper } = this.#options;
    this.#cursor.expect('[');
    const start = this.#cursor.position;
    const section: NumberSection = {
      path: this.#source.name,
      start,
      fileSize: this.#source.size,
      stride,
      rows,
      columns,
      progress: sectionProgress(start, this.#source.size, CHUNK),
    };
    const theirs = helper?.run('numbers', section);
    const ours = await this.#readOurShare(section);
    // Where the other thread could not even start, this one has done everything.
    const other = theirs ? await theirs.catch(() => null) : null;
    const parts: SectionPart[] = other ? [ours, other] : [ours];
    this.#checkFailure(section.progress.state[FAILED]!);
    const end = parts.find((part) => part.end)?.end;
    if (!end) throw cut(this.#source);
    if (end.count !== rows * stride)
      throw this.#broken(`it has ${end.count} numbers where its header promises ${rows * stride}`);
    this.#cursor.moveTo(end.position);
    return parts.flatMap((part) => part.large);
  }

  /** Lets the event loop run every so often: what cancels the reading comes from there. */
  async #readOurShare(section: NumberSection): Promise<SectionPart> {
    const { progress, signal } = this.#options;
    const steps = sectionSteps(section);
    for (let chunks = 1; ; chunks++) {
      const step = steps.next();
      if (step.done) return step.value;
      progress?.(step.value, this.#source.size);
      if (chunks % TURN === 0) await new Promise((resume) => setImmediate(resume));
      if (signal?.aborted) steps.throw(new DayAfterError('CANCELLED', 'cancelled'));
    }
  }

  #checkFailure(failure: number): void {
    if (failure === Failure.none) return;
    if (failure === Failure.cut) throw cut(this.#source);
    if (failure === Failure.tooMany)
      throw this.#broken('it has more nodes or edges than its header promises');
    if (failure === Failure.badReference) throw this.#broken('an edge leads to a node that is not there');
    if (failure === Failure.unreadable)
      throw new DayAfterError('CORRUPT_DUMP', `${this.#source.name} could not be read`);
    throw this.#broken('there is something else than numbers among its nodes or edges');
  }

  /** A header that lies must not make us allocate: a number takes two bytes of the file at least. */
  #checkCount(rows: number, stride: number, what: string): void {
    if (rows * stride * 2 <= this.#source.size - this.#cursor.position + 2) return;
    // Most likely the file is cut; if it is not, the header is wrong.
    throw new DayAfterError(
      'TRUNCATED',
      `${this.#source.name} is too short for the ${rows} ${what} that its header promises`,
      'The file is cut or broken: take the snapshot again or copy it again.',
    );
  }

  #readStrings(): void {
    this.#cursor.expect('[');
    this.#strings = indexStrings(this.#source, this.#cursor.position);
    if (this.#strings.end < 0) {
      this.#gaps.push(
        `the file ends early: of its texts only the first ${this.#strings.count} are there, so names are missing`,
      );
      this.#cursor.moveTo(this.#source.size);
    } else this.#cursor.moveTo(this.#strings.end);
  }

  #finish(): HeapGraph {
    const header = this.#header;
    const nodes = this.#nodes;
    const edges = this.#edges;
    const strings = this.#strings;
    if (!header || !nodes || !edges || !strings) throw this.#broken('a part of it is missing');
    if (header.nodeCount === 0) throw this.#broken('it has no nodes');
    const firstEdge = nodes.edgeCounts;
    let sum = 0;
    for (let i = 1; i <= header.nodeCount; i++) {
      sum += firstEdge[i]!;
      firstEdge[i] = sum;
    }
    if (sum !== header.edgeCount)
      throw this.#broken(`its nodes have ${sum} edges, but there are ${header.edgeCount}`);
    return new HeapGraph(
      {
        nodeType: nodes.type,
        nodeName: nodes.name,
        nodeId: nodes.id,
        nodeSize: nodes.size,
        firstEdge,
        edgeType: edges.type,
        edgeName: edges.name,
        edgeTo: edges.to,
      },
      {
        strings: new FileStrings(this.#source, strings),
        nodeTypeNames: header.nodeTypeNames,
        largeSizes: new LargeNumbers(nodes.large),
        detachedness: collectSparse(nodes.detachedness),
        locations: this.#locations,
        traces: this.#traces(nodes),
        samples: this.#samples,
        extraNativeBytes: header.extraNativeBytes,
        ephemerons: strings.ephemerons,
        addresses: null,
        gaps: this.#gaps,
      },
    );
  }

  #traces(nodes: NodeColumns): AllocationTraces | null {
    if (!this.#traceTree || this.#functions.length === 0) return null;
    return { nodeTrace: nodes.trace, ...this.#traceTree, functions: this.#functions };
  }

  #broken(what: string): DayAfterError {
    return new DayAfterError('CORRUPT_DUMP', `${this.#source.name} is broken: ${what}`);
  }
}

interface NodeColumns {
  readonly type: Uint8Array;
  readonly name: Uint32Array;
  readonly id: Uint32Array;
  readonly size: Uint32Array;
  readonly edgeCounts: Uint32Array;
  readonly trace: Uint32Array;
  readonly detachedness: Uint32Array;
  readonly large: [number, number][];
}

interface EdgeColumns {
  readonly type: Uint8Array;
  readonly name: Uint32Array;
  readonly to: Uint32Array;
}

/** Shared, and without physical memory until it is written. */
function words(length: number): Uint32Array {
  return new Uint32Array(new SharedArrayBuffer(4 * length));
}

function bytes(length: number): Uint8Array {
  return new Uint8Array(new SharedArrayBuffer(length));
}
