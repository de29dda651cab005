import type { DumpInfo } from '../../engine/contract.ts';
import { openCore } from '../open.ts';
import {
  bytes,
  crashText,
  notesText,
  type Output,
  type Paint,
  painter,
  plain,
  printJson,
  table,
} from '../output.ts';
import type { CommonOptions } from '../run.ts';

/** `dayafter info`: what the dump is and why the process died. */
export async function infoCommand(dump: string, options: CommonOptions, output: Output): Promise<void> {
  await openCore(dump, options, output, (session) => {
    const info = session.info();
    if (options.json) printJson(output, info);
    else output.stdout.write(infoText(info, painter(output)));
  });
}

/** The card of a dump, for a terminal. */
export function infoText(info: DumpInfo, paint: Paint): string {
  const { process, death } = info;
  const what = process.nodeVersion
    ? `Node.js ${process.nodeVersion} (V8 ${process.v8Version ?? '?'})`
    : 'a process';
  const head = [
    paint('bold', `${what} on ${process.arch ?? '?'}, process ${process.pid ?? '?'}`),
    plain(process.argv?.join(' ') ?? process.executable ?? ''),
    '',
    paint('red', death.kind ?? 'unknown'),
    plain(death.message, true),
  ];
  if (death.exception?.stack) head.push('', plain(death.exception.stack, true));
  const threads = info.threads.map((t) => [
    String(t.id),
    t.name ?? '-',
    t.crashed ? paint('red', crashText(info.format)) : '',
  ]);
  const spaces = info.isolates.flatMap(({ index, heap }) => [
    ...heap.spaces.map((s) => [`isolate ${index}`, s.name, size(s.used), 'used of', size(s.committed)]),
    [`isolate ${index}`, 'all', size(heap.used), 'used of', size(heap.committed)],
    [`isolate ${index}`, 'limit', size(heap.limit), 'of it for old objects', size(heap.oldLimit)],
  ]);
  const modules = info.modules.map((m) => [
    m.status === 'matched' ? m.status : paint('yellow', m.status),
    plain(m.path),
    paint('dim', m.buildId ?? 'no build-id'),
  ]);
  const { confirmed, derived, guessed } = info.layout;
  return [
    `${head.join('\n')}\n`,
    section('Threads', threads, paint),
    section('Heap', spaces, paint),
    section('Modules', modules, paint),
    `\n${paint('bold', 'Layout')}\n  ${confirmed.length} constants confirmed by symbols, ${derived.length} derived from the dump, ${guessed.length} from the table of the release line\n`,
    notesText(info.notes, paint),
  ].join('');
}

function section(title: string, rows: string[][], paint: Paint): string {
  return rows.length === 0 ? '' : `\n${paint('bold', title)}\n${table(rows, '  ')}`;
}

function size(value: number | null): string {
  return value === null ? '?' : bytes(value);
}
