import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { enter, type System } from './system.ts';

/** Where things are on drive C. */
export const places = {
  node: 'C:\\Program Files\\nodejs\\node.exe',
  app: 'C:\\app',
} as const;

/** A folder of this machine that is `C:\app`, and the commands that run in it. */
export interface Machine {
  readonly folder: string;
  /** Passes for `node`: runs it under the recorder, which leaves `core` in `C:\app\out`. */
  readonly recordedNode: string;
  /** Runs a program until its standard output is not empty, and a second more; then leaves a dump of it as above. */
  readonly interrupted: string;
}

/** The recorder of the tests names a file of this machine. */
const localPaths = `cd /root/.wine/drive_c/app/out
for argument do
  shift
  case $argument in */pause.cjs) argument='${places.app}\\oracle\\pause.cjs' ;; esac
  set -- "$@" "$argument"
done
`;

/** Node for Windows cannot open pipes of this machine. */
const underRecorder = `${localPaths}
: >errors.txt
wine '${places.app}\\recorder.exe' core '${places.node}' "$@" >stdout.txt 2>errors.txt &
tail -n +1 -f -s 0.1 --pid $! errors.txt >&2
wait $!
`;

const fromOutside = `${localPaths}
wine '${places.node}' "$@" >stdout.txt 2>errors.txt &
until [ -s stdout.txt ]; do sleep 0.1; done
sleep 1
wine '${places.app}\\recorder.exe' core --pid "$(cat stdout.txt)"
`;

/** `node` is the path of a node.exe. */
export function machine({ root, drive }: System, folder: string, node: string): Machine {
  for (const name of ['out', 'oracle']) mkdirSync(join(folder, name), { recursive: true });
  const folders = [
    [folder, join(drive, 'app')],
    [dirname(node), join(drive, 'Program Files/nodejs')],
  ] as const;
  const command = (name: string, script: string) => {
    const path = join(folder, name);
    writeFileSync(`${path}.sh`, script);
    const run = `. /root/.wine/drive_c/app/${name}.sh`;
    writeFileSync(path, `#!/bin/sh\n${enter(root, folders, run)}\n`, { mode: 0o755 });
    return path;
  };
  return {
    folder,
    recordedNode: command('recorded-node', underRecorder),
    interrupted: command('interrupted', fromOutside),
  };
}
