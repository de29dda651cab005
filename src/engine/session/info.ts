import type { DumpInfo } from '../contract.ts';
import { DayAfterError } from '../errors.ts';
import { commandLine } from '../process/arguments.ts';
import type { CoreSession } from '../session.ts';
import { architectureOf } from '../unwind/architectures.ts';
import { heapInfo } from '../v8/heap-info.ts';
import { checkLayout } from '../v8/layout-check.ts';

/** A dump as a whole, as the contract gives it. */
export function infoOf(session: CoreSession): DumpInfo {
  const { core, modules, runtime } = session;
  const v8 = runtime instanceof DayAfterError ? undefined : runtime;
  const notes = session.notes();
  const argv = commandLine(core, modules.memory);
  if (!argv) notes.push('the command line is not in the dump');
  const first = v8?.isolates[0];
  const contradicted = first ? checkLayout(first) : [];
  if (contradicted.length > 0)
    notes.push(`this dump disagrees with what is known of its V8: ${contradicted.join(', ')}`);
  return {
    format: core.format,
    process: {
      pid: core.pid ?? null,
      executable: modules.executable?.path ?? null,
      argv: argv ?? null,
      nodeVersion: v8?.nodeVersion === undefined ? null : `v${v8.nodeVersion}`,
      v8Version: v8?.v8Version ?? null,
      arch: architectureOf(core).name,
    },
    death: session.death(),
    threads: session.threads(),
    isolates:
      v8?.isolates.map((i) => ({ index: i.index, thread: i.thread ?? null, heap: heapInfo(i) })) ?? [],
    modules: modules.modules.map((m) => ({ path: m.path, buildId: m.buildId ?? null, status: m.status })),
    layout: v8?.layout.provenance() ?? { confirmed: [], derived: [], guessed: [] },
    notes,
  };
}
