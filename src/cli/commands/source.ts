import { isAbsent } from '../../engine/absence.ts';
import { DayAfterError } from '../../engine/errors.ts';
import { openCore } from '../open.ts';
import { grouped, notesText, type Output, painter, plain, printJson, table } from '../output.ts';
import type { CommonOptions } from '../run.ts';

/** `dayafter source`: the scripts that the dump holds, or one's text, byte for byte as V8 had it. */
export async function sourceCommand(
  dump: string,
  url: string | undefined,
  options: CommonOptions,
  output: Output,
): Promise<void> {
  await openCore(dump, options, output, (session) => {
    const scripts = session.scripts(options.isolate);
    if (url === undefined) {
      const notes = [...session.notes(), ...session.scriptNotes()];
      if (options.json)
        printJson(output, { scripts: scripts.map((s) => ({ url: s.url, length: s.length })), notes });
      else printList(scripts, notes, output);
      return;
    }
    const script = scripts.find((s) => s.url === url) ?? onlyMatch(scripts, url);
    const text = session.scriptText(script);
    if (isAbsent(text))
      throw new DayAfterError('NO_SUCH_SCRIPT', `the text of ${script.url}: ${text.reason}`);
    if (options.json) printJson(output, { url: script.url, text });
    else output.stdout.write(output.stdout.isTTY ? `${plain(text, true)}\n` : text);
  });
}

/** A part of a path is enough where it is the end of one script's URL only. */
function onlyMatch<T extends { readonly url: string }>(scripts: readonly T[], part: string): T {
  const matches = scripts.filter(
    (s) => s.url.endsWith(part) && /(^|[/\\])$/.test(s.url.slice(0, -part.length)),
  );
  if (matches.length === 1) return matches[0]!;
  throw new DayAfterError(
    'NO_SUCH_SCRIPT',
    matches.length === 0
      ? `the dump holds no script ${part}`
      : `${part} can mean ${matches.map((s) => s.url).join(', ')}`,
    'Without a URL, the command lists them all.',
  );
}

function printList(
  scripts: readonly { readonly url: string; readonly length: number | null }[],
  notes: readonly string[],
  output: Output,
): void {
  const paint = painter(output);
  output.stdout.write(
    table(
      scripts.map((s) => [
        (s.length === null ? '?' : grouped(s.length)).padStart(10),
        plain(s.url) || paint('dim', '(no name)'),
      ]),
    ),
  );
  output.stdout.write(notesText(notes, paint));
}
