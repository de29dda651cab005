import assert from 'node:assert/strict';
import { FileSource, readBytes } from '../../src/engine/dump/byte-source.ts';
import { LoadedImage } from '../../src/engine/dump/loaded-image.ts';
import { recordedReleases } from '../support/releases.ts';
import { loadedImage } from './loaded-image.ts';
import { windowsNode } from './windows-node.ts';

/** So far is the image moved. */
const distance = 0x1234_0000;
/** Bytes from the beginning of a section that are compared. */
const part = 1 << 20;

describe('a PE file as it is loaded', () => {
  let path: string;
  let expected: Buffer;

  before(async function () {
    this.timeout(240_000);
    path = await windowsNode(recordedReleases[20]);
    expected = loadedImage(path);
  });

  it('has its sections where they belong', () => {
    const file = new FileSource(path);
    const image = LoadedImage.of(file, LoadedImage.of(file, 0)!.headers.base)!;
    assert.equal(image.size, expected.length);
    for (const { start, bytes } of image.headers.sections) {
      const length = Math.min(bytes, part);
      assert.ok(readBytes(image, start, length).equals(expected.subarray(start, start + length)));
    }
    image.close();
  });

  it('has its addresses moved where it is loaded elsewhere, however it is read', () => {
    const file = new FileSource(path);
    const linked = LoadedImage.of(file, 0)!.headers.base;
    const moved = LoadedImage.of(file, linked + distance)!;
    const { start } = moved.headers.sections.find((s) => s.name === '.rdata')!;
    const got = readBytes(moved, start, part);
    let count = 0;
    for (let o = 0; o < part; o += 8) {
      const change = got.readBigUInt64LE(o) - expected.readBigUInt64LE(start + o);
      if (change === 0n) continue;
      assert.equal(change, BigInt(distance), `at ${start + o}`);
      const target = Number(got.readBigUInt64LE(o)) - linked - distance;
      assert.ok(target > 0 && target < moved.size);
      count++;
    }
    assert.ok(count > 500, `${count} addresses`);
    for (let o = 0; o < part - 1000; o += 997)
      assert.ok(readBytes(moved, start + o, 997).equals(got.subarray(o, o + 997)), `${o}`);
    moved.close();
  });
});
