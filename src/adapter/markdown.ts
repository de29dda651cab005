/** Stacks as Markdown, to paste into an issue or a chat. */
import { baseName } from '../configuration/paths.ts';
import type { FrameInfo } from '../engine/contract.ts';
import { DayAfterError } from '../engine/errors.ts';
import { frameName, threadName } from './frames.ts';
import { printable } from './printable.ts';
import { loadSuspended, suspendedName, suspendedThread, tellsSuspended } from './suspended.ts';
import type { Target } from './target.ts';

/** Frames of one thread that are written out. */
const maxFrames = 500;

/** One thread, or all of them: the one that died first. */
export async function stackMarkdown(target: Target, threadId: number | undefined): Promise<string> {
  const info = target.core.info();
  const threads = await threadsOf(target, threadId);
  if (threads.length === 0)
    throw new DayAfterError('NO_SUCH_THREAD', `There is no thread ${threadId} in this dump.`);
  const { nodeVersion, arch, executable } = info.process;
  const facts = [nodeVersion && `Node.js ${nodeVersion}`, arch, executable && code(executable)].filter(
    Boolean,
  );
  const head = [escaped(info.death.message), '', ...(facts.length > 0 ? [facts.join(', '), ''] : [])];
  return `${[...head, ...threads.flatMap(({ id, title }) => [`**${title}**`, '', ...table(target, id), ''])].join('\n')}`;
}

/** The threads that are asked for, the one that died first. */
async function threadsOf(
  target: Target,
  threadId: number | undefined,
): Promise<{ readonly id: number; readonly title: string }[]> {
  if (threadId === suspendedThread && tellsSuspended(target)) {
    await loadSuspended(target);
    return [{ id: suspendedThread, title: suspendedName }];
  }
  return target.core
    .threads()
    .filter((thread) => threadId === undefined || thread.id === threadId)
    .sort((a, b) => Number(b.crashed) - Number(a.crashed))
    .map((thread) => ({ id: thread.id, title: threadName(thread) }));
}

function table(target: Target, thread: number): string[] {
  const rows = target.frames.rows(thread);
  const lines = ['```text'];
  for (const row of rows.slice(0, maxFrames)) {
    lines.push(row.kind === 'label' ? `--- ${plain(row.text)} ---` : frameLine(target.frames.info(row)));
  }
  if (rows.length > maxFrames) lines.push(`... ${rows.length - maxFrames} more frames`);
  return [...lines, '```'];
}

function frameLine(frame: FrameInfo): string {
  const at = frame.original ?? frame;
  let place = '';
  if (frame.kind === 'js' && (at.source !== null || at.line !== null)) {
    place = ` (${at.source ?? '<anonymous>'}${at.line === null ? '' : `:${at.line}:${at.column ?? 0}`})`;
  } else if (frame.kind === 'builtin') {
    place = ' (builtin)';
  } else if (frame.function !== null && frame.module !== null && frame.offset !== null) {
    place = ` (${baseName(frame.module)}+0x${frame.offset.toString(16)})`;
  }
  return plain(`at ${frameName(frame)}${place}`);
}

/** No line of a dump may end the fenced block or start a new line in it. */
function plain(text: string): string {
  return printable(text.replace(/[\r\n]+/g, ' ')).replaceAll('```', "'''");
}

/** A text of a dump as one line of Markdown that shows it, and does nothing. */
export function escaped(text: string): string {
  return printable(text.replace(/[\r\n]+/g, ' ')).replace(/[\\`*_<>[\]#|]/g, '\\$&');
}

function code(text: string): string {
  return `\`${text.replace(/[`\r\n]/g, "'")}\``;
}
