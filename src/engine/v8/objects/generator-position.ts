import { attemptOr } from '../../absence.ts';
import type { Tagged } from '../../address.ts';
import { byteArray } from '../frames/heap-object.ts';
import type { ScriptLines } from '../frames/script-lines.ts';
import { positionAt } from '../frames/source-position-table.ts';
import { scriptName } from './call-site.ts';
import { functionStart, sharedOf } from './functions.ts';
import { generatorInfo } from './generator.ts';
import type { HeapView } from './heap-view.ts';
import { sharedScript } from './shared-function.ts';

/** Where a generator or async function waits; where its function starts if it is not suspended at a point. */
export function generatorPosition(
  view: HeapView,
  lines: ScriptLines,
  object: Tagged,
): { readonly url: string; readonly line: number; readonly column: number } | undefined {
  const info = generatorInfo(view, object);
  const script = sharedScript(view, sharedOf(view, info.function));
  if (script === undefined) return undefined;
  const offset =
    attemptOr(undefined, () => suspendOffset(view, info)) ?? functionStart(view, info.function)?.offset;
  const position = offset === undefined ? undefined : lines.at(script, offset);
  return position && { url: scriptName(view, script), line: position.line, column: position.column };
}

function suspendOffset(view: HeapView, info: ReturnType<typeof generatorInfo>): number | undefined {
  if (info.bytecodeOffset === undefined || info.bytecodeArray === undefined) return undefined;
  const { bytecodeArray, positionEncoding } = view.layout.code;
  const table = byteArray(view.runtime, view.tagged(info.bytecodeArray, bytecodeArray.sourcePositions));
  return table && positionAt(table, positionEncoding, info.bytecodeOffset, false)?.offset;
}
