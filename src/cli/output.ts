import type { DumpInfo } from '../engine/contract.ts';
import type { DayAfterError } from '../engine/errors.ts';

/** Where a command writes; tests replace it. */
export interface Output {
  readonly stdout: { write(text: string): void; isTTY?: boolean | undefined; columns?: number | undefined };
  readonly stderr: { write(text: string): void; isTTY?: boolean | undefined };
  readonly env: Readonly<Record<string, string | undefined>>;
}

export type Style = 'bold' | 'dim' | 'red' | 'yellow' | 'cyan' | 'green';

const codes: Record<Style, [number, number]> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  yellow: [33, 39],
  cyan: [36, 39],
  green: [32, 39],
};

export type Paint = (style: Style, text: string) => string;

/** Colours on a terminal only, and never with NO_COLOR (no-color.org). */
export function painter(output: Output): Paint {
  const coloured = output.stdout.isTTY === true && !output.env.NO_COLOR && output.env.TERM !== 'dumb';
  return (style, text) => {
    if (!coloured || text === '') return text;
    const [on, off] = codes[style];
    return `\u001b[${on}m${text}\u001b[${off}m`;
  };
}

/**
 * Text of a dump made safe for a terminal: control characters, which could carry escape sequences, and
 * bidirectional overrides are written as `\xNN` or `\uNNNN`. Line breaks stay only with `multiline`.
 */
export function plain(text: string, multiline = false): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is replaced
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g, (c) => {
    if (multiline && (c === '\n' || c === '\t')) return c;
    const code = c.charCodeAt(0);
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`;
  });
}

/** One JSON document with a line break behind it. */
export function printJson(output: Output, document: unknown): void {
  output.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
}

/** What `--json` prints of a named error. */
export function errorDocument(error: DayAfterError): unknown {
  return { error: { code: error.code, message: error.message, hint: error.hint ?? null } };
}

/** Prints a named error as `--json` or text asks for. */
export function printError(output: Output, error: DayAfterError, json: boolean): void {
  if (json) {
    printJson(output, errorDocument(error));
    return;
  }
  output.stderr.write(`dayafter: ${plain(error.message)} [${error.code}]\n`);
  if (error.hint) output.stderr.write(`  ${plain(error.hint)}\n`);
}

/** What is missing of a dump, as the last part of what a command shows; '' if nothing is. */
export function notesText(notes: readonly string[], paint: Paint): string {
  if (notes.length === 0) return '';
  return `\n${paint('bold', 'Notes')}\n${notes.map((note) => `  ${plain(note)}\n`).join('')}`;
}

/** What a thread did that ended its process. */
export function crashText(format: DumpInfo['format']): string {
  return format === 'minidump' ? 'raised the exception' : 'took the signal';
}

/** A number with thousands separators, the same in every locale. */
export function grouped(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** "1 block", "12,000 blocks". */
export function counted(value: number, what: string): string {
  return `${grouped(value)} ${what}${value === 1 ? '' : 's'}`;
}

/** Bytes for people: `12.3 MB` (powers of 1000, as file managers and V8's own messages give them). */
export function bytes(value: number): string {
  if (value < 1000) return `${value} B`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  let scaled = value / 1000;
  let unit = 0;
  while (scaled >= 1000 && unit < units.length - 1) {
    scaled /= 1000;
    unit++;
  }
  return `${scaled.toFixed(scaled < 10 ? 2 : 1)} ${units[unit]}`;
}

/** Rows with aligned columns; the last column is not padded. */
export function table(rows: readonly (readonly string[])[], indent = ''): string {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, i) => {
      widths[i] = Math.max(widths[i] ?? 0, visible(cell));
    });
  }
  return rows
    .map(
      (row) =>
        indent +
        row
          .map((cell, i) => (i === row.length - 1 ? cell : cell + ' '.repeat(widths[i]! - visible(cell))))
          .join('  '),
    )
    .map((line) => `${line.trimEnd()}\n`)
    .join('');
}

/** Columns that a text takes, colours aside. */
function visible(text: string): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: our own colour codes
  return text.replace(/\u001b\[\d+m/g, '').length;
}
