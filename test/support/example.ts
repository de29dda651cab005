import { cp } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { FileSource } from '../../src/engine/dump/byte-source.ts';
import { decompress } from '../../src/engine/dump/decompress.ts';

const examples = resolve(import.meta.dirname, '../../examples');

/** Unpacks the core that the project ships, with what is needed of its executable, and tells how to open it. */
export async function unpackExample(folder: string): Promise<{ path: string; options: string[] }> {
  const path = await unpack('crash.core.zst', join(folder, 'core'));
  await unpack('crash.node.zst', join(folder, 'node'));
  await cp(join(examples, 'crash.js'), join(folder, 'crash.js'));
  return { path, options: ['--search', folder] };
}

async function unpack(name: string, target: string): Promise<string> {
  const packed = new FileSource(join(examples, name));
  const unpacked = await decompress(packed, 'zstd');
  try {
    await cp(unpacked.name, target);
  } finally {
    unpacked.close();
    packed.close();
  }
  return target;
}
