import { attemptOr } from '../../absence.ts';
import { at } from '../../address.ts';
import { DayAfterError } from '../../errors.ts';
import type { Memory } from '../../memory/memory.ts';
import { ImageSearch } from '../../modules/image-search.ts';
import type { Module } from '../../modules/module.ts';
import { symbolNames } from './symbol-names.ts';

/** The release lines whose layouts are known, oldest first; tables of constants have one column for each. */
export const nodeLines = [18, 20, 22, 24, 26] as const;

export type NodeLine = (typeof nodeLines)[number];

export interface Versions {
  /** "22.23.3"; undefined if the dump does not say. */
  readonly node: string | undefined;
  /** "12.4.254.21-node.33"; undefined if the dump does not say. */
  readonly v8: string | undefined;
}

/** V8 versions of the supported lines: deps/v8/include/v8-version.h at each line's release branch. */
const lineOfV8: ReadonlyMap<string, NodeLine> = new Map([
  ['10.2', 18],
  ['11.3', 20],
  ['12.4', 22],
  ['13.6', 24],
  ['14.6', 26],
]);

/** V8 versions of lines that are refused, to refuse them by name. */
const refusedLineOfV8: ReadonlyMap<string, number> = new Map([
  ['8.4', 14],
  ['9.4', 16],
]);

/** libstdc++'s std::string: data pointer, length, 16 bytes of local buffer. */
const STD_STRING = 32;
const MAX_VERSION_STRINGS = 48;
/** Bytes of a version before its "-node". */
const MAX_BEFORE = 24;

/**
 * Versions that the process carried: `node::per_process::metadata` starts with `Versions`, a row of
 * std::string whose first is Node's own (src/node_metadata.h); V8 has `Version::version_string_`.
 */
export function readVersions(module: Module, memory: Memory): Versions {
  let node: string | undefined;
  let v8: string | undefined;
  const metadata = module.addressOf(symbolNames.nodeMetadata);
  for (let i = 0; metadata !== undefined && i < MAX_VERSION_STRINGS && !(node && v8); i++) {
    const slot = at(metadata, i * STD_STRING);
    if (!memory.has(slot, STD_STRING)) break;
    const data = memory.pointer(slot);
    const length = memory.u32(at(slot, 8));
    if (length === 0 || length > 64 || !memory.has(data, length)) continue;
    const text = memory.bytes(data, length).toString('latin1');
    if (i === 0 && /^\d+\.\d+\.\d+/.test(text)) node = text;
    if (/^\d+\.\d+\.\d+\.\d+-node/.test(text)) v8 = text;
  }
  const version = module.addressOf(symbolNames.versionString);
  if (version !== undefined && memory.has(version, 8)) {
    const text = attemptOr('', () => memory.cString(memory.pointer(version), 64));
    if (/^\d+\.\d+\./.test(text)) v8 = text;
  }
  return { node: node ?? fromResource(module.version), v8: v8 ?? versionInImage(module, memory) };
}

/** "22.20.0.0", of the executable's version resource (src/res/node.rc). */
function fromResource(version: string | undefined): string | undefined {
  return /^\d+\.\d+\.\d+/.exec(version ?? '')?.[0];
}

/** The text that V8 has of its version, where no symbol tells its place. */
function versionInImage(module: Module, memory: Memory): string | undefined {
  for (const hit of new ImageSearch(module, memory).find(Buffer.from('-node.'))) {
    const text = attemptOr('', () => memory.bytes(at(hit, -MAX_BEFORE), 2 * MAX_BEFORE).toString('latin1'));
    const found = /(?:^|\0)(\d+\.\d+\.\d+\.\d+-node\.\d+)\0/.exec(text)?.[1];
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The release line, or a named refusal. */
export function lineOf(versions: Versions): NodeLine {
  const v8 = /^\d+\.\d+/.exec(versions.v8 ?? '')?.[0] ?? '';
  const fromV8 = lineOfV8.get(v8);
  const major = versions.node ? Number.parseInt(versions.node, 10) : undefined;
  const line = nodeLines.find((l) => l === major) ?? (major === undefined ? fromV8 : undefined);
  if (line) return line;
  const node = versions.node ?? refusedLineOfV8.get(v8);
  const what = node ? `Node ${node}` : `V8 ${versions.v8 ?? 'of an unknown version'}`;
  throw new DayAfterError(
    'UNSUPPORTED_NODE_VERSION',
    `the dump is of ${what}; supported are Node ${nodeLines.join(', ')}`,
  );
}
