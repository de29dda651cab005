/**
 * `npm run record:musl`: records the core of Node on musl that the tests read, anew. Needs, on Debian, as root:
 * apt-get install gcc musl-tools zstd
 */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { run } from '../support/system-folder.ts';
import { muslNode, recordingsFolder } from './recordings.ts';

/** Stands in the core. */
const folder = '/srv/shop';
const libraries = join(folder, 'lib');
const loader = '/lib/ld-musl-x86_64.so.1';
/** One with `:1` behind it has an application, which runs instead of what the command line says. */
const fuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2:';

mkdirSync(libraries, { recursive: true });
mkdirSync(recordingsFolder, { recursive: true });
copyFileSync(join(import.meta.dirname, 'programs/checkout.cjs'), join(folder, 'checkout.cjs'));
const node = readFileSync(await muslNode());
node.write('0', node.indexOf(fuse) + fuse.length, 'latin1');
writeFileSync(join(folder, 'node'), node, { mode: 0o755 });

for (const name of ['libstdc++.so.6', 'libgcc_s.so.1'])
  copyFileSync(
    execFileSync('gcc', [`-print-file-name=${name}`])
      .toString()
      .trim(),
    join(libraries, name),
  );
const names = join(import.meta.dirname, 'glibc-names.c');
run('musl-gcc', ['-D_GNU_SOURCE', '-shared', '-fPIC', '-o', join(libraries, 'ld-linux-x86-64.so.2'), names]);
symlinkSync(loader, join(libraries, 'libc.musl-x86_64.so.1'));

const pattern = readFileSync('/proc/sys/kernel/core_pattern', 'latin1').trim();
if (pattern !== 'core') throw new Error(`cores are wanted in the current folder: core_pattern is ${pattern}`);
const { stderr } = spawnSync('/bin/sh', ['-c', 'ulimit -c unlimited; exec ./node checkout.cjs'], {
  cwd: folder,
  env: { LD_LIBRARY_PATH: libraries },
});
console.log(stderr.toString());
const pack = (file: string, as: string) =>
  run('zstd', ['-19', '--quiet', '--force', file, '-o', join(recordingsFolder, as)]);
pack(join(folder, 'core'), 'checkout.core.zst');
pack(realpathSync(loader), 'libc.so.zst');
rmSync(folder, { recursive: true });
