import { attemptOr } from '../absence.ts';
import { address, hex } from '../address.ts';
import type { Hex } from '../contract.ts';
import { DayAfterError } from '../errors.ts';
import { ModuleMap } from '../modules/module-map.ts';
import type { CoreSession } from '../session.ts';
import { registersOf } from '../unwind/architectures.ts';
import type { AllocatedBlocks } from './allocated-blocks.ts';
import { type Allocator, allocatorOf } from './allocator.ts';
import { NativeClasses } from './native-classes.ts';
import { isWritable, processRanges } from './process-ranges.ts';
import { bytesOf, type MemoryRange, within, without } from './ranges.ts';
import { reachable } from './reachability.ts';
import { WordWindow } from './word-window.ts';

/** What the memory of the process was, of which V8's heap is but a part. */
export interface MemoryReport {
  /** Bytes of private writable memory in the dump, and what they are. */
  readonly total: number;
  readonly parts: readonly MemoryPart[];
  /** Null where no blocks of glibc's malloc, or of musl's, were found. */
  readonly malloc: MallocReport | null;
  readonly notes: readonly string[];
}

export interface MemoryPart {
  readonly name: string;
  readonly size: number;
  /** Bytes of pages that are not all zero; the others were reserved, and perhaps never used. */
  readonly touched: number;
  readonly count: number;
}

export interface MallocReport {
  /** Whose it was. */
  readonly allocator: Allocator['name'];
  /** Blocks that the program had, and their bytes with malloc's own. */
  readonly blocks: number;
  readonly used: number;
  /** What malloc keeps for later. */
  readonly free: number;
  /** C++ objects by the class that their vtable is of, the largest sum first. */
  readonly classes: readonly BlockGroup[];
  /** All blocks by size. */
  readonly sizes: readonly SizeGroup[];
  /** Blocks that nothing leads to: leaked. */
  readonly lost: {
    readonly count: number;
    readonly size: number;
    readonly groups: readonly (SizeGroup & {
      readonly name: string | null;
      readonly examples: readonly LostBlock[];
    })[];
  };
}

export interface BlockGroup {
  readonly name: string;
  readonly count: number;
  readonly size: number;
}

export interface SizeGroup {
  /** Bytes of one block. */
  readonly blockSize: number;
  readonly count: number;
  readonly size: number;
}

export interface LostBlock {
  readonly address: Hex;
  /** Its first characters, where it begins with text. */
  readonly text: string | null;
}

const NO_MALLOC =
  'no blocks of glibc’s malloc or of musl’s were found: the process used another allocator, or the dump lacks them';
const MAX_GROUPS = 1000;
const EXAMPLES = 3;
const TEXT = 64;

/** Reads all writable memory of a core of Linux. Throws NOT_APPLICABLE for dumps of other systems. */
export function memoryReport(session: CoreSession): MemoryReport {
  if (session.core.system !== 'linux')
    throw new DayAfterError('NOT_APPLICABLE', 'what memory was used for can be told of cores of Linux alone');
  const words = new WordWindow(session.modules.memory);
  const ranges = processRanges(session);
  const { all, v8, data, stacks, rest } = ranges;
  const allocator = allocatorOf(session.modules.memory, words, ranges);
  const areas = allocator?.areas ?? [];
  const parts = [
    part(words, 'V8 heap', within(all, v8)),
    part(words, 'malloc', within(all, areas)),
    part(
      words,
      'stacks of threads',
      without(
        stacks.map(({ whole }) => whole),
        areas,
      ),
    ),
    part(words, 'variables of executables and libraries', without(data, areas)),
    part(words, 'other anonymous memory', without(rest, areas)),
  ].filter(({ count }) => count > 0);
  const total = bytesOf(all);
  if (!allocator) return { total, parts, malloc: null, notes: [NO_MALLOC] };
  const { name, blocks } = allocator;
  // What lies below a stack's pointer is of calls that have ended.
  const dead = stacks.map(({ whole, used }) => ({ start: whole.start, end: used }));
  const held = reachable(blocks, words, without(all, [...areas, ...dead]), registersIn(session));
  const malloc = { allocator: name, ...mallocReport(session, words, blocks, held) };
  return { total, parts, malloc, notes: malloc.lost.count === 0 ? [] : lackNotes(session) };
}

/** What may have led to blocks that count as lost. */
function lackNotes({ core, modules: { memory } }: CoreSession): string[] {
  const lacking = memory.regions.filter((region) => region.source === undefined && isWritable(region));
  // What is mapped from a file or a device is no memory of the program's own.
  const own = without(lacking, core.files);
  return own.length === 0
    ? []
    : [`${bytesOf(own)} bytes of writable memory are not in the dump: what they alone led to counts as lost`];
}

function part(words: WordWindow, name: string, ranges: readonly MemoryRange[]): MemoryPart {
  let touched = 0;
  for (const { start, end } of ranges) touched += words.touched(start, end);
  return { name, size: bytesOf(ranges), touched, count: ranges.length };
}

/** What threads have in their registers. */
function registersIn({ core }: CoreSession): number[] {
  return core.threads.flatMap((thread) => {
    const registers = registersOf(core, thread);
    const { registerCount } = registers.architecture;
    return Array.from({ length: registerCount }, (_, n) => registers.addressIn(n) as number);
  });
}

function mallocReport(
  session: CoreSession,
  words: WordWindow,
  blocks: AllocatedBlocks,
  held: Uint8Array,
): Omit<MallocReport, 'allocator'> {
  const classes = new NativeClasses(new ModuleMap(session.modules.modules));
  const named = new Groups();
  const sized = new Groups();
  const lost = new Groups();
  let used = 0;
  for (let i = 0; i < blocks.count; i++) {
    if (blocks.inUse[i] !== 1) continue;
    used++;
    const size = blocks.sizes[i]!;
    const name = classes.nameOf(words.word(blocks.starts[i]!));
    if (name !== undefined) named.add(name, i, size);
    sized.add(String(size), i, size);
    if (held[i] === 0) lost.add(`${size} ${name ?? ''}`, i, size);
  }
  const sizeGroup = ({ first, count, size }: Group): SizeGroup => ({
    blockSize: blocks.sizes[first]!,
    count,
    size,
  });
  return {
    blocks: used,
    used: blocks.used,
    free: blocks.free,
    classes: named.largest().map(({ key, count, size }) => ({ name: key, count, size })),
    sizes: sized.largest().map(sizeGroup),
    lost: {
      ...lost.total,
      groups: lost.largest().map((group) => ({
        ...sizeGroup(group),
        name: group.key.slice(group.key.indexOf(' ') + 1) || null,
        examples: group.examples.map((i) => ({
          address: hex(blocks.starts[i]!),
          text: textAt(session, blocks.starts[i]!, blocks.sizes[i]!),
        })),
      })),
    },
  };
}

interface Group {
  readonly key: string;
  readonly first: number;
  readonly examples: readonly number[];
  readonly count: number;
  readonly size: number;
}

/** Blocks by some key. */
class Groups {
  readonly #groups = new Map<
    string,
    { key: string; first: number; examples: number[]; count: number; size: number }
  >();

  add(key: string, block: number, size: number): void {
    let group = this.#groups.get(key);
    if (!group) {
      group = { key, first: block, examples: [], count: 0, size: 0 };
      this.#groups.set(key, group);
    }
    if (group.examples.length < EXAMPLES) group.examples.push(block);
    group.count++;
    group.size += size;
  }

  get total(): { count: number; size: number } {
    const groups = [...this.#groups.values()];
    return {
      count: groups.reduce((sum, { count }) => sum + count, 0),
      size: groups.reduce((sum, { size }) => sum + size, 0),
    };
  }

  largest(): Group[] {
    return [...this.#groups.values()].sort((a, b) => b.size - a.size).slice(0, MAX_GROUPS);
  }
}

/** The text that a block begins with; null where that is none. */
function textAt(session: CoreSession, start: number, size: number): string | null {
  const bytes = attemptOr(undefined, () =>
    session.modules.memory.bytes(address(start), Math.min(size, TEXT)),
  );
  const text = /^[\x20-\x7e\n\r\t]{4,}/.exec(bytes?.toString('latin1') ?? '')?.[0];
  return text ?? null;
}
