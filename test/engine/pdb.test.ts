import assert from 'node:assert/strict';
import { BufferSource, readBytes } from '../../src/engine/dump/byte-source.ts';
import { MsfFile } from '../../src/engine/dump/msf.ts';
import { PdbFile } from '../../src/engine/dump/pdb.ts';
import { DayAfterError, type ErrorCode } from '../../src/engine/errors.ts';
import { AddressIndex } from '../../src/engine/modules/address-index.ts';
import type { PeModule } from '../../src/engine/modules/pe-module.ts';
import { random } from '../support/random.ts';
import {
  BASE,
  BLOCK,
  debugInfo,
  id,
  image,
  info,
  moduleWith,
  patched,
  pdbBytes,
  streamStart,
} from '../windows/pdb/shapes.ts';

const nameAt = (of: PeModule, value: number) => of.symbols!.covering(value)?.name;
/** Functions by where they begin and end, as llvm-pdbutil tells them; those of no parameters have no public symbol. */
const functions: readonly [start: number, end: number, name: string][] = [
  [0x1000, 0x1004, '?note@shapes@@YAXPEAH@Z'],
  [0x1010, 0x1015, '?note@shapes@@YAXPEA_J@Z'],
  [0x1020, 0x1028, '?area@Shape@shapes@@UEBAHXZ'],
  [0x1030, 0x1042, '?corners@Shape@shapes@@UEBAHXZ'],
  [0x1050, 0x1071, "shapes::`anonymous namespace'::hidden"],
  [0x1080, 0x10a6, '?enlarge@Shape@shapes@@QEAAXH@Z'],
  [0x10b0, 0x10c2, 'shapes::measure'],
  [0x10d0, 0x10da, "shapes::`anonymous namespace'::staticLeaf"],
  [0x10e0, 0x112f, 'exportedSize'],
  [0x1130, 0x114a, '??$twice@H@inner@shapes@@YAHHP6AXPEAH@Z@Z'],
  [0x1150, 0x1161, 'plainC'],
  [0x1170, 0x118f, 'measure'],
  [0x1190, 0x11b9, 'exportedPlace'],
  [0x11c0, 0x11dd, '??$twice@_J@inner@shapes@@YA_J_JP6AXPEA_J@Z@Z'],
];
const isPublic = (name: string) => !/measure|hidden|staticLeaf/.test(name);

describe('PDB files', () => {
  const sound = moduleWith(pdbBytes);

  it('have the id of their image', () => {
    assert.match(id, /^[0-9a-f]{32}1$/);
    assert.equal(new PdbFile(new BufferSource(pdbBytes)).id, id);
    assert.equal(image.pdbPath, 'C:\\build\\shapes.pdb');
  });

  it('keep that id when tools count up their age, and have an age where the linker wrote none', () => {
    const idOf = (bytes: Buffer) => new PdbFile(new BufferSource(bytes)).id;
    assert.equal(idOf(patched(pdbBytes, info + 8, 3)), id);
    assert.equal(idOf(patched(pdbBytes, debugInfo + 8, 0x1f)), `${id.slice(0, 32)}1f`);
    assert.equal(idOf(patched(patched(pdbBytes, debugInfo + 8, 0), info + 8, 0xab)), `${id.slice(0, 32)}ab`);
  });

  it('name functions by address, static ones too', () => {
    for (const [start, end, name] of functions) {
      for (const value of [start, (start + end) >> 1, end - 1]) {
        const { size, ...symbol } = sound.symbols!.covering(value)!;
        assert.deepEqual(symbol, { name, value: start, type: 2 });
        assert.equal(size, end - start);
      }
    }
  });

  it('name nothing between functions and outside of sections', () => {
    for (const value of [0x1042, 0x1071, 0x10a6, 0x10c2, 0x112f, 0x11dd, 0, 0x500, 0x10_0000, -1])
      assert.equal(nameAt(sound, value), undefined, value.toString(16));
  });

  it('name data by the symbol before', () => {
    const start = (section: string) => image.sections.find((s) => s.name === section)!.start;
    const vtable = sound.symbols!.covering(start('.rdata') + 8);
    assert.deepEqual(vtable, { name: '??_7Shape@shapes@@6B@', value: start('.rdata'), size: 0, type: 1 });
    assert.equal(nameAt(sound, start('.data')), '?count@shapes@@3HA');
  });

  it('tell public symbols by name, those of code with all bytes up to the next one', () => {
    for (const [start, , name] of functions.filter(([, , n]) => isPublic(n))) {
      const { value, size, type } = sound.symbols!.find(name)!;
      assert.deepEqual({ value, type }, { value: start, type: 2 });
      assert.ok(size > 0 || name.startsWith('exported'));
    }
    assert.equal(sound.symbols!.find('?enlarge@Shape@shapes@@QEAAXH@Z')!.size, 0x10e0 - 0x1080);
    assert.equal(sound.addressOf('plainC'), BASE + 0x1150);
    // Of the same hash: letters in another case.
    for (const name of ['plainc', 'PLAINC', 'shapes::measure', 'plainC2', 'lainC', ''])
      assert.equal(sound.symbols!.find(name), undefined, name);
  });

  it('tell all names with a prefix, each once', () => {
    const table = moduleWith(pdbBytes).symbols!;
    table.prepare(['plainC'], ['??$twice@', 'exported']);
    const named = (prefix: string) =>
      table
        .withPrefix(prefix)
        .map((s) => s.name)
        .sort();
    assert.deepEqual(
      named('??$twice@'),
      functions.flatMap(([, , n]) => (n.startsWith('??$') ? [n] : [])),
    );
    assert.deepEqual(named('exported'), ['exportedPlace', 'exportedSize']);
    assert.deepEqual(named('?note@shapes@@YAXPEAH@Z'), ['?note@shapes@@YAXPEAH@Z']);
    assert.deepEqual(named('nothing'), []);
    assert.equal(named('').length, 12);
  });

  it('take in what is supplied', () => {
    const table = moduleWith(pdbBytes).symbols!;
    const symbol = { name: 'supplied', value: 0x3008, size: 16, type: 1 };
    table.supply(symbol);
    assert.deepEqual(table.find('supplied'), symbol);
  });

  it('leave an image that has none with what it exports', () => {
    const without = moduleWith(undefined);
    assert.deepEqual([without.isStripped, sound.isStripped], [true, false]);
    assert.deepEqual([without.pdbName, sound.symbolFile], ['shapes.pdb', 'shapes.pdb']);
    assert.equal(nameAt(without, 0x1190), 'exportedPlace');
    assert.equal(nameAt(without, 0x1150), undefined);
  });

  it('are read in blocks of every size and order', () => {
    for (const size of [512, 1024, 4096, 65536]) {
      const other = moduleWith(inBlocks(size));
      for (const [start, , name] of functions) assert.equal(nameAt(other, start), name);
      assert.equal(other.addressOf('plainC'), BASE + 0x1150);
    }
  });

  it('are of no use if the image was rearranged after it was linked', () => {
    const header = readBytes(new BufferSource(pdbBytes), debugInfo, 64);
    const before = [24, 28, 32, 36, 40, 52].reduce((sum, o) => sum + header.readUInt32LE(o), 64);
    const rearranged = Buffer.from(pdbBytes);
    rearranged.writeUInt16LE(1, debugInfo + before + 2 * 4);
    assert.equal(codeOf(rearranged), 'UNSUPPORTED_BUILD');
  });
});

describe('an index by address', () => {
  it('has the first entry of each, in whatever order they came', () => {
    const index = new AddressIndex();
    assert.deepEqual([index.isEmpty, index.upTo(5), index.after(0)], [true, undefined, undefined]);
    const filled = new AddressIndex();
    const next = random(7);
    const first = new Map<number, number>();
    for (let i = 0; i < 10_000; i++) {
      const at = i === 0 ? 0xffff_ffff : 8 * next(1 << 12);
      if (!first.has(at)) first.set(at, i);
      filled.add(at, i);
    }
    assert.equal(filled.isEmpty, false);
    const sorted = [...first.keys()].sort((a, b) => a - b);
    for (const [i, at] of sorted.entries()) {
      assert.deepEqual(filled.upTo(at), { address: at, value: first.get(at) });
      if (i > 0) assert.equal(filled.upTo(at - 1)!.address, sorted[i - 1]);
      assert.equal(filled.after(at), sorted[i + 1]);
    }
  });
});

/** The file with blocks of another size, each stream's in descending order. */
function inBlocks(size: number): Buffer {
  const file = new MsfFile(new BufferSource(pdbBytes));
  const count = streamCount();
  const contents = Array.from({ length: count }, (_, i) => {
    const stream = file.stream(i);
    return readBytes(stream, 0, stream.size);
  });
  const blocks: Buffer[] = [Buffer.alloc(size), Buffer.alloc(size), Buffer.alloc(size)];
  const put = (content: Buffer) => {
    const length = Math.ceil(content.length / size);
    const first = blocks.length;
    for (let i = length - 1; i >= 0; i--) {
      const block = Buffer.alloc(size);
      content.copy(block, 0, i * size);
      blocks.push(block);
    }
    return Array.from({ length }, (_, i) => first + length - 1 - i);
  };
  const lists = contents.map(put);
  const directory = wordBytes([count, ...contents.map((c) => c.length), ...lists.flat()]);
  const map = put(wordBytes(put(directory)));
  assert.equal(map.length, 1);
  pdbBytes.copy(blocks[0]!, 0, 0, 32);
  wordBytes([size, 1, blocks.length, directory.length, 0, map[0]!]).copy(blocks[0]!, 32);
  return Buffer.concat(blocks);
}

function wordBytes(words: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * words.length);
  for (const [i, word] of words.entries()) bytes.writeUInt32LE(word, 4 * i);
  return bytes;
}

/** Where the stream directory of the file is, which is in one block. */
function directoryStart(): number {
  return pdbBytes.readUInt32LE(pdbBytes.readUInt32LE(52) * BLOCK) * BLOCK;
}

function streamCount(): number {
  return pdbBytes.readUInt32LE(directoryStart());
}

function codeOf(bytes: Buffer): ErrorCode | undefined {
  try {
    new PdbFile(new BufferSource(bytes, 'shapes.pdb'));
    return undefined;
  } catch (error) {
    if (error instanceof DayAfterError) return error.code;
    throw error;
  }
}

/** Counts what is read. */
class CountingSource extends BufferSource {
  bytes = 0;

  override read(position: number, target: Uint8Array): number {
    assert.ok(position >= 0 && target.length <= Math.max(this.size, 1 << 18));
    this.bytes += target.length;
    return super.read(position, target);
  }
}

/** Asks all that a damaged file can be asked; returns how many of the functions still have their names. */
function exercise(bytes: Buffer): number {
  const source = new CountingSource(bytes, 'shapes.pdb');
  try {
    const damaged = moduleWith(source);
    const { symbols } = damaged;
    for (const [, , name] of functions) symbols!.find(name);
    symbols!.withPrefix('?');
    for (let value = 0xff0; value < image.bytes; value += 16) symbols!.covering(value);
    return functions.filter(([start, , name]) => nameAt(damaged, start) === name).length;
  } catch (error) {
    if (error instanceof DayAfterError) return 0;
    throw error;
  } finally {
    assert.ok(source.bytes < 256 * pdbBytes.length, `${source.bytes} bytes were read`);
  }
}

describe('damaged PDB files', function () {
  this.timeout(240_000);

  it('are refused where their tables make no sense', () => {
    const directory = directoryStart();
    assert.equal(codeOf(Buffer.alloc(0)), 'UNRECOGNIZED_FORMAT');
    assert.equal(codeOf(Buffer.from('BSJB: a portable PDB file has another format')), 'UNRECOGNIZED_FORMAT');
    assert.equal(codeOf(pdbBytes.subarray(0, 40)), 'TRUNCATED');
    assert.equal(codeOf(pdbBytes.subarray(0, BLOCK)), 'TRUNCATED');
    for (const size of [0, 1, 256, 4095, 1 << 17, 0xffff_ffff])
      assert.equal(codeOf(patched(pdbBytes, 32, size)), 'CORRUPT_DUMP', `blocks of ${size}`);
    for (const bytes of [0, 3, pdbBytes.length + 1, 0xffff_ffff])
      assert.equal(codeOf(patched(pdbBytes, 44, bytes)), 'CORRUPT_DUMP', `a directory of ${bytes}`);
    assert.equal(codeOf(patched(pdbBytes, 52, 0xffff_ffff)), 'TRUNCATED');
    for (const count of [0xffff_ffff, 1 << 20])
      assert.equal(codeOf(patched(pdbBytes, directory, count)), 'CORRUPT_DUMP', `${count} streams`);
    for (const size of [0xffff_fffe, pdbBytes.length + 1, pdbBytes.length])
      assert.equal(codeOf(patched(pdbBytes, directory + 4, size)), 'CORRUPT_DUMP', `a stream of ${size}`);
    for (const streams of [0, 1, 3])
      assert.equal(codeOf(patched(pdbBytes, directory, streams)), 'TRUNCATED', `${streams} streams`);
    assert.equal(codeOf(patched(pdbBytes, debugInfo, 0)), 'CORRUPT_DUMP');
    // Blocks of more bytes than the file has, each of them listed.
    const last = directory + 4 * streamCount();
    assert.equal(codeOf(patched(patched(pdbBytes, 44, BLOCK), last, 30 * BLOCK)), 'CORRUPT_DUMP');
  });

  it('may lack streams', () => {
    const directory = directoryStart();
    const empty = Array.from({ length: streamCount() }, (_, i) => directory + 4 + 4 * i).find(
      (at) => pdbBytes.readUInt32LE(at) === 0,
    )!;
    assert.equal(exercise(patched(pdbBytes, empty, 0xffff_ffff)), functions.length);
  });

  it('place nothing outside of sections', () => {
    const name = Buffer.from('plainC\0');
    let at = pdbBytes.indexOf(name);
    while (pdbBytes.readUInt16LE(at - 12) !== 0x110e) at = pdbBytes.indexOf(name, at + 1);
    const named = (offset: number, segment: number) => {
      const bytes = patched(pdbBytes, at - 6, offset);
      bytes.writeUInt16LE(segment, at - 2);
      return moduleWith(bytes).symbols!.find('plainC')?.value;
    };
    assert.deepEqual([named(0x150, 1), named(0, 3)], [0x1150, image.sections[2]!.start]);
    const { bytes } = image.sections[0]!;
    const nowhere = [
      named(bytes, 1),
      named(0xffff_ffff, 1),
      named(0, 0),
      named(0, image.sections.length + 1),
    ];
    assert.deepEqual(nowhere, [undefined, undefined, undefined, undefined]);
  });

  it('leave what the image exports where records are lost', () => {
    const without = patched(pdbBytes, debugInfo + 20, 0xffff);
    const damaged = moduleWith(without);
    assert.equal(nameAt(damaged, 0x1190), 'exportedPlace');
    assert.equal(damaged.addressOf('exportedPlace'), BASE + 0x1190);
    assert.equal(damaged.addressOf('plainC'), undefined);
    assert.equal(nameAt(damaged, 0x1170), 'measure');
    const exported = moduleWith(undefined);
    const contributions = debugInfo + 64 + pdbBytes.readUInt32LE(debugInfo + 24);
    const lost = moduleWith(patched(without, contributions, 0));
    for (let value = 0xff0; value < image.bytes; value += 4)
      assert.deepEqual(lost.symbols!.covering(value), exported.symbols!.covering(value));
  });

  it('end anywhere', () => {
    assert.equal(codeOf(pdbBytes.subarray(0, -1)), 'TRUNCATED');
    // Also if the header does not tell how long they were.
    const unsized = patched(pdbBytes, 40, 0);
    for (let length = 0; length < pdbBytes.length; length += 509) exercise(unsized.subarray(0, length));
    assert.equal(exercise(pdbBytes), functions.length);
  });

  it('have any byte changed', () => {
    const next = random(20_260_101);
    let kept = 0;
    const cases = 3000;
    for (let i = 0; i < cases; i++) {
      const bytes = Buffer.from(pdbBytes);
      const start = next(bytes.length);
      const length = 1 + next(next(4) === 0 ? 2048 : 16);
      const kind = next(3);
      for (let o = start; o < Math.min(start + length, bytes.length); o++)
        bytes[o] = kind === 0 ? next(256) : kind === 1 ? 0xff : 0;
      if (exercise(bytes) === functions.length) kept++;
    }
    assert.ok(kept > cases / 4 && kept < cases, `${kept} keep all names`);
  });

  it('have any word of their tables changed', () => {
    const parts: readonly [start: number, bytes: number][] = [
      [32, 24],
      [pdbBytes.readUInt32LE(52) * BLOCK, 4],
      [directoryStart(), pdbBytes.readUInt32LE(44)],
      [debugInfo, 1024],
      ...[16, 20].map((o): [number, number] => [streamStart(pdbBytes.readUInt16LE(debugInfo + o)), 512]),
    ];
    for (const [start, bytes] of parts)
      for (let o = start; o < start + bytes; o += 4)
        for (const word of [0, 1, 0x7fff_ffff, 0xffff_fffc, 0xffff_ffff])
          exercise(patched(pdbBytes, o, word));
  });
});
