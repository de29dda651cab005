import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Minidump } from '../../src/engine/dump/minidump.ts';
import type { PeImage } from '../../src/engine/dump/pe.ts';
import { loadPeModules } from '../../src/engine/modules/load-pe.ts';
import type { LocateOptions } from '../../src/engine/modules/locate.ts';
import { pdbName } from '../../src/engine/modules/locate-pdb.ts';
import { cacheFolder } from '../support/cache.ts';
import { BASE, id, image, imageBytes, info, module, patched, pdbBytes } from '../windows/pdb/shapes.ts';

describe('the PDB file of an image', () => {
  let folder: string;
  const other = patched(pdbBytes, info + 12, 0x1234_5678);

  before(async () => {
    await mkdir(cacheFolder, { recursive: true });
    folder = await mkdtemp(join(cacheFolder, 'pdb-'));
  });

  after(() => rm(folder, { recursive: true, force: true }));

  async function put(name: string, bytes: Buffer = pdbBytes): Promise<string> {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, bytes);
    return path;
  }

  /** Loads the one module of a dump, which holds its image or lacks it. */
  function load(options: LocateOptions, path = module.path, isDumped = true) {
    const source = image.source;
    const [start, end] = [BASE, module.end];
    const segment = { start, end, filesz: end - start, flags: 7, offset: 0, truncated: false };
    const segments = isDumped ? [segment] : [];
    const modules = [{ ...module, path }];
    const dump = { source, segments, modules, entry: BASE, knowsProtection: true } as unknown as Minidump;
    const loaded = loadPeModules(dump, options);
    const { symbolFile, isStripped } = loaded.modules[0]!;
    const name = loaded.modules[0]!.symbols?.covering(0x1170)?.name;
    loaded.modules[0]!.close();
    return { symbolFile, isStripped, name, notes: loaded.notes };
  }

  const found = (symbolFile: string) => ({ symbolFile, isStripped: false, name: 'measure', notes: [] });
  const notFound = (...notes: string[]) => ({ symbolFile: '', isStripped: true, name: undefined, notes });
  const wanted = `is not of the build that ran (${id.toUpperCase()} is wanted): not used`;

  it('is found in a directory to search, or in a symbol store', async () => {
    const plain = await put('plain/shapes.pdb');
    const stored = await put(`store/shapes.pdb/${id.toUpperCase()}/shapes.pdb`);
    assert.deepEqual(load({ search: [dirname(plain)] }), found(plain));
    assert.deepEqual(load({ search: [join(folder, 'none'), join(folder, 'store')] }), found(stored));
    assert.deepEqual(load({ sysroot: join(folder, 'store') }), found(stored));
    assert.equal(load({}).isStripped, true);
  });

  it('is found under the root that stands for the dumped machine, and not outside of it', async () => {
    const inside = await put('root/app/shapes.pdb');
    await put('outside/shapes.pdb');
    const sysroot = join(folder, 'root');
    assert.deepEqual(load({ sysroot }), found(inside));
    assert.deepEqual(load({ sysroot }, 'D:/x/../app/shapes.dll'), found(inside));
    for (const directory of [
      'C:\\..\\outside',
      'C:\\app\\..\\..\\outside',
      '\\\\server\\app',
      'C:\\\0',
      folder,
    ])
      assert.equal(load({ sysroot }, `${directory}\\shapes.dll`).isStripped, true, directory);
  });

  it('is found beside the file of the image, which the user may have named', async () => {
    const beside = await put('beside/shapes.pdb');
    const program = await put('beside/shapes.dll', imageBytes);
    assert.deepEqual(load({ program }), found(beside));
    assert.deepEqual(load({ search: [dirname(program)] }, module.path, false), found(beside));
  });

  it('is of the very build, which is said where it is not', async () => {
    const wrong = await put('wrong/shapes.pdb', other);
    const broken = await put('broken/shapes.pdb', pdbBytes.subarray(0, 100));
    await mkdir(join(folder, 'folder/shapes.pdb'), { recursive: true });
    const right = await put('right/shapes.pdb');
    const [a, b, c, d] = [wrong, broken, join(folder, 'folder/shapes.pdb'), right].map(dirname) as string[];
    const stripped = (search: string[]) => ({ ...load({ search }), symbolFile: '' });
    assert.deepEqual(stripped([a!]), notFound(`${wrong} ${wanted}`));
    assert.deepEqual(
      stripped([b!, a!]),
      notFound(`${broken} is cut: its header tells of more blocks: not used`),
    );
    assert.deepEqual(stripped([c!]), notFound());
    assert.deepEqual(load({ search: [a!, b!, c!, d!] }), found(right));
  });

  it('has the last name of the path that its linker wrote, if a file can have it', () => {
    const nameOf = (pdbPath?: string) => pdbName({ pdbPath } as PeImage);
    for (const path of ['D:\\a\\node\\out\\node.pdb', '/build/out/node.pdb', 'out\\x/node.pdb', 'node.pdb'])
      assert.equal(nameOf(path), 'node.pdb');
    const none = ['', 'a\\', 'a\\..', '.', 'a/..', 'C:', 'x:stream', 'a\0b', 'a\nb', 'a*', 'x'.repeat(256)];
    for (const path of [undefined, ...none]) assert.equal(nameOf(path), undefined, path);
  });
});
