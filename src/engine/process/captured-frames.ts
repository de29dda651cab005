/** One line of an error's stack: what V8 had captured when the error was made. */
export interface CapturedFrame {
  /** '' for code outside of functions and for functions without a name. */
  readonly function: string;
  /** The script's URL or path; undefined for builtins. */
  readonly url: string | undefined;
  /** 1-based. */
  readonly line: number | undefined;
  readonly column: number | undefined;
  readonly isAsync: boolean;
}

const MAX_FRAMES = 1000;
/** Longer lines are no frames that V8 wrote. */
const MAX_LINE = 1024;
const FRAME = /^\s+at (async )?(?:(.*?) \((.*)\)|(.*))$/;
const PLACE = /^(?:.*, )?(.+?)(?::(\d+):(\d+))?$/;

/**
 * The frames in the text of an error's `stack`, as V8 writes them (SerializeCallSiteInfo,
 * objects/call-site-info.cc); empty if it has none. A program may have written any text there.
 */
export function capturedFrames(stack: string): CapturedFrame[] {
  const frames: CapturedFrame[] = [];
  for (const line of stack.split('\n')) {
    if (frames.length >= MAX_FRAMES) break;
    const match = line.length > MAX_LINE ? null : FRAME.exec(line);
    if (!match) continue;
    const [, isAsync, name, inBrackets, bare] = match;
    const [, url, row, column] = PLACE.exec(inBrackets ?? bare ?? '') ?? [];
    if (url === undefined) continue;
    // "at new Promise (<anonymous>)", "at Array.map (native)"
    const isPlace = row !== undefined;
    if (!isPlace && name === undefined) continue;
    frames.push({
      function: (name ?? '').replace(/ \[as .*\]$/, ''),
      url: isPlace ? url : undefined,
      line: isPlace ? Number(row) : undefined,
      column: isPlace ? Number(column) : undefined,
      isAsync: isAsync !== undefined,
    });
  }
  return frames;
}
