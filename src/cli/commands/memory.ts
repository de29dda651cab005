import { type MallocReport, memoryReport } from '../../engine/native-heap/memory-report.ts';
import { openCore } from '../open.ts';
import {
  bytes,
  counted,
  grouped,
  notesText,
  type Output,
  type Paint,
  painter,
  plain,
  printJson,
  table,
} from '../output.ts';
import type { CommonOptions } from '../run.ts';

export interface MemoryOptions extends CommonOptions {
  readonly limit: number;
}

/** `dayafter memory`: what all memory of the process was used for, malloc's blocks, and those that nothing leads to. */
export async function memoryCommand(dump: string, options: MemoryOptions, output: Output): Promise<void> {
  await openCore(dump, options, output, (session) => {
    const report = memoryReport(session);
    const notes = [...session.notes(), ...report.notes];
    if (options.json) return printJson(output, { ...report, notes });
    const paint = painter(output);
    const rows = report.parts.map(({ name, size, touched, count }) => [
      bytes(size).padStart(10),
      paint('dim', `${bytes(touched)} not zero`.padStart(18)),
      `${name} ${paint('dim', `(${grouped(count)})`)}`,
    ]);
    rows.push([bytes(report.total).padStart(10), '', paint('bold', 'all that may be written')]);
    const malloc = report.malloc ? mallocText(report.malloc, options.limit, paint) : '';
    output.stdout.write(table(rows) + malloc + notesText(notes, paint));
  });
}

/** Names of templates can be long; their ends say what differs. */
const MAX_NAME = 110;

function shortName(name: string): string {
  const text = plain(name);
  const half = (MAX_NAME - 1) / 2;
  return text.length > MAX_NAME ? `${text.slice(0, Math.ceil(half))}…${text.slice(-Math.floor(half))}` : text;
}

function mallocText(
  { blocks, used, free, classes, sizes, lost }: MallocReport,
  limit: number,
  paint: Paint,
): string {
  const title = (text: string) => `\n${paint('bold', text)}\n`;
  const amount = (count: number, size: number) => [
    bytes(size).padStart(10),
    `${grouped(count)} ×`.padStart(11),
  ];
  const lostRows = lost.groups.slice(0, limit).map(({ name, blockSize, count, size, examples }) => {
    const { address, text } = examples[0]!;
    const what = name === null ? `${grouped(blockSize)} bytes` : shortName(name);
    const shown = text === null ? '' : ` ${paint('green', plain(JSON.stringify(text)))}`;
    return [...amount(count, size), `${what} ${paint('dim', address)}${shown}`];
  });
  const rest = (count: number) =>
    count > limit ? paint('dim', `  … and ${grouped(count - limit)} more (--limit)\n`) : '';
  return [
    title(`malloc: ${counted(blocks, 'block')}, ${bytes(used)}, and ${bytes(free)} kept for later`),
    paint('cyan', 'by class\n'),
    table(classes.slice(0, limit).map((c) => [...amount(c.count, c.size), shortName(c.name)])),
    rest(classes.length),
    paint('cyan', 'by size\n'),
    table(sizes.slice(0, limit).map((s) => [...amount(s.count, s.size), `${grouped(s.blockSize)} bytes`])),
    rest(sizes.length),
    title(
      lost.count === 0
        ? 'Something leads to every block: none is lost'
        : `Lost: nothing leads to ${counted(lost.count, 'block')}, ${bytes(lost.size)}`,
    ),
    table(lostRows),
    rest(lost.groups.length),
  ].join('');
}
