import type { PositionEncoding } from '../layout/code-layout.ts';
import { VlqReader } from './vlq.ts';

/** One entry of a source position table (codegen/source-position.h). */
export interface SourcePosition {
  /** Characters from the start of the script's source; -1 if unknown. */
  readonly offset: number;
  /** Index into the code's inlining positions, or -1: a position of the outermost function. */
  readonly inliningId: number;
}

/**
 * Raw position: bit 0 external, bits 1-30 offset + 1, bits 31-46 inlining id + 1 (source-position.h). An
 * external position is one of a C++ file and has no offset.
 */
export function decodePosition(raw: number): SourcePosition {
  const external = raw % 2 !== 0;
  const offset = external ? -1 : (Math.floor(raw / 2) % 2 ** 30) - 1;
  return { offset, inliningId: (Math.floor(raw / 2 ** 31) % 2 ** 16) - 1 };
}

/**
 * The position that holds at `codeOffset`: the last entry at or (strictly) before it. The table is a stream
 * of deltas (codegen/source-position-table.cc); a running offset starts at the function entry, -1.
 */
export function positionAt(
  table: Uint8Array,
  encoding: PositionEncoding,
  codeOffset: number,
  strictlyBefore: boolean,
): SourcePosition | undefined {
  const reader = new VlqReader(table);
  const limit = strictlyBefore ? codeOffset - 1 : codeOffset;
  let offset = -1;
  let raw = 0;
  let found: number | undefined;
  while (!reader.atEnd) {
    offset += codeDelta(reader, encoding);
    raw += reader.zigZag();
    if (offset > limit) break;
    found = raw;
  }
  return found === undefined ? undefined : decodePosition(found);
}

function codeDelta(reader: VlqReader, encoding: PositionEncoding): number {
  if (encoding === 'flags') return Math.floor(reader.unsigned() / 4);
  const value = reader.zigZag();
  return value >= 0 ? value : -value - 1;
}
