import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../support/cache.ts';
import { once, run } from '../support/system-folder.ts';

/** Of Debian: the first whose Wine knows the placeholders of memory that Node 24 and later reserve. */
const suite = 'trixie';
const compiler = 'x86_64-w64-mingw32';

const folder = join(cacheFolder, 'windows-system');

/** What stands in for Windows: Wine, in a Debian of its own. */
export interface System {
  /** Folder with the files of the Debian. */
  readonly root: string;
  /** The folder there that is Windows' drive C. */
  readonly drive: string;
  /** recorder.c, as a program for Windows. */
  readonly recorder: string;
}

/** Variables of everything that runs there: those of this machine would be in the dumps. */
export const environment = {
  HOME: '/root',
  PATH: '/usr/sbin:/usr/bin',
  TZ: 'UTC',
  LANG: 'C.UTF-8',
  XDG_RUNTIME_DIR: '/tmp',
  WINEDEBUG: '-all',
  // Installers of what nobody needs here.
  WINEDLLOVERRIDES: 'mscoree,mshtml,winemenubuilder.exe=',
} as const;

/** Memory that node.exe frees is filled (FLG_HEAP_ENABLE_FREE_CHECK): what stood there would be half of a dump. */
const fillFreed = String.raw`wine reg add \"HKLM\\Software\\Microsoft\\Windows NT\\CurrentVersion\\Image File Execution Options\\node.exe\" /v GlobalFlag /t REG_DWORD /d 32`;

/** Made in the cache, by root. */
export function system(): System {
  const root = once(folder, suite, (aside) => {
    const include = '--include=wine,wine64';
    console.log(`Debian ${suite}, with Wine`);
    run('debootstrap', ['--variant=minbase', include, suite, aside, mirror()]);
    // Sections for debuggers are nine tenths of Wine's libraries, and are loaded with them.
    const libraries = join(aside, 'usr/lib/x86_64-linux-gnu/wine/x86_64-windows');
    for (const name of readdirSync(libraries))
      if (name.endsWith('.dll')) run(`${compiler}-strip`, [join(libraries, name)]);
    for (const command of ['wineboot --init', fillFreed])
      run('/bin/sh', ['-c', enter(aside, [], `${command} && wineserver --wait`)]);
  });
  const drive = join(root, 'root/.wine/drive_c');
  const recorder = join(folder, 'recorder.exe');
  compileForWindows(join(import.meta.dirname, 'recorder.c'), [
    ...['-municode', '-o', recorder, '-ldbghelp', '-lntdll'],
  ]);
  return { root, drive, recorder };
}

export function compileForWindows(source: string, options: readonly string[]): void {
  run(`${compiler}-gcc`, [source, '-O1', '-Wall', '-Wextra', '-Wno-missing-field-initializers', ...options]);
}

/**
 * A command of this machine's shell that runs one of the Debian's: with processes of its own, that end with it, and
 * with folders of this machine in the place of folders there.
 */
export function enter(
  root: string,
  folders: readonly (readonly [string, string])[],
  command: string,
): string {
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  const lines = [
    'set -e',
    'hostname recorder',
    `mount --bind /dev "${root}/dev"`,
    `mount -t proc proc "${root}/proc"`,
    `mount -t tmpfs tmpfs "${root}/tmp"`,
    ...folders.map(([from, to]) => `mkdir -p "${to}" && mount --bind "${from}" "${to}"`),
    `chroot "${root}" /usr/bin/env -i ${variables.join(' ')} ORACLE_LIVE="$ORACLE_LIVE" /bin/sh -c "${command}" "$0" "$@"`,
    // The shell stays, so that it is not the command that is the first process.
    'exit $?',
  ];
  return `exec unshare --mount --uts --pid --fork --kill-child /bin/sh -c '${lines.join('\n')}' "$0" "$@"`;
}

/** Where this machine has its own packages from: it must be a Debian. */
function mirror(): string {
  const format = ['--format', '$(REPO_URI)', 'Created-By: Packages', 'Component: main', 'Label: Debian'];
  return run('apt-get', ['indextargets', ...format])
    .toString()
    .split('\n')[0]!;
}
