import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../support/cache.ts';
import { once, run } from '../support/system-folder.ts';

/** libatomic1 is needed by Node 26. */
const packages = ['libc6', 'libstdc++6', 'libgcc-s1', 'libatomic1', 'busybox-static'];
/** Drivers of the disk, in the order in which they are loaded. */
const drivers = ['virtio/virtio', 'virtio/virtio_ring', 'virtio/virtio_mmio', 'block/virtio_blk'];

const folder = join(cacheFolder, 'arm64-system');

/** An AArch64 Linux, as far as Node needs one. */
export interface System {
  /** Folder with the files of the system. */
  readonly root: string;
  /** Path of the kernel. */
  readonly kernel: string;
  readonly drivers: readonly string[];
}

/** Debian's packages for arm64, unpacked into the cache. */
export function system(): System {
  const debs = download();
  const kernelDeb = debs.find((file) => /\/linux-image-[^/]*$/.test(file))!;
  const root = once(folder, 'root', (aside) => {
    // As on an installed Debian: /lib and /bin are links into /usr.
    for (const name of ['lib', 'bin']) {
      mkdirSync(join(aside, 'usr', name), { recursive: true });
      symlinkSync(`usr/${name}`, join(aside, name));
    }
    for (const deb of debs.filter((file) => file !== kernelDeb)) {
      const input = run('dpkg-deb', ['--fsys-tarfile', deb]);
      execFileSync('tar', ['-x', '--keep-directory-symlink', '-C', aside], { input });
    }
    for (const name of ['usr/share', 'usr/lib/aarch64-linux-gnu/gconv'])
      rmSync(join(aside, name), { recursive: true, force: true });
  });
  const kernel = once(folder, 'kernel', (aside) => {
    run('dpkg-deb', ['-x', kernelDeb, aside]);
  });
  const image = readdirSync(join(kernel, 'boot')).find((name) => name.startsWith('vmlinuz-'))!;
  const modules = join(kernel, 'lib/modules', image.slice('vmlinuz-'.length), 'kernel/drivers');
  return {
    root,
    kernel: join(kernel, 'boot', image),
    drivers: drivers.map((name) => join(modules, `${name}.ko`)),
  };
}

/** By apt-get, from where this machine has its own packages from: it must be a Debian. */
function download(): string[] {
  const debs = once(folder, 'debs', (aside) => {
    const apt = join(folder, 'apt');
    for (const name of ['lists/partial', 'cache/archives/partial'])
      mkdirSync(join(apt, name), { recursive: true });
    writeFileSync(join(apt, 'status'), '');
    const settings = {
      'APT::Architecture': 'arm64',
      'APT::Architectures::': 'arm64',
      'APT::Sandbox::User': 'root',
      'Acquire::Languages': 'none',
      'Dir::State': apt,
      'Dir::State::Lists': join(apt, 'lists'),
      'Dir::State::status': join(apt, 'status'),
      'Dir::Cache': join(apt, 'cache'),
    };
    const options = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
    run('apt-get', [...options, 'update']);
    // The package of this name depends on the newest kernel's.
    const depends = run('apt-cache', [...options, 'depends', 'linux-image-cloud-arm64']).toString();
    const image = /Depends: (linux-image-\S+)/.exec(depends)![1]!;
    run('apt-get', [...options, 'download', ...packages, image], aside);
  });
  return readdirSync(debs).map((name) => join(debs, name));
}
