import { type Address, address } from '../address.ts';
import { DayAfterError } from '../errors.ts';
import { partitionPoint } from '../partition-point.ts';
import { type ByteSource, readBytes } from './byte-source.ts';
import type { CoreDump, CoreSegment, CoreThread, FileMapping, SignalInfo } from './core-dump.ts';
import { u64 } from './elf.ts';
import { pdbIdOf } from './pe.ts';
import { gregsetOfContext, isWholeContext } from './windows-context.ts';
import { signalOfException } from './windows-exceptions.ts';

/** MINIDUMP_STREAM_TYPE (minidumpapiset.h). */
const Stream = {
  threads: 3,
  modules: 4,
  memory: 5,
  exception: 6,
  system: 7,
  memory64: 9,
  misc: 15,
  memoryInfo: 16,
  threadNames: 24,
} as const;

/** Bytes of MINIDUMP_HEADER, _DIRECTORY, _THREAD, _MODULE, _THREAD_NAME, _MEMORY_DESCRIPTOR, and of an entry of the 64-bit list. */
const HEADER = 32;
const DIRECTORY = 12;
const THREAD = 48;
const MODULE = 108;
const THREAD_NAME = 12;
const DESCRIPTOR = 16;
const DESCRIPTOR64 = 16;
/** Bytes of MINIDUMP_MEMORY_INFO that are read. */
const MEMORY_INFO = 48;
const MAX_STREAMS = 1024;
const MAX_STREAM = 1 << 27;
const MAX_ENTRIES = 1 << 22;
const MAX_MODULES = 1 << 13;
const MAX_THREADS = 1 << 16;
/** Ranges may overlap each other and their protections: so many parts of them are taken. */
const MAX_SEGMENTS = 1 << 21;
const MAX_NAME = 32768;
const PROCESSOR_ARCHITECTURE_AMD64 = 9;
const processors: Readonly<Record<number, string>> = { 0: '32-bit x86', 5: '32-bit ARM', 12: 'AArch64' };
const MEM_COMMIT = 0x1000;
const MEM_RESERVE = 0x2000;
/** What a range may be where the dump does not say: everything. */
const ANY_ACCESS = 7;

/** A MINIDUMP_MODULE: an image that was loaded. */
export interface MinidumpModule {
  readonly path: string;
  readonly start: Address;
  readonly end: Address;
  /** Of its version resource, "22.20.0.0"; undefined if it has none. */
  readonly version: string | undefined;
  /** Of its headers: with its size, it tells one build from others. */
  readonly timeStamp: number;
  /** GUID and age of its PDB file, if the dump tells them. */
  readonly buildId: string | undefined;
}

/** What memory may be used for, from its VirtualQuery. */
interface Protection {
  readonly start: Address;
  readonly end: Address;
  readonly flags: number;
}

interface Location {
  readonly bytes: number;
  readonly position: number;
}

/**
 * What a minidump of Windows says of a process (minidumpapiset.h, MINIDUMP_HEADER and its streams). Only those with
 * full memory hold a heap.
 */
export class Minidump implements CoreDump {
  readonly format = 'minidump';
  readonly system = 'windows';
  readonly instructionSet = 'x64';
  readonly source: ByteSource;
  readonly segments: readonly CoreSegment[];
  readonly threads: readonly CoreThread[];
  readonly mainThread: number | undefined;
  readonly modules: readonly MinidumpModule[];
  readonly files: readonly FileMapping[];
  readonly entry: Address | undefined;
  readonly signal: SignalInfo | undefined;
  readonly pid: number | undefined;
  readonly command: CoreDump['command'];
  readonly notes: readonly string[];
  /** True if the dump says what each range of memory may be used for. */
  readonly knowsProtection: boolean;

  /** Throws UNSUPPORTED_ARCHITECTURE, TRUNCATED or CORRUPT_DUMP. */
  constructor(source: ByteSource) {
    this.source = source;
    const remarks: string[] = [];
    const streams = streamsOf(source);
    const stream = (type: number) => contentOf(source, streams.get(type));
    refuseOtherProcessors(source.name, stream(Stream.system));
    const threads = listOf(stream(Stream.threads), THREAD, MAX_THREADS);
    const exception = exceptionOf(source, stream(Stream.exception));
    const names = threadNames(source, stream(Stream.threadNames));
    this.mainThread = threads[0]?.readUInt32LE(0);
    this.threads = threads
      .flatMap((entry) => threadOf(source, entry, exception, names))
      .sort((a, b) => Number(b.tid === exception?.thread) - Number(a.tid === exception?.thread));
    if (this.threads.length === 0) throw new DayAfterError('CORRUPT_DUMP', `${source.name} holds no thread`);
    this.modules = listOf(stream(Stream.modules), MODULE, MAX_MODULES).map((entry) =>
      moduleOf(source, entry),
    );
    this.files = this.modules.map(({ path, start, end }) => ({ path, start, end, fileOffset: 0 }));
    const executable = this.modules.find((m) => /\.exe$/i.test(m.path)) ?? this.modules[0];
    this.entry = executable?.start;
    this.command = executable && { name: executable.path.split(/[\\/]/).at(-1)!, args: '' };
    this.signal = exception?.signal;
    const misc = stream(Stream.misc);
    this.pid = misc.length >= 12 && (misc.readUInt32LE(4) & 1) !== 0 ? misc.readUInt32LE(8) : undefined;
    const protections = protectionsOf(stream(Stream.memoryInfo));
    this.knowsProtection = protections.length > 0;
    const ranges = [
      ...ranges64(stream(Stream.memory64)),
      ...listOf(stream(Stream.memory), DESCRIPTOR).map(rangeOf),
    ];
    if (!streams.has(Stream.memory64))
      remarks.push(
        'the dump does not hold the whole memory of its process: take one with it (procdump -ma, "Create dump file" of the Task Manager, MiniDumpWithFullMemory)',
      );
    this.segments = segmentsOf(source, ranges, protections, remarks);
    this.notes = remarks;
  }
}

/** True for what a minidump begins with. */
export function isMinidump(head: Uint8Array): boolean {
  return head.length >= 4 && Buffer.from(head.subarray(0, 4)).toString('latin1') === 'MDMP';
}

function streamsOf(source: ByteSource): Map<number, Location> {
  const header = readBytes(source, 0, HEADER);
  if (header.length < HEADER) throw new DayAfterError('TRUNCATED', `${source.name} ends inside its header`);
  const count = Math.min(header.readUInt32LE(8), MAX_STREAMS);
  const directory = readBytes(source, header.readUInt32LE(12), count * DIRECTORY);
  const result = new Map<number, Location>();
  for (let o = 0; o + DIRECTORY <= directory.length; o += DIRECTORY) {
    const type = directory.readUInt32LE(o);
    if (type !== 0 && !result.has(type)) result.set(type, locationOf(directory, o + 4));
  }
  if (result.size === 0) throw new DayAfterError('TRUNCATED', `${source.name} ends before its streams`);
  return result;
}

/** MINIDUMP_LOCATION_DESCRIPTOR */
function locationOf(bytes: Buffer, offset: number): Location {
  return { bytes: bytes.readUInt32LE(offset), position: bytes.readUInt32LE(offset + 4) };
}

function contentOf(source: ByteSource, location: Location | undefined): Buffer {
  return location
    ? readBytes(source, location.position, Math.min(location.bytes, MAX_STREAM))
    : Buffer.alloc(0);
}

/** The entries of a stream that begins with how many they are; some writers align the first one. */
function listOf(stream: Buffer, size: number, max = MAX_ENTRIES): Buffer[] {
  if (stream.length < 4) return [];
  const count = Math.min(stream.readUInt32LE(0), max);
  const start = stream.length === 8 + count * size ? 8 : 4;
  const result: Buffer[] = [];
  for (let o = start; result.length < count && o + size <= stream.length; o += size)
    result.push(stream.subarray(o, o + size));
  return result;
}

function refuseOtherProcessors(name: string, system: Buffer): void {
  const processor = system.length >= 2 ? system.readUInt16LE(0) : PROCESSOR_ARCHITECTURE_AMD64;
  if (processor === PROCESSOR_ARCHITECTURE_AMD64) return;
  const what = processors[processor] ?? `processor ${processor}`;
  throw new DayAfterError('UNSUPPORTED_ARCHITECTURE', `${name} is a minidump of ${what}; x64 is supported`);
}

interface Exception {
  readonly thread: number;
  readonly signal: SignalInfo | undefined;
  readonly context: Buffer;
}

/** MINIDUMP_EXCEPTION_STREAM */
function exceptionOf(source: ByteSource, stream: Buffer): Exception | undefined {
  if (stream.length < 168) return undefined;
  const count = Math.min(stream.readUInt32LE(32), 15);
  return {
    thread: stream.readUInt32LE(0),
    signal: signalOfException({
      code: stream.readUInt32LE(8),
      address: address(u64(stream, 24)),
      parameters: Array.from({ length: count }, (_, i) => stream.readBigUInt64LE(40 + 8 * i)),
    }),
    context: contentOf(source, locationOf(stream, 160)),
  };
}

/** A thread as it was when it raised the exception, which its handlers may have left since. */
function threadOf(
  source: ByteSource,
  entry: Buffer,
  exception: Exception | undefined,
  names: ReadonlyMap<number, string>,
): CoreThread[] {
  const tid = entry.readUInt32LE(0);
  const raised =
    exception?.thread === tid && isWholeContext(exception.context) ? exception.context : undefined;
  const context = raised ?? contentOf(source, locationOf(entry, 40));
  if (!isWholeContext(context)) return [];
  const signal = exception?.thread === tid ? (exception.signal?.signo ?? 0) : 0;
  const pointer = address(u64(entry, 16));
  return [{ tid, name: names.get(tid), signal, ...gregsetOfContext(context), pointer }];
}

/** MINIDUMP_THREAD_NAME_LIST: what SetThreadDescription was told. */
function threadNames(source: ByteSource, stream: Buffer): Map<number, string> {
  const named = listOf(stream, THREAD_NAME, MAX_THREADS).map((entry): [number, string] => [
    entry.readUInt32LE(0),
    nameAt(source, u64(entry, 4)),
  ]);
  return new Map(named.filter(([, name]) => name !== ''));
}

function moduleOf(source: ByteSource, entry: Buffer): MinidumpModule {
  const start = address(u64(entry, 0));
  const [signature, , high, low] = [24, 28, 32, 36].map((o) => entry.readUInt32LE(o));
  const parts = [high! >>> 16, high! & 0xffff, low! >>> 16, low! & 0xffff];
  return {
    path: nameAt(source, entry.readUInt32LE(20)),
    start,
    end: address(start + entry.readUInt32LE(8)),
    // VS_FIXEDFILEINFO.dwSignature
    version: signature === 0xfeef04bd ? parts.join('.') : undefined,
    timeStamp: entry.readUInt32LE(16),
    buildId: pdbIdOf(contentOf(source, locationOf(entry, 76))),
  };
}

/** MINIDUMP_STRING: length in bytes, UTF-16. */
function nameAt(source: ByteSource, position: number): string {
  const head = readBytes(source, position, 4);
  if (head.length < 4) return '';
  return readBytes(source, position + 4, Math.min(head.readUInt32LE(0), 2 * MAX_NAME)).toString('utf16le');
}

interface Range {
  readonly start: number;
  readonly end: number;
  readonly offset: number;
}

function rangeOf(entry: Buffer): Range {
  const start = u64(entry, 0);
  return { start, end: start + entry.readUInt32LE(8), offset: entry.readUInt32LE(12) };
}

/** MINIDUMP_MEMORY64_LIST: the ranges' bytes lie one behind the other. */
function ranges64(stream: Buffer): Range[] {
  if (stream.length < 16) return [];
  const count = Math.min(u64(stream, 0), MAX_ENTRIES);
  const result: Range[] = [];
  let offset = u64(stream, 8);
  for (let o = 16; result.length < count && o + DESCRIPTOR64 <= stream.length; o += DESCRIPTOR64) {
    const start = u64(stream, o);
    const bytes = u64(stream, o + 8);
    result.push({ start, end: start + bytes, offset });
    offset += bytes;
  }
  return result;
}

/** MINIDUMP_MEMORY_INFO_LIST, sorted by address. */
function protectionsOf(stream: Buffer): Protection[] {
  if (stream.length < 16) return [];
  const size = stream.readUInt32LE(4);
  const result: Protection[] = [];
  if (size < MEMORY_INFO) return [];
  for (let o = stream.readUInt32LE(0); o + size <= stream.length && result.length < MAX_ENTRIES; o += size) {
    const state = stream.readUInt32LE(o + 32);
    if (state !== MEM_COMMIT && state !== MEM_RESERVE) continue;
    const start = u64(stream, o);
    const flags = state === MEM_COMMIT ? flagsOf(stream.readUInt32LE(o + 36)) : 0;
    result.push({ start: address(start), end: address(start + u64(stream, o + 24)), flags });
  }
  return result.sort((a, b) => a.start - b.start);
}

/** PAGE_… of memoryapi.h as PF_X 1, PF_W 2, PF_R 4. */
function flagsOf(protection: number): number {
  if ((protection & 0xc0) !== 0) return 7;
  if ((protection & 0x20) !== 0) return 5;
  if ((protection & 0x10) !== 0) return 1;
  if ((protection & 0x0c) !== 0) return 6;
  return (protection & 0x02) !== 0 ? 4 : 0;
}

/** The ranges, each cut where what it may be used for changes, and those that nobody may use. */
function segmentsOf(
  source: ByteSource,
  ranges: readonly Range[],
  protections: readonly Protection[],
  remarks: string[],
): CoreSegment[] {
  const result: CoreSegment[] = [];
  let missing = 0;
  for (const range of ranges) {
    if (!(range.end > range.start) || range.end > 0xffff_ffff_ffff) continue;
    missing += Math.max(
      0,
      Math.min(range.offset + range.end - range.start - source.size, range.end - range.start),
    );
    if (result.length >= MAX_SEGMENTS) break;
    for (const { start, end, flags } of partsOf(range, protections)) {
      const offset = range.offset + (start - range.start);
      const filesz = Math.max(0, Math.min(end - start, source.size - offset));
      result.push({
        start: address(start),
        end: address(end),
        flags,
        offset,
        filesz,
        truncated: filesz < end - start,
      });
    }
  }
  for (const { start, end, flags } of protections)
    if (flags === 0) result.push({ start, end, flags, offset: 0, filesz: 0, truncated: false });
  if (missing > 0) remarks.push(`the dump is truncated: ${missing} bytes of its memory are missing`);
  return result.sort((a, b) => a.start - b.start);
}

function* partsOf(
  { start, end }: Range,
  protections: readonly Protection[],
): Generator<{ start: number; end: number; flags: number }> {
  let at = start;
  for (let i = partitionPoint(protections.length, (n) => protections[n]!.end <= start); at < end; i++) {
    const next = protections[i];
    if (!next || next.start >= end) break;
    if (next.start > at) yield { start: at, end: next.start, flags: ANY_ACCESS };
    const stop = Math.min(end, next.end);
    yield { start: Math.max(at, next.start), end: stop, flags: next.flags };
    at = stop;
  }
  if (at < end) yield { start: at, end, flags: ANY_ACCESS };
}
