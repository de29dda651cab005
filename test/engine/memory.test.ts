import assert from 'node:assert/strict';
import { Fault } from '../../src/engine/absence.ts';
import { address } from '../../src/engine/address.ts';
import { BufferSource } from '../../src/engine/dump/byte-source.ts';
import { Memory, type Region } from '../../src/engine/memory/memory.ts';
import { splice } from '../../src/engine/memory/splice.ts';

/** A region filled with one byte value. */
function filled(start: number, end: number, byte: number): Region {
  const source = new BufferSource(Buffer.alloc(end - start, byte), `fill ${byte}`);
  return { start: address(start), end: address(end), flags: 6, source, offset: 0, reason: '' };
}

function missing(start: number, end: number, reason: string): Region {
  return { start: address(start), end: address(end), flags: 4, source: undefined, offset: 0, reason };
}

function outline(regions: readonly Region[]): string[] {
  return regions.map(
    (r) => `${r.start.toString(16)}-${r.end.toString(16)} ${r.source?.name ?? r.reason} +${r.offset}`,
  );
}

describe('splicing of memory', () => {
  it('lets earlier regions win, and keeps what they leave over', () => {
    const result = splice([
      filled(0x3000, 0x4000, 1),
      filled(0x6000, 0x7000, 2),
      filled(0x1000, 0x9000, 3),
      missing(0x0, 0xa000, 'none'),
    ]);
    assert.deepEqual(outline(result), [
      '0-1000 none +0',
      '1000-3000 fill 3 +0',
      '3000-4000 fill 1 +0',
      '4000-6000 fill 3 +12288',
      '6000-7000 fill 2 +0',
      '7000-9000 fill 3 +24576',
      '9000-a000 none +36864',
    ]);
  });

  it('agrees with a map of pages for regions in any order', () => {
    let seed = 7;
    const random = (n: number) => {
      seed = (seed * 48271) % 0x7fffffff;
      return seed % n;
    };
    for (let round = 0; round < 50; round++) {
      const regions = Array.from({ length: 12 }, (_, i) => {
        // In every other round the first ones are in order, as a dump's segments are.
        const inOrder = round % 2 === 1 && i < 8;
        const start = inOrder ? 6 * i + random(3) : random(40);
        return missing(start * 0x1000, (start + 1 + random(inOrder ? 4 : 12)) * 0x1000, `r${i}`);
      });
      const owner = (page: number) =>
        regions.find((r) => r.start <= page * 0x1000 && page * 0x1000 < r.end)?.reason;
      const result = splice(regions);
      for (let page = 0; page < 56; page++) {
        const found = result.filter((r) => r.start <= page * 0x1000 && page * 0x1000 < r.end);
        assert.deepEqual(
          found.map((r) => r.reason),
          owner(page) === undefined ? [] : [owner(page)],
        );
      }
    }
  });

  it('takes a hundred thousand regions that all overlap', () => {
    const many = Array.from({ length: 100_000 }, (_, i) =>
      missing(i * 0x1000, i * 0x1000 + 0x40000, `r${i % 7}`),
    );
    const result = splice(many);
    for (let i = 1; i < result.length; i++) assert.ok(result[i - 1]!.end <= result[i]!.start);
    assert.equal(result.at(-1)!.end, many.at(-1)!.end);
  });
});

describe('reads of memory', () => {
  const memory = new Memory([
    filled(0xf000, 0x10000, 0x11),
    filled(0x10000, 0x11000, 0x22),
    missing(0x11000, 0x12000, 'left out'),
  ]);

  it('go across regions and blocks', () => {
    assert.equal(memory.u32(address(0xfffe)), 0x22221111);
    assert.equal(memory.u16(address(0xffff)), 0x2211);
    assert.equal(memory.u64(address(0xfffc)), 0x2222222211111111n);
    assert.equal(memory.bytes(address(0xff00), 0x200).readUInt8(0x100), 0x22);
  });

  it('of what is not there fail with the reason', () => {
    const failing = (read: () => unknown, reason: RegExp) =>
      assert.throws(read, (error) => error instanceof Fault && reason.test(error.message));
    failing(() => memory.u8(address(0x11000)), /left out/);
    failing(() => memory.u64(address(0x10ffc)), /left out|not mapped/);
    failing(() => memory.u8(address(0x5000)), /not mapped/);
    failing(() => memory.u8(address(Number.NaN)), /not mapped/);
    failing(() => memory.u8(address(2 ** 60)), /not mapped/);
  });

  it('of an absurd length fail before anything is allocated', () => {
    assert.throws(() => memory.bytes(address(0xf000), 2 ** 40), Fault);
  });

  it('of text end at its NUL, also on the next page', () => {
    const bytes = Buffer.alloc(0x2000, 0x61);
    bytes[0x1004] = 0;
    const source = new BufferSource(bytes);
    const text = new Memory([
      { start: address(0x20000), end: address(0x22000), flags: 4, source, offset: 0, reason: '' },
    ]);
    assert.equal(text.cString(address(0x20ffe)), 'aaaaaa');
    assert.equal(text.cString(address(0x21004)), '');
    assert.equal(text.cString(address(0x20000), 16), 'a'.repeat(16));
  });
});
