import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  cpSync,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import { run } from '../support/system-folder.ts';
import { type Event, type Job, places } from './job.ts';
import { system } from './system.ts';

const here = import.meta.dirname;
/** Bytes of the disk that results are handed out on; the file has holes. */
const diskSize = 32 * 2 ** 30;
/** Signs return addresses (pointer authentication), as Graviton 3 and Apple's processors do. */
const processor = 'max,pauth-impdef=on';
/** Milliseconds after which a machine is stopped. */
const patience = 60 * 60_000;

/** The machine's first process. */
const init = `#!/bin/busybox sh
/bin/busybox mount -t devtmpfs dev /dev
exec </dev/console >/dev/console 2>&1
/bin/busybox --install -s /usr/bin
export PATH=/usr/local/bin:/usr/bin HOME=/root LANG=C.UTF-8 TZ=UTC
mkdir -p /proc /sys /tmp /dev/pts /dev/shm /root /run ${places.results}
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devpts devpts /dev/pts
mount -t tmpfs tmpfs /dev/shm
mount -t tmpfs tmpfs /tmp
mount -t tmpfs -o size=90% tmpfs ${places.results}
ip link set lo up
echo core > /proc/sys/kernel/core_pattern
echo 0 > /proc/sys/kernel/core_uses_pid
ulimit -c unlimited
for driver in /drivers/*.ko; do insmod $driver; done
cd /root
node ${places.guest}
poweroff -f
`;

/** A program, and where its file is here. */
export interface Order {
  readonly job: Job;
  readonly source: string;
}

/**
 * Boots an AArch64 machine (QEMU's, emulated) whose Node is `node`, and has it record programs. `take` gets each
 * result's folder, which is gone afterwards. Rejects if one could not be recorded.
 */
export async function recordInMachine(
  node: string,
  orders: readonly Order[],
  take: (job: Job, folder: string) => Promise<void>,
): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), 'dayafter-arm64-'));
  const disk = join(work, 'disk');
  const memory = join(work, 'initramfs');
  try {
    await writeInitramfs(node, orders, join(work, 'files'), memory);
    const file = openSync(disk, 'w');
    ftruncateSync(file, diskSize);
    closeSync(file);
    const left = new Map(orders.map(({ job }) => [job.name, job]));
    for await (const event of boot(memory, disk)) {
      if ('error' in event) throw new Error(`${event.job}: ${event.error}`);
      const folder = join(work, 'result');
      unpack(disk, event, folder);
      await take(left.get(event.job)!, folder);
      rmSync(folder, { recursive: true, force: true });
      left.delete(event.job);
    }
    if (left.size > 0) throw new Error(`not recorded: ${[...left.keys()].join(', ')}`);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function* boot(memory: string, disk: string): AsyncGenerator<Event> {
  const child = spawn(
    'qemu-system-aarch64',
    [
      ...['-M', 'virt', '-cpu', processor, '-smp', '2', '-m', '3072'],
      ...['-nodefaults', '-nographic', '-no-reboot', '-serial', 'stdio', '-kernel', system().kernel],
      ...['-initrd', memory, '-append', 'console=ttyAMA0 panic=-1 quiet loglevel=4'],
      ...['-drive', `file=${disk},if=none,id=out,format=raw,detect-zeroes=unmap,discard=unmap`],
      ...['-device', 'virtio-blk-device,drive=out'],
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const closed = once(child, 'close');
  const timer = setTimeout(() => child.kill('SIGKILL'), patience);
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      const told = /@@ (\{.*\})\s*$/.exec(line)?.[1];
      if (told !== undefined) yield JSON.parse(told) as Event;
      else if (line.trim() !== '') console.log(`    ${line.trim()}`);
    }
  } finally {
    clearTimeout(timer);
    child.kill('SIGKILL');
    await closed;
  }
}

/** Takes a tar off the disk. */
function unpack(disk: string, { offset, size }: { offset: number; size: number }, folder: string): void {
  mkdirSync(folder);
  const script =
    'dd if="$0" bs=1M iflag=skip_bytes,count_bytes skip="$1" count="$2" status=none | tar -x --no-same-owner -C "$3"';
  run('bash', ['-o', 'pipefail', '-c', script, disk, String(offset), String(size), folder]);
}

/** All that the machine finds, as the archive that its kernel unpacks into memory. */
async function writeInitramfs(
  node: string,
  orders: readonly Order[],
  files: string,
  archive: string,
): Promise<void> {
  const { root, drivers } = system();
  const put = (path: string) => {
    const target = join(files, path);
    mkdirSync(dirname(target), { recursive: true });
    return target;
  };
  mkdirSync(files);
  run('cp', ['-a', `${root}/.`, files]);
  for (const name of ['dev', 'proc', 'sys', 'etc']) mkdirSync(join(files, name), { recursive: true });
  for (const [i, path] of drivers.entries()) cpSync(path, put(`drivers/${i}-${basename(path)}`));
  cpSync(node, put(places.node));
  // The recorder of cores calls bash.
  writeFileSync(put('usr/bin/bash'), '#!/bin/sh\nexec /bin/sh "$@"\n', { mode: 0o755 });
  writeFileSync(put('init'), init, { mode: 0o755 });
  writeFileSync(put('etc/hosts'), '127.0.0.1 localhost\n');
  // Programs require files beside them.
  for (const folder of new Set(orders.map(({ source }) => dirname(source))))
    cpSync(folder, put(`${places.programs}/.`), { recursive: true });
  cpSync(resolve(here, '../oracle/pause.cjs'), put(places.pauseScript));
  writeFileSync(put(places.jobs), JSON.stringify(orders.map(({ job }) => job)));
  await build({
    entryPoints: [join(here, 'guest.ts')],
    outfile: put(places.guest),
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node18',
    // CommonJS packages inside of an ES module call `require` for Node's own modules.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
    // Node 18 has none.
    define: { 'import.meta.dirname': JSON.stringify(dirname(places.guest)) },
    logLevel: 'warning',
  });
  const names = run('find', ['.', '-print0'], files);
  const out = openSync(archive, 'w');
  execFileSync('cpio', ['--null', '-o', '-H', 'newc', '--quiet', '-R', '0:0'], {
    cwd: files,
    input: names,
    stdio: ['pipe', out, 'inherit'],
  });
  closeSync(out);
  rmSync(files, { recursive: true, force: true });
}
